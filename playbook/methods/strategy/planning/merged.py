"""Merged: the proposals of all sections as one plan: counted once, dated, each with its part of the keys that remain."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from playbook.methods.strategy.counting import counted_once
from playbook.methods.strategy.planning.plan_review import next_monday
from playbook.result.contract import Proposal, Worklist
from playbook.result.formats import Formats

__all__ = ["COLUMNS", "dated", "lists", "merged", "together"]

COLUMNS = (
    "action_id", "name", "action", "whom", "pool", "owner", "start", "review", "keys", "cost", "value_low", "value", "value_high",
    "days", "evidence", "kpi", "stop_rule",
)  # fmt: skip


def merged(proposed: Iterable[Proposal], funded: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """What is done: the ``funded`` proposals as the budget left them, and those of ``proposed`` that need no budget.

    Of two that draw on the same gain of a key only the better is kept, whichever section it comes from.
    """
    return counted_once((*funded, *(p for p in proposed if not p.waits)))


def dated(kept: Iterable[Proposal], proposed: Iterable[Proposal], as_of: date, fmt: Formats) -> pd.DataFrame:
    """One row per proposal kept, in order of start, with ``COLUMNS``; money is the client's currency a year, ``keys`` the number
    of customers, products or deals, ``days`` how many of its first year it runs.

    An action starts on the first Monday after ``as_of`` plus its lead time and is reviewed after its review time, never between
    the years. Of a proposal that is not followed for all, ``whom`` says for how many of ``proposed``.
    """
    whole = {p.id: len(p.lines) for p in proposed}
    rows = []
    for p in kept:
        start = next_monday(as_of + timedelta(days=max(p.lead_days, 1)))  # nobody starts on the day the data end
        review = next_monday(start + timedelta(days=p.review_days))
        keys, of = len(p.lines), whole.get(p.id, len(p.lines))
        whom = p.whom
        if keys < of:
            whom = fmt.say("{whom} ({n} of {all})", whom=p.whom, n=fmt.count(keys), all=fmt.count(of))
        low, value, high = (float(p.lines[c].sum()) for c in ("value_low", "value", "value_high"))
        rows.append(
            (p.id, p.name, p.action, whom, p.pool, p.owner, pd.Timestamp(start), pd.Timestamp(review), keys, p.cost, low,
             value, high, p.days, p.evidence, p.kpi, p.stop_rule)
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["start", "value"], ascending=[True, False], kind="stable", ignore_index=True)


def lists(kept: Iterable[Proposal]) -> tuple[Worklist, ...]:
    """The worklists of the proposals kept, with the rows of the keys kept and no others: their sums are those of the plan."""
    found = []
    for p in kept:
        if p.worklist is not None:
            frame = p.worklist.frame
            mine = frame[frame[p.worklist.key].isin(p.lines["key"])].reset_index(drop=True)
            found.append(replace(p.worklist, frame=mine))
    return tuple(found)


def together(actions: pd.DataFrame) -> tuple[float, float, float]:
    """Low, expected and high of all actions of ``dated`` in sum.

    Actions that draw on the same gain are taken to be too hopeful or too careful together; those of different gains go wrong
    independently of each other, so that their half ranges add up as squares.
    """
    pools = actions.groupby("pool")[["value_low", "value", "value_high"]].sum()
    value = float(pools["value"].sum())
    down, up = ((pools["value"] - pools[c]) for c in ("value_low", "value_high"))
    return value - float(np.sqrt((down**2).sum())), value, value + float(np.sqrt((up**2).sum()))
