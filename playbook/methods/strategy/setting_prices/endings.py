"""Endings: how the client lets prices end (x.99, x.90, x9), learnt from its own prices, and the prices that end so."""

from dataclasses import dataclass

import numpy as np

from playbook.result.formats import Formats

__all__ = ["Endings", "learn_endings"]

MODULI = (10_000, 1_000, 100, 10)  # hundreds, tens, units and tenths, in hundredths of the currency
FROM = 10  # times the modulus: below such a price the pattern would be too coarse
MOST_ENDINGS, COVERED, FEWEST = 3, 0.8, 8  # so few endings, of so many of the prices, of so many prices, are a habit
HABIT = 0.1  # share of prices from which an ending is part of it
DIGITS = 3  # significant digits of a price where there is no habit; fewer where that gives too many
WHOLE_CENTS = 0.1  # price from which no parts of a cent are asked
ROUND = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class Endings:
    """``habits``: modulus and endings in hundredths of the currency, the largest modulus first; empty where there is no habit."""

    habits: tuple[tuple[int, tuple[int, ...]], ...]

    def allowed(self, low: float, high: float, most: int) -> np.ndarray:
        """Prices from ``low`` to ``high`` that end as the client's do, rising; at most ``most``, evenly picked or rounder.

        May be empty. Where there is no habit, prices have three significant digits, and no parts of a cent from 0.10 on.
        """
        if not 0 < low <= high:
            return np.array([])
        top, found = np.inf, []
        for modulus, ends in self.habits:
            bottom = FROM * modulus / 100
            if max(low, bottom) <= high and low < top:
                steps = np.arange(int(100 * max(low, bottom)) // modulus, int(100 * min(high, top)) // modulus + 1)
                prices = (steps[:, None] * modulus + np.array(ends)).ravel() / 100
                found.append(prices[(prices >= bottom) & (prices < top)])
            top = bottom
        if low < top:
            prices = _round_prices(low, min(high, top), most)
            found.append(prices[prices < top])
        prices = np.sort(np.concatenate(found))
        prices = prices[(prices >= low * (1 - 1e-9)) & (prices <= high * (1 + 1e-9))]
        if len(prices) > most:
            prices = prices[np.unique(np.linspace(0, len(prices) - 1, most).round().astype(int))]
        return prices

    def words(self, price: float, fmt: Formats) -> str | None:
        """The habit at such a price in words: ".90 or .95"; None without one."""
        habit = self._habit(price)
        if habit is None:
            return None
        width = len(str(habit[0])) - 1
        digits = [str(end).zfill(width) for end in habit[1]]
        return fmt.listed([f"{d[:-2]}.{d[-2:]}" if width > 1 else d for d in digits], "or")

    def _habit(self, price: float) -> tuple[int, tuple[int, ...]] | None:
        return next((habit for habit in self.habits if 100 * price >= FROM * habit[0]), None)


def _round_prices(low: float, high: float, most: int) -> np.ndarray:
    step = 10.0 ** (np.floor(np.log10(low)) - DIGITS + 1)
    step = max(step, 0.01) if low >= WHOLE_CENTS else step
    step *= next((coarser for coarser in ROUND if (high - low) / (coarser * step) < most - 1), ROUND[-1])
    return np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step


def learn_endings(prices: np.ndarray) -> Endings:
    """The habit in ``prices`` (any shape; those not finite or not positive left out).

    For each size of a price, up to three endings that make up four in five of at least eight prices.
    """
    prices = np.asarray(prices, dtype=float).ravel()
    cents = np.round(100 * prices[np.isfinite(prices) & (prices > 0) & (prices < 1e9)]).astype(np.int64)
    habits = []
    for modulus in MODULI:
        ends, counts = np.unique(cents[cents >= FROM * modulus] % modulus, return_counts=True)
        if counts.sum() < FEWEST:
            continue
        order = np.lexsort((ends, -counts))[:MOST_ENDINGS]
        order = order[counts[order] >= HABIT * counts.sum()]
        if counts[order].sum() >= COVERED * counts.sum():
            habits.append((modulus, tuple(int(e) for e in sorted(ends[order]))))
            cents = cents[cents < FROM * modulus]  # of smaller prices the habit is their own
    return Endings(tuple(habits))
