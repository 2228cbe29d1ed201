"""Win model: the chance that a deal is won, by the discount and by what else is known of the deal before it ends."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

__all__ = ["CONTROLS", "TENTH", "WinModel", "fit_wins"]

CONTROLS = ("owner", "product", "channel")
DRAWS = 400
SEED = 12
RARE = 10  # deals of one owner, product or channel below which it counts with the other rare ones
WIDE, NARROW = (
    2.5,
    1.0,
)  # prior standard deviations (log odds): intercept, size and a tenth of discount; one owner, product, channel
TENTH = 0.1
ROUNDS, CLOSE = 100, 1e-10


@dataclass(frozen=True)
class WinModel:
    """A logistic regression with draws of its coefficients.

    ``coefficients`` (p,) and ``draws`` (draws, p): intercept, discount (log odds per tenth), size, then the levels of the
    controls; ``middle`` and ``spread`` of the log of the list price; ``levels`` by control.
    """

    coefficients: np.ndarray
    error: np.ndarray
    draws: np.ndarray
    middle: float
    spread: float
    levels: dict[str, tuple[str, ...]]

    def base(self, deals: pd.DataFrame) -> np.ndarray:
        """Log odds without discount: (deals, draws)."""
        return self._known(deals) @ self.draws[:, _without_discount(self.draws.shape[1])].T

    def chance(self, deals: pd.DataFrame, discounts: np.ndarray) -> np.ndarray:
        """Chance to win at each of ``discounts`` (shares; (g,) for all deals or (deals, g)): (deals, g, draws)."""
        slope = self.draws[:, 1] / TENTH
        discounts = np.atleast_2d(np.asarray(discounts, dtype=float))
        return expit(self.base(deals)[:, None, :] + discounts[:, :, None] * slope)

    def _known(self, deals: pd.DataFrame) -> np.ndarray:
        size = (np.log(deals["list_price"].to_numpy(dtype=float)) - self.middle) / self.spread
        parts = [np.ones(len(deals)), size]
        for control, levels in self.levels.items():
            values = deals[control].to_numpy() if control in deals else np.full(len(deals), "", dtype=object)
            parts += [(values == level).astype(float) for level in levels]
        return np.column_stack(parts)


def _without_discount(columns: int) -> np.ndarray:
    return np.delete(np.arange(columns), 1)


def fit_wins(deals: pd.DataFrame, controls: tuple[str, ...] = CONTROLS) -> WinModel:
    """Fit on closed deals: columns won (bool), discount (share), list_price (> 0) and those of ``controls`` that are there.

    Maximum of the posterior under weakly informative normal priors (Gelman et al. 2008, Annals of Applied Statistics 2), which
    also holds where winners and losers can be told apart fully; draws by Laplace's approximation, the same for the same input.
    """
    log_size = np.log(deals["list_price"].to_numpy(dtype=float))
    middle, spread = float(log_size.mean()), float(log_size.std()) or 1.0
    levels = {control: _levels(deals[control]) for control in controls if control in deals}
    empty = WinModel(np.empty(0), np.empty(0), np.empty((0, 0)), middle, spread, levels)
    known = empty._known(deals)
    x = np.insert(known, 1, deals["discount"].to_numpy(dtype=float) / TENTH, axis=1)
    y = deals["won"].to_numpy(dtype=float)
    precision = np.full(x.shape[1], 1 / WIDE**2)
    beta, hessian = _maximum(x, y, precision)
    covariance = np.linalg.inv(hessian)
    half = np.random.default_rng(SEED).standard_normal((DRAWS // 2, len(beta))) @ np.linalg.cholesky(covariance).T
    return WinModel(beta, np.sqrt(np.diag(covariance)), beta + np.vstack([half, -half]), middle, spread, levels)


def _maximum(x: np.ndarray, y: np.ndarray, precision: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Newton's method with halved steps: the log posterior is concave, so that it ends at its one maximum."""
    beta = np.zeros(x.shape[1])

    def loss(b: np.ndarray) -> float:
        odds = x @ b
        return float(np.logaddexp(0, odds).sum() - y @ odds + precision @ b**2 / 2)

    now = loss(beta)
    for _ in range(ROUNDS):
        p = expit(x @ beta)
        hessian = x.T @ (x * (p * (1 - p))[:, None]) + np.diag(precision)
        step = np.linalg.solve(hessian, x.T @ (y - p) - precision * beta)
        size = 1.0
        while size > 1e-6 and loss(beta + size * step) > now:
            size /= 2
        beta, before, now = beta + size * step, now, loss(beta + size * step)
        if before - now < CLOSE:
            break
    p = expit(x @ beta)
    return beta, x.T @ (x * (p * (1 - p))[:, None]) + np.diag(precision)


def _levels(values: pd.Series) -> tuple[str, ...]:
    counts = values.value_counts()
    return tuple(sorted(str(v) for v in counts.index[counts >= RARE]))
