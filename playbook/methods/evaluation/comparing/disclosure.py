"""Disclosure: can a single client's figure be read off what is published? The widest guess that a reader is left with.

What is published are rounded weighted sums of the ordered figures. A reader who knows how they are made can work out, by
linear programming, between which bounds each client's figure must lie (audit of published sums: Hundepool and others 2012,
Statistical Disclosure Control, ch. 4). Nothing is published where that is too narrow, be the reader anybody, or one of the
clients, who knows one figure: their own.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog

from playbook.methods.evaluation.comparing.quantiles import rounding, weights

__all__ = ["NARROW", "STRANGER", "safe", "worlds"]

NARROW = 0.10  # of a figure: bounds that lie closer together than this give it away to one who knows their own
STRANGER = 0.20  # the same for everybody else: two figures of rounding alone must not be all that hides it
MOST_WITH_INSIDER = 9  # clients up to which one who knows their own figure learns more than a stranger


def safe(values: Sequence[float], published: dict[float, float], bounds: tuple[float | None, float | None]) -> bool:
    """Whether the ``published`` quantiles (share: rounded value) of ``values`` leave every single figure open.

    ``bounds``: between which figures of that kind can lie at all (0 and 1 for a share), None where there is no bound.
    """
    figures = np.sort(np.asarray(values, dtype=float))
    n, scale = len(figures), np.maximum(np.abs(figures), np.median(np.abs(figures)))
    insiders = [None, *range(n)] if n <= MOST_WITH_INSIDER else [None]
    for insider in insiders:
        known = {} if insider is None else {insider: float(figures[insider])}
        least = (STRANGER if insider is None else NARROW) * scale
        for place in (i for i in range(n) if i != insider):
            found = worlds(n, published, bounds, place, known)
            if found is None or found[1][place] - found[0][place] < least[place]:
                return False
    return True


def worlds(
    n: int, published: dict[float, float], bounds: tuple[float | None, float | None], place: int, known: dict[int, float]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Two sets of ``n`` figures in rising order that would be published just so: the one with the lowest and the one with the
    highest figure at ``place`` (0 is the first). ``known``: figures that the reader knows, by place. None where none is found."""
    rows, limits = [], []
    for share, value in published.items():
        low, high = rounding(value)
        weight = weights(n, share)
        rows += [weight, -weight]
        limits += [high, -low]
    rising = np.eye(n)[:-1] - np.eye(n)[1:]
    limit = [(known[i], known[i]) if i in known else bounds for i in range(n)]
    goal, found = np.eye(n)[place], []
    for sign in (1, -1):
        solved = linprog(sign * goal, np.vstack([*rows, rising]), [*limits, *np.zeros(n - 1)], bounds=limit, method="highs")
        if solved.status != 0:
            return None
        found.append(solved.x)
    return found[0], found[1]
