"""Programme: linear and mixed-integer linear programmes, solved exactly, with the price of each limit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

__all__ = ["Optimum", "maximise"]

GAP = 1e-7  # of the optimum, at which a search over whole numbers ends


@dataclass(frozen=True)
class Optimum:
    """Best ``amounts``, their ``total`` gain, and for each limit the gain of one more unit of it (``prices``).

    With whole numbers the prices hold as long as those stay what they are.
    """

    amounts: np.ndarray
    total: float
    prices: np.ndarray


def maximise(
    gain: Sequence[float],
    use: Sequence[Sequence[float]],
    limits: Sequence[float],
    upper: Sequence[float | None] | None = None,
    whole: Sequence[bool] | None = None,
) -> Optimum:
    """Maximise ``gain @ x`` under ``use @ x <= limits`` and ``0 <= x <= upper`` (None: no bound); exact.

    ``gain``, ``upper`` and ``whole`` (True: a whole number) have one value an option, ``limits`` one a row of ``use``. A cost is
    minimised as its negative, a requirement ``>=`` as the negative row. Raises ValueError when no amounts meet the limits or the
    gain has no end. Solver: HiGHS (Huangfu and Hall 2018, Mathematical Programming Computation 10), dual values as in Hillier and
    Lieberman, Introduction to Operations Research, ch. 4.7.
    """
    gain, limits = np.asarray(gain, dtype=float), np.asarray(limits, dtype=float)
    use = csr_array(np.asarray(use, dtype=float).reshape(len(limits), len(gain)))
    low, high = np.zeros(len(gain)), np.array([np.inf if u is None else u for u in upper or [None] * len(gain)], dtype=float)
    if whole is not None and np.any(whole):
        rows = LinearConstraint(use, -np.inf, limits)
        found = milp(
            -gain, integrality=np.asarray(whole), bounds=Bounds(low, high), constraints=rows, options={"mip_rel_gap": GAP}
        )
        if not found.success:
            raise ValueError(f"no best allocation: {found.message}")
        fixed = np.asarray(whole)
        low[fixed] = high[fixed] = np.round(found.x[fixed])
    found = linprog(-gain, A_ub=use, b_ub=limits, bounds=np.column_stack([low, high]), method="highs")
    if not found.success:
        raise ValueError(f"no best allocation: {found.message}")
    return Optimum(found.x, float(gain @ found.x), -found.ineqlin.marginals + 0.0)
