"""Counting: proposals of all sections side by side, so that no gain is counted twice and none is planned that is not worth it."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from playbook.result.contract import Proposal

__all__ = ["LEAST", "counted_once", "worthwhile"]

# What an action has to leave in a year, in the client's currency: our judgement. To prepare and review an action takes hours that
# are not in its cost; in a currency of small units (yen) the bar is low, and only keeps out what is next to nothing.
LEAST = 40.0


def counted_once(proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """The proposals with every key of a pool kept in one of them only: where most is left after cost.

    Two offers to one customer draw on the same purse: their gains do not add up. Ties go to the proposal that comes first;
    lines that bring no more than they cost are left out, and so are proposals without a line left.
    """
    rows = [p.lines.assign(place=i, pool=p.pool, row=range(len(p.lines))) for i, p in enumerate(proposals)]
    if not rows:
        return ()
    lines = pd.concat(rows, ignore_index=True)
    lines["left"] = lines["value"] - lines["cost"]
    lines = lines[lines["left"] > 0].sort_values(["left", "place"], ascending=[False, True], kind="stable")
    kept = lines.drop_duplicates(["pool", "key"]).groupby("place")["row"].agg(list)
    return tuple(
        replace(p, lines=p.lines.iloc[sorted(kept[i])].reset_index(drop=True)) for i, p in enumerate(proposals) if i in kept.index
    )


def worthwhile(proposal: Proposal) -> bool:
    """Whether what the proposal leaves after cost in a year is worth the work of doing it at all."""
    return proposal.value - proposal.cost >= LEAST
