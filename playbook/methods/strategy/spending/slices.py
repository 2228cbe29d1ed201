"""Slices: a proposal's lines, best value for money first, as a curve for the budget; and its lines cut where the money ends."""

from dataclasses import replace

import numpy as np

from playbook.methods.strategy.spending.allocation import Option
from playbook.result.contract import Proposal

__all__ = ["SLICES", "cut", "ranked", "sliced"]

SLICES = 20  # straight pieces that stand for a proposal's lines
LARGE = 0.01  # of the money at hand: a line that costs more is bought as a whole or not at all, with its like
ROUNDING = 1e-7  # share of a proposal's cost that is no money


def ranked(proposal: Proposal) -> Proposal:
    """The proposal with its lines in the order in which they are bought: free ones, then most value for the money first."""
    lines = proposal.lines
    cost, value = lines["cost"].to_numpy(dtype=float), lines["value"].to_numpy(dtype=float)
    ratio = np.divide(value, cost, out=np.full(len(lines), np.inf), where=cost > 0)
    return replace(proposal, lines=lines.iloc[np.argsort(-ratio, kind="stable")].reset_index(drop=True))


def sliced(proposal: Proposal, money: float) -> Option:
    """The curve of a ``ranked`` proposal: what its lines cost and bring together, at most ``SLICES`` pieces of falling return.

    Between two knots the curve runs below the lines' own, so that what is promised is never more than the lines bring. A proposal
    with a line dearer than ``LARGE`` of the ``money`` at hand and few lines keeps a piece for each, bought as a whole.
    """
    cost, value = (proposal.lines[c].to_numpy(dtype=float) for c in ("cost", "value"))
    free = int((cost <= 0).sum())
    spent, brought = np.cumsum(cost[free:]), value[:free].sum() + np.cumsum(value[free:])
    whole = 0 < len(spent) <= SLICES and bool(cost.max() > LARGE * money)
    if len(spent) > SLICES:
        ends = np.unique(np.searchsorted(spent, spent[-1] * np.arange(1, SLICES + 1) / SLICES * (1 - 1e-12)))
        spent, brought = spent[ends], brought[ends]
    return Option(np.append(0.0, spent), np.append(value[:free].sum(), brought), whole=whole)


def cut(proposal: Proposal, option: Option, part: np.ndarray) -> Proposal | None:
    """The lines of a ``ranked`` proposal that are paid when ``part`` of each piece of its ``option`` is bought; None without any.

    Lines are whole: the last that would be paid in part is left out.
    """
    cost = proposal.lines["cost"].to_numpy(dtype=float).clip(min=0)
    if option.whole:
        taken = np.append(np.ones(int((cost <= 0).sum()), dtype=bool), part > 0.5)
    else:
        taken = np.cumsum(cost) <= np.diff(option.amounts) @ part + ROUNDING * cost.sum()
    return replace(proposal, lines=proposal.lines[taken].reset_index(drop=True)) if taken.any() else None
