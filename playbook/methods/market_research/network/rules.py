"""Rules of the network of drivers: what comes before what, by time and by what client.yml says under ``network``."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations

from playbook.engagement import Network
from playbook.errors import EngagementError, did_you_mean
from playbook.methods.market_research.network.bayes import Rules, without_cycle

__all__ = ["driver_rules", "network_problems"]


def driver_rules(network: Network, tiers: Mapping[str, int], present: Sequence[str]) -> tuple[Rules, tuple[str, ...]]:
    """The rules among the variables ``present``, and the variables that client.yml names but the data do not show.

    ``tiers`` gives every known variable its place in time. The client's own tiers and required arrows go before ours, but nothing
    leads from the last place, the future. Raises EngagementError with every name that is unknown and every contradiction.
    """
    named = _named(network)
    if problems := network_problems(network, tiers):
        raise EngagementError("client.yml: network cannot be used as it stands", problems)
    place = {v: number for number, tier in enumerate(network.tiers) for v in tier}
    future = max(tiers.values())
    required = frozenset(arrow for arrow in network.require if set(arrow) <= set(present))
    forbidden = {arrow for arrow in network.forbid if set(arrow) <= set(present)}
    for cause, effect in permutations(present, 2):
        theirs = cause in place and effect in place and tiers[cause] < future
        late = place[cause] > place[effect] if theirs else tiers[cause] > tiers[effect]
        if late and (cause, effect) not in required:
            forbidden.add((cause, effect))
    absent = tuple(dict.fromkeys(v for v in named if v not in present))
    return Rules(required, frozenset(forbidden)), absent


def network_problems(network: Network, tiers: Mapping[str, int]) -> list[str]:
    """What is wrong with ``network``, each as a sentence: names that are no variables, rules that contradict each other."""
    return _unknown(_named(network), tiers) + _contradictions(network, tiers)


def _named(network: Network) -> list[str]:
    return [v for arrow in (*network.require, *network.forbid) for v in arrow] + [v for tier in network.tiers for v in tier]


def _unknown(named: Iterable[str], tiers: Mapping[str, int]) -> list[str]:
    known = sorted(tiers)
    return [
        f"network: there is no variable {word!r}.{did_you_mean(word, known)} Known are: {', '.join(known)}"
        for word in dict.fromkeys(named)
        if word not in tiers
    ]


def _contradictions(network: Network, tiers: Mapping[str, int]) -> list[str]:
    listed = [v for tier in network.tiers for v in tier]
    problems = [f"network.tiers: {v} stands in more than one place" for v in dict.fromkeys(listed) if listed.count(v) > 1]
    place = {v: number for number, tier in enumerate(network.tiers) for v in tier}
    future = max(tiers, key=lambda v: tiers[v])
    if future in place and any(n > place[future] for n in place.values()):
        problems.append(f"network.tiers: nothing comes after {future}, which lies in the future of all others")
    for cause, effect in network.require:
        arrow = f"network.require: {cause} -> {effect}"
        if cause == effect:
            problems.append(f"{arrow}: a variable cannot lead to itself")
        elif cause == future:
            problems.append(f"{arrow}: nothing comes after {future}, which lies in the future of all others")
        elif (cause, effect) in network.forbid:
            problems.append(f"{arrow} stands under forbid too")
        elif place.get(cause, 0) > place.get(effect, len(place)):
            problems.append(f"{arrow}: the tiers put {cause} after {effect}")
    if not problems and not without_cycle(network.require):
        problems.append("network.require: the arrows lead in a circle; take out one of them")
    return problems
