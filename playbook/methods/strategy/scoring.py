"""Scoring: who will say yes, learnt from cases with a known end, and whom to work on first."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.strategy.predicting.asked import Asked, ask_cases, ask_customers, ask_deals
from playbook.methods.strategy.predicting.columns import tidy
from playbook.methods.strategy.predicting.figures import gain_figure, profit_figure
from playbook.methods.strategy.predicting.findings import Scored, findings, headline
from playbook.methods.strategy.predicting.judge import Profit, profit
from playbook.methods.strategy.predicting.learn import FEWEST, Learned, learn
from playbook.methods.strategy.predicting.reasons import importance, partial_dependence, reasons
from playbook.methods.strategy.predicting.scored_list import proposals, scored_list, worklists
from playbook.methods.strategy.predicting.tables import assumptions, tables
from playbook.methods.strategy.predicting.wording import listed_reasons
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Scoring", "scoring"]

TOLD = 4  # columns whose influence is told in words


@dataclass(frozen=True, kw_only=True)
class Scoring(Result):
    """``asked``: the rows, what is learnt from and what a yes is worth; ``learned``: models compared and the one chosen, with the
    probabilities of rows it had not seen; ``profit`` of working from the best down (None where a yes or the work has no price);
    ``listed``: key, chance, value, cost, gain, why, but of each open case, best first; ``importance`` and ``dependence`` as in
    ``predicting.reasons``."""

    asked: Asked = field(repr=False)
    learned: Learned = field(repr=False)
    profit: Profit | None = field(repr=False)
    listed: pd.DataFrame = field(repr=False)
    importance: pd.DataFrame = field(repr=False)
    dependence: pd.DataFrame = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        """How many of the yes the first tenths hold, and what working down the list brings."""
        drawn = [gain_figure(self.learned, self.asked, self.fmt)]
        if self.profit is not None and self.learned.works:
            drawn.append(profit_figure(self.profit, self.asked, self.fmt))
        return tuple(drawn)


@section(
    "scoring",
    "Who will buy, and whom to call first?",
    promise="a tested score for leads, offers or customers, how far down the list a call pays, and the list with reasons",
    one_of=("labelled_cases", "opportunities", "customer_snapshots"),
)
def scoring(
    as_of: date,
    parameters: Assumptions,
    fmt: Formats,
    labelled_cases: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
    customer_snapshots: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    protected: tuple[str, ...] = (),
) -> Scoring | Locked:
    """Score cases, else deals of a pipeline, else customers: the first of them with 30 of either outcome.

    Five models and their average compared by nested cross-validation, later rows by earlier ones where days are known
    (``learn``); columns that give the outcome away are dropped; the chosen one is calibrated. What a yes is worth and what
    working on a row costs come from the client's columns or client.yml; only the part of a yes that the work brings about counts
    (``Asked.caused``).
    """
    candidates = []
    if labelled_cases is not None and len(labelled_cases):
        candidates.append(ask_cases(labelled_cases, customers, parameters, protected))
    if opportunities is not None and len(opportunities):
        candidates.append(ask_deals(opportunities, customers, as_of, parameters, protected))
    if customer_snapshots is not None and len(customer_snapshots):
        candidates.append(ask_customers(customer_snapshots, customers, parameters, protected))
    asked = next((one for one in candidates if min(one.counts) >= FEWEST), None)
    learned = _learned(asked) if asked is not None else None
    if learned is None:
        known, promise = [_counted(one, fmt) for one in candidates], fmt.told(scoring.section.promise)
        return Locked(
            fmt=fmt,
            headline="No score can be learnt yet: too few cases have a known end",
            unlock=(
                fmt.say(
                    "cases (case_id, outcome) with {n} successes and {n} failures, and columns that tell them apart", n=FEWEST
                ),
            ),
            promise=fmt.say("{promise} (so far {known})", promise=promise, known=listed_reasons(known, fmt))
            if known
            else promise,
        )
    closed = asked.closed
    rows = tidy(asked.features, asked.when if learned.model.dated else None)
    waiting = rows[~closed]
    chance, told = np.full(len(waiting), learned.base_rate), None
    if learned.works and len(waiting):  # a score that ranks no better than chance tells nobody from anybody
        chance, told = learned.model.predict_tidy(waiting), reasons(learned.model, rows[closed], waiting, fmt)
    ranked = importance(learned.trial)
    leading = ranked.loc[ranked["loss"] > 0, "column"].head(TOLD).tolist() if learned.works else []
    scored = Scored(
        fmt=fmt,
        asked=asked,
        learned=learned,
        profit=_profit(asked, learned),
        listed=scored_list(asked, chance, told),
        faithful=told.faithful if told is not None else None,
        importance=ranked,
        dependence=partial_dependence(learned.model, rows[closed], leading, fmt),
    )
    return Scoring(
        fmt=fmt,
        headline=headline(scored),
        findings=findings(scored),
        tables=tables(scored),
        assumptions=assumptions(scored),
        proposals=proposals(scored),
        worklists=worklists(scored),
        asked=asked,
        learned=learned,
        profit=scored.profit,
        listed=scored.listed,
        importance=ranked,
        dependence=scored.dependence,
    )


def _counted(asked: Asked, fmt: Formats) -> str:
    yes, no = map(fmt.count, asked.counts)
    return fmt.say("{source}: {yes} with success, {no} without", source=fmt.told(asked.source), yes=yes, no=no)


def _learned(asked: Asked) -> Learned | None:
    """None where the columns hold nothing to learn from."""
    closed = asked.closed
    when = None if asked.when is None or asked.when[closed].isna().any() else asked.when[closed]
    waiting = asked.features[~closed] if (~closed).any() else None
    try:
        return learn(
            asked.features[closed], asked.outcome[closed].astype(bool), when, waiting=waiting, keep=asked.known,
        )  # fmt: skip
    except ValueError as reason:
        if "nothing to learn" in str(reason) or "too few" in str(reason):
            return None
        raise


def _profit(asked: Asked, learned: Learned) -> Profit | None:
    """On rows not seen that were worked on; None where a price is not known."""
    judged = learned.held_out
    at = judged.index.to_numpy()
    value, cost, known = asked.value[at] * asked.caused[1], asked.cost[at], asked.priced[at]
    if not known.any() or not (value[known] > 0).any() or not (cost[known] > 0).any():
        return None
    outcome = judged["outcome"].to_numpy(dtype=bool)
    return profit(outcome[known], judged["probability"].to_numpy()[known], value[known], cost[known])
