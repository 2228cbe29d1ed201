"""Driver answers: what the network says about buying again under each circumstance, with a range from resampled networks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd

from playbook.errors import UsageError, did_you_mean
from playbook.methods.market_research.network.bayes import BayesNetwork
from playbook.methods.market_research.network.variables import driver_variables
from playbook.result.formats import EDGES, Formats

__all__ = ["FEWEST_SEEN", "Answer", "answer", "answer_table", "contrast", "given_words"]

FEWEST_SEEN = 30  # cases with such circumstances; fewer are not shown
COMBINATIONS = 8
SAME = 0.02  # levels whose chances differ by less are not worth a row


@dataclass(frozen=True)
class Answer:
    """P(target = level | given): the network's own, the range over resampled networks, and the cases with such circumstances."""

    probability: float
    low: float
    high: float
    n: int


def answer(
    network: BayesNetwork,
    draws: Sequence[BayesNetwork],
    count: Callable[[Mapping[str, str]], int],
    target: str,
    level: str,
    given: Mapping[str, str],
) -> Answer:
    """One what-if answer. Raises UsageError for a variable or a level that the network does not have."""
    for variable, wanted in {**given, target: level}.items():
        for kind, word, known in (("variable", variable, network.levels), ("level", wanted, network.levels.get(variable, ()))):
            if word not in known:
                where = f" of {variable}" if kind == "level" else ""
                raise UsageError(
                    f"There is no {kind} {word!r}{where}.{did_you_mean(word, list(known))} Known are: {', '.join(known)}."
                )
    own = network.probabilities(target, given)[level]
    low, high = _range([draw.probabilities(target, given)[level] for draw in draws], own)
    return Answer(own, low, high, count(given))


def contrast(
    network: BayesNetwork,
    draws: Sequence[BayesNetwork],
    target: str,
    level: str,
    one: Mapping[str, str],
    other: Mapping[str, str],
) -> tuple[float, float, float]:
    """P(level | one) - P(level | other), with its range."""

    def difference(net: BayesNetwork) -> float:
        return net.probabilities(target, one)[level] - net.probabilities(target, other)[level]

    own = difference(network)
    return (own, *_range([difference(draw) for draw in draws], own))


def answer_table(
    network: BayesNetwork, draws: Sequence[BayesNetwork], count: Callable[[Mapping[str, str]], int], target: str, level: str
) -> pd.DataFrame:
    """Answers for everybody, for each level of every variable that leads to the target, and for the pairs that tell most.

    given (a dict), probability, low, high, difference (to everybody) and cases, in that order of parts. A pair holds at least one
    circumstance that a client can act on; at most COMBINATIONS are taken, see ``_interest``. Circumstances
    of fewer than FEWEST_SEEN cases are left out, and variables whose levels make no difference worth a row.
    """
    leading = [v for v in network.levels if v in network.ancestors(target)]
    singles = [{v: state} for v in leading for state in network.levels[v]]
    pairs = [
        {a: one, b: other}
        for a, b in combinations(leading, 2)
        if driver_variables()[a].open or driver_variables()[b].open
        for one, other in product(network.levels[a], network.levels[b])
    ]
    everybody = network.probabilities(target)[level]
    chance = {v: [network.probabilities(target, {v: state})[level] for state in network.levels[v]] for v in leading}
    singles = [given for given in singles if all(max(chance[v]) - min(chance[v]) >= SAME for v in given)]
    pairs = [given for given in pairs if count(given) >= FEWEST_SEEN]
    pairs.sort(key=lambda given: -_interest(network, target, level, given))
    chosen = [{}, *(given for given in singles if count(given) >= FEWEST_SEEN), *pairs[:COMBINATIONS]]
    rows = [(given, *vars(answer(network, draws, count, target, level, given)).values()) for given in chosen]
    table = pd.DataFrame(rows, columns=["given", "probability", "low", "high", "cases"])
    return table.assign(difference=(table["probability"] - everybody).where(table["given"].map(len) > 0))


def _interest(network: BayesNetwork, target: str, level: str, given: Mapping[str, str]) -> float:
    """How much what a client can act on changes the answer for customers alike in the other circumstance; pairs of such first."""
    can_act = [v for v in given if driver_variables()[v].open]
    whole = network.probabilities(target, given)[level]
    without = [network.probabilities(target, {w: s for w, s in given.items() if w != v})[level] for v in can_act]
    return 10 * (len(can_act) > 1) + max(abs(whole - other) for other in without)


def given_words(given: Mapping[str, str], fmt: Formats) -> str:
    """The circumstances in a few words: "Satisfaction: satisfied + Last delivery: late"."""
    label = {id: fmt.told(variable.label) for id, variable in driver_variables().items()}
    return " + ".join(fmt.say("{label}: {value}", label=label[v], value=state) for v, state in given.items())


def _range(values: Sequence[float], own: float) -> tuple[float, float]:
    if not len(values):
        return own, own
    low, high = np.quantile(values, EDGES)
    return min(float(low), own), max(float(high), own)
