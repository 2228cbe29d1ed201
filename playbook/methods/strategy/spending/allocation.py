"""Allocation: a budget split over options, each with a curve of what rising amounts bring."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from playbook.methods.strategy.spending.programme import maximise

__all__ = ["Allocation", "Option", "allocate", "least"]

TOLERANCE = 1e-9
NOTHING = 1e-7  # share of the money spent below which what is left is rounding
TIE = 1e-6  # by which money that just comes back is better spent than kept


@dataclass(frozen=True)
class Option:
    """What can be bought: any amount from ``amounts[0]`` to ``amounts[-1]`` brings ``values``, straight between the knots.

    ``amounts`` rise and have at least one entry. A concave curve is a linear programme; where its slope rises somewhere (S-shaped
    answers), the pieces are bought in their order by binary variables. ``step``: the amount is a multiple of it. ``whole``: every
    piece for itself is bought as a whole or not at all.
    """

    amounts: np.ndarray
    values: np.ndarray
    step: float | None = None
    whole: bool = False

    def __post_init__(self):
        if not len(self.amounts) or len(self.amounts) != len(self.values) or np.any(np.diff(self.amounts) <= 0):
            raise ValueError("an option needs rising amounts, and a value for each")

    @property
    def bent(self) -> bool:
        """Whether a later piece is better than an earlier one that has to be bought before it."""
        slopes = np.diff(self.values) / np.diff(self.amounts)
        rises = np.diff(slopes) > 1e-7 * np.abs(slopes).max(initial=1.0)
        return bool(rises.any()) and not self.whole


@dataclass(frozen=True)
class Allocation:
    """Money per option, what it brings, the sums of both, what is left of the budget, and the gain of the budget's next unit.

    ``left`` is infinite without a budget; ``price`` is zero while money is left. ``parts``: by option the share bought of each
    piece; of a stepped one, of each run of like steps.
    """

    amounts: np.ndarray
    values: np.ndarray
    spent: float
    total: float
    left: float
    price: float
    parts: tuple[np.ndarray, ...]


def least(options: Sequence[Option]) -> float:
    """The smallest sum that the options' floors and steps allow; infinite where a step fits nowhere between floor and cap."""
    return float(sum(_steps(o)[0] * o.step if o.step else o.amounts[0] for o in options))


def allocate(options: Sequence[Option], budget: float = np.inf) -> Allocation:
    """Split ``budget`` so that value less money is largest; money that brings back less than itself is kept.

    Exact for the options' straight pieces: a linear programme, with whole numbers for steps, for options taken whole and for
    S-shaped curves. Raises ValueError for a negative budget, or one below the options' floors (``least``).
    """
    if budget < 0:
        raise ValueError(f"a budget cannot be negative: {budget}")
    if (floors := least(options)) > budget * (1 + TOLERANCE) or not np.isfinite(floors):
        raise ValueError(f"the options take at least {floors:g}, more than the budget of {budget:g}")
    options = [_in_steps(o) if o.step else o for o in options]
    if any(len(o.amounts) > 1 for o in options):
        parts, price = _solve(options, budget)
    else:
        parts, price = [np.zeros(0)] * len(options), 0.0
    amounts = np.array([o.amounts[0] + np.diff(o.amounts) @ part for o, part in zip(options, parts, strict=True)])
    values = np.array([o.values[0] + np.diff(o.values) @ part for o, part in zip(options, parts, strict=True)])
    spent = float(amounts.sum())
    left = max(float(budget) - spent, 0.0)
    left = 0.0 if left < NOTHING * spent else left
    return Allocation(amounts, values, spent, float(values.sum()), left, 0.0 if left else price, tuple(parts))


def _solve(options: Sequence[Option], budget: float) -> tuple[list[np.ndarray], float]:
    """By option the share bought of each piece; and what the budget's next unit brings.

    Columns are the pieces of all options, those of a stepped one by the number of steps; then for bent options a binary for each
    piece but the last.
    """
    widths = [np.diff(o.amounts) for o in options]
    count = [np.round(w / o.step) if o.step else np.ones(len(w)) for o, w in zip(options, widths, strict=True)]
    piece = np.concatenate([[0], np.cumsum([len(w) for w in widths])]).astype(int)
    binary = piece[-1] + np.concatenate(
        [[0], np.cumsum([len(w) - 1 if o.bent else 0 for o, w in zip(options, widths, strict=True)])]
    )
    binaries = np.zeros(int(binary[-1] - piece[-1]))
    upper = np.concatenate([*count, binaries + 1])
    gain = np.concatenate([*(np.diff(o.values) - w * (1 - TIE) for o, w in zip(options, widths, strict=True)), binaries]) / upper
    money = np.concatenate([*widths, binaries]) / upper
    whole = np.append(np.repeat([o.whole or o.step is not None for o in options], np.diff(piece)), binaries == 0)
    room = budget - sum(float(o.amounts[0]) for o in options)
    size = max(float(money.max()), 1.0)  # the solver's tolerances are absolute
    rows, limits = [money / size], [room / size]
    for i in range(len(options)):
        for k in range(binary[i + 1] - binary[i]):  # no piece begins before the one below it is full
            full, below = np.zeros((2, len(gain)))
            full[[binary[i] + k, piece[i] + k]] = count[i][k], -1
            below[[piece[i] + k + 1, binary[i] + k]] = 1, -count[i][k + 1]
            rows += [full, below]
            limits += [0.0, 0.0]
    if not np.isfinite(budget):
        rows, limits = rows[1:], limits[1:]
    scale = max(float(np.abs(gain).max()), 1.0)
    found = maximise(gain / scale, rows, limits, list(upper), whole)
    parts = [np.clip(found.amounts[piece[i] : piece[i + 1]] / c, 0, 1) for i, c in enumerate(count)]
    return parts, float(found.prices[0]) * scale / size + 1 - TIE if np.isfinite(budget) else 0.0


def _in_steps(option: Option) -> Option:
    """The option at whole steps only: knots where its own lie, or on either side of them."""
    knots = option.amounts / option.step
    knots = np.unique(np.clip([np.floor(knots + TOLERANCE), np.ceil(knots - TOLERANCE)], *_steps(option)))
    return replace(option, amounts=knots * option.step, values=np.interp(knots * option.step, option.amounts, option.values))


def _steps(option: Option) -> tuple[float, float]:
    """Smallest and largest number of steps between the option's floor and cap; infinite where none fits."""
    first = np.ceil(option.amounts[0] / option.step - TOLERANCE)
    last = np.floor(option.amounts[-1] / option.step + TOLERANCE)
    return (float(first), float(last)) if first <= last else (np.inf, np.inf)
