"""Fairness: does the score choose, find and promise alike in the groups that the client protects, and what would equal cost?"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.methods.strategy.equity.closing import SAME_FOUND, SAME_SHARE, equal_choice, equal_finding, stand_ins
from playbook.methods.strategy.equity.figures import chosen_figure
from playbook.methods.strategy.equity.findings import Judged, findings, headline
from playbook.methods.strategy.equity.gaps import FEWEST, Gap, gap_of, grouped
from playbook.methods.strategy.equity.tables import assumptions, tables
from playbook.methods.strategy.scoring import Scoring
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Fairness", "fairness"]

TOP = 0.2  # share chosen where no price says how many


@dataclass(frozen=True, kw_only=True)
class Fairness(Result):
    """``gaps``: one for each protected attribute with two groups that are large enough; ``costs``: attribute, way (the same share
    chosen, the same share found), profit today and then, lost (money, or yes found where no money is known), chosen;
    ``stand_ins``: attribute, column, told."""

    gaps: tuple[Gap, ...]
    costs: pd.DataFrame
    stand_ins: pd.DataFrame = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        """How often each group is chosen."""
        return (chosen_figure(self.gaps, self.fmt),)


@section(
    "fairness",
    "Does the score treat everybody fairly?",
    promise="for each protected attribute, how often each group is chosen, how many of its successes are found, and what"
    " equal treatment would cost",
)
def fairness(scoring: Scoring, fmt: Formats, protected: tuple[str, ...] = ()) -> Fairness | Locked:
    """Judge the score on rows it had not seen, by attributes that it never saw (``protected`` in client.yml).

    Chosen are the rows whose work pays, of those that were worked on at a known price (as in ``Scoring.profit``), or the best
    fifth where no price is known or nothing pays. Locked without a protected attribute, or where none has two groups of 50.
    """
    held = scoring.asked.protected
    if not protected or not len(held.columns):
        if not protected:
            return _locked(
                fmt,
                fmt.say(
                    "the names of attributes that must not matter, such as gender or age group (protected, in client.yml), so"
                    " that the score can be judged by them and is not learnt from them"
                ),
            )
        need = fmt.say(
            "a column named {columns}, so that the score can be judged by it and is not learnt from it",
            columns=fmt.listed(protected, "or"),
        )
        return _locked(fmt, need)
    judged = scoring.learned.held_out
    if scoring.profit is not None:
        judged = judged[scoring.asked.priced[judged.index]]
    at = judged.index.to_numpy()
    outcome, chance = judged["outcome"].to_numpy(dtype=bool), judged["probability"].to_numpy()
    chosen, worth, brought, priced = _choice(scoring, at, outcome, chance)
    gaps, costs, proxies = [], [], []
    for name in held.columns:
        group = grouped(held[name].iloc[at].reset_index(drop=True), fmt)
        gap = gap_of(name, group, outcome, chance, chosen)
        if gap is None:
            continue
        gaps.append(gap)
        today = float(brought[chosen].sum())
        for way, other in (
            (SAME_SHARE, equal_choice(group.to_numpy(), worth, chosen)),
            (SAME_FOUND, equal_finding(group.to_numpy(), worth, chosen, outcome)),
        ):
            then = float(brought[other].sum())
            costs.append((name, way, today, then, today - then, int(other.sum())))
        told = stand_ins(
            scoring.asked.features.iloc[at].drop(columns=scoring.learned.dropped["column"], errors="ignore"), group.to_numpy()
        )
        proxies.append(told.assign(attribute=name))
    if not gaps:
        need = fmt.say(
            "at least {n} scored cases in two groups of {columns}",
            n=fmt.count(FEWEST),
            columns=fmt.listed(held.columns, "or"),
        )
        return _locked(fmt, need)
    told = Judged(
        fmt=fmt,
        nouns=scoring.asked.nouns,
        gaps=tuple(gaps),
        costs=pd.DataFrame(costs, columns=["attribute", "way", "today", "then", "lost", "chosen"]),
        stand_ins=pd.concat(proxies, ignore_index=True),
        priced=priced,
        share=float(chosen.mean()),
        cases=len(at),
    )
    return Fairness(
        fmt=fmt,
        headline=headline(told),
        findings=findings(told),
        tables=tables(told),
        assumptions=assumptions(told),
        gaps=told.gaps,
        costs=told.costs,
        stand_ins=told.stand_ins,
    )


def _locked(fmt: Formats, need: str) -> Locked:
    return Locked(
        fmt=fmt, headline="The fairness of the score has not been judged yet", unlock=(need,), promise=fairness.section.promise
    )


def _choice(
    scoring: Scoring, at: np.ndarray, outcome: np.ndarray, chance: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """Which rows are chosen, by what they rank, and what each brought: money where that is known (last), else one for a yes."""
    asked = scoring.asked
    if scoring.profit is not None:
        value, cost = asked.value[at] * asked.caused[1], asked.cost[at]
        expected = chance * value - cost
        if (expected > 0).any():
            return expected > 0, expected, outcome * value - cost, True
    chosen = np.zeros(len(at), dtype=bool)
    chosen[np.argsort(-chance, kind="stable")[: round(TOP * len(at))]] = True
    return chosen, chance, outcome.astype(float), False
