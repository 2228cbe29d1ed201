"""Contract survival: which share of contracts lasts how long, as seen (Kaplan-Meier), and beyond what was seen (sBG).

Time is counted in months. Kaplan & Meier (1958) counts running contracts as long as they have been seen. The shifted beta
geometric model (sBG: Fader & Hardie 2007, "How to project customer retention", Journal of Interactive Marketing 21(1)) says
why the share that leaves falls with time: those who leave easily go first; it carries the curve on beyond the data.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, digamma
from statsmodels.duration.survfunc import SurvfuncRight

from playbook.methods.market_research.lifetime.likelihood import covariance_at

__all__ = [
    "MONTH",
    "Retention",
    "RetentionFit",
    "draw_curves",
    "fit_retention",
    "fit_sbg",
    "kaplan_meier",
    "months_held",
    "sbg_survival",
]

MONTH = 365.25 / 12  # days
SLACK = 0.1  # of a month: contracts end on working days, and months differ in length
YEAR, FEWEST_ENDED = 12, 10  # months at the end of the curve, and contracts that ended in them, to tell the pace beyond
PACES = (0.2, 5.0)  # bounds of that pace to the model's
FEWEST_SEEN = 20  # contracts that must still be under observation for a month of the curve to be read off the data
_FAR = 8.0


@dataclass(frozen=True)
class RetentionFit:
    """sBG: ``estimates`` (alpha, beta), their standard errors, ``covariance`` (2, 2) of their logarithms."""

    estimates: np.ndarray
    errors: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    at_bound: bool = False


@dataclass(frozen=True)
class Retention:
    """How long contracts last: ``curve`` [month, alive, low, high, running] as seen; ``fit`` for what lies after ``seen``."""

    curve: pd.DataFrame
    fit: RetentionFit
    seen: int
    months: np.ndarray
    ended: np.ndarray

    def survival(self, until: int) -> np.ndarray:
        """The share of contracts that outlasts 0, 1, ... ``until`` months: (until + 1,)."""
        return _joined(self.curve["alive"].to_numpy(), self.seen, self.fit.estimates, until, self.recent)

    @property
    def recent(self) -> int:
        """The month from which the end of the curve tells how fast contracts end; ``seen`` where too few ended in that year."""
        first = max(self.seen - YEAR, 0)
        late = self.ended & (self.months > first) & (self.months <= self.seen)
        return first if late.sum() >= FEWEST_ENDED else self.seen


def months_held(contracts: pd.DataFrame, as_of: pd.Timestamp) -> tuple[np.ndarray, np.ndarray]:
    """Full months of running contracts, the month in which the others ended (the first is 1), and whether they ended."""
    ended = contracts["end"].notna().to_numpy()
    days = (contracts["end"].fillna(as_of) - contracts["start"]).dt.days.to_numpy()
    months = days / MONTH
    return np.where(ended, np.maximum(np.ceil(months - SLACK), 1), np.floor(months + SLACK)).astype(int), ended


def kaplan_meier(months: np.ndarray, ended: np.ndarray) -> pd.DataFrame:
    """Share alive after every month from 0 to the longest seen: month, alive, low and high (80 percent), running (still seen).

    The range is Greenwood's on the scale of log(-log), so that it stays between 0 and 1.
    """
    last = int(months.max())
    found = SurvfuncRight(np.maximum(months, 0.5), ended.astype(int))
    at = np.searchsorted(found.surv_times, np.arange(last + 1), side="right") - 1
    alive = np.where(at >= 0, found.surv_prob[at], 1.0)
    error = np.where(at >= 0, found.surv_prob_se[at], 0.0)
    inner = (alive > 0) & (alive < 1)
    safe = np.where(inner, alive, 0.5)
    width = np.where(inner, 1.2816 * error / (safe * -np.log(safe)), 0.0)
    counts = np.bincount(months, minlength=last + 1)
    return pd.DataFrame(
        {
            "month": np.arange(last + 1),
            "alive": alive,
            "low": np.where(inner, safe ** np.exp(width), alive),
            "high": np.where(inner, safe ** np.exp(-width), alive),
            "running": counts[::-1].cumsum()[::-1],
        }
    )


def sbg_survival(estimates: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The share that outlasts each of ``times``: B(alpha, beta + t) / B(alpha, beta)."""
    alpha, beta = estimates
    return np.exp(betaln(alpha, beta + times) - betaln(alpha, beta))


def fit_sbg(months: np.ndarray, ended: np.ndarray, weights: np.ndarray | None = None) -> RetentionFit:
    """Maximum likelihood: those who ``ended`` left in period ``months`` (1, 2, ...), the others lasted at least that long.

    ``weights`` counts equal cases. Source: Fader & Hardie (2007), equations 5 to 8 and appendix B.
    """
    cells = pd.DataFrame({"t": months, "ended": ended, "count": 1.0 if weights is None else weights})
    cells = cells.groupby(["t", "ended"], as_index=False)["count"].sum()
    t, gone, count = (cells[c].to_numpy(dtype=float) for c in ("t", "ended", "count"))
    n = count.sum()

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        alpha, beta = np.exp(logs)
        left, stay = alpha + gone, beta + t - gone  # B(alpha + 1, beta + t - 1) for the ended, B(alpha, beta + t) for the others
        value = count @ (betaln(left, stay) - betaln(alpha, beta))
        both, base = digamma(left + stay), digamma(alpha + beta)
        slope_alpha = count @ (digamma(left) - both - digamma(alpha) + base)
        slope_beta = count @ (digamma(stay) - both - digamma(beta) + base)
        return -value / n, -np.array([slope_alpha * alpha, slope_beta * beta]) / n

    start = np.zeros(2)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(-_FAR, _FAR)] * 2, options={"ftol": 1e-14, "gtol": 1e-9})
    # Where all contracts are alike only the share that leaves is known, and the other direction is flat: taken as known.
    estimates, covariance = np.exp(found.x), covariance_at(loss, found.x, n)
    edge = bool(np.abs(found.x).max() > _FAR - 1e-3)
    return RetentionFit(estimates, estimates * np.sqrt(np.diag(covariance)), covariance, float(-found.fun * n), edge)


def fit_retention(months: np.ndarray, ended: np.ndarray) -> Retention:
    """Both together: the curve as seen, as long as at least 20 contracts are under observation, and the model beyond."""
    curve = kaplan_meier(months, ended)
    enough = curve.loc[(curve["running"] >= min(FEWEST_SEEN, len(months))) & (curve["alive"] > 0), "month"]
    return Retention(curve, fit_sbg(months, ended), int(enough.max()), months, ended)


def draw_curves(retention: Retention, until: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Survival curves as other samples of contracts would have shown them: (draws, until + 1).

    As seen: Bayesian bootstrap of the life table (Rubin 1981). Beyond: the model's parameters from their asymptotic normal.
    """
    seen = retention.seen
    size = int(retention.months.max()) + 1
    lost, kept = (np.bincount(retention.months[flag], minlength=size) for flag in (retention.ended, ~retention.ended))
    lost, kept = (rng.gamma(np.maximum(count, 1e-12), size=(draws, size)) * (count > 0) for count in (lost, kept))
    at_risk = (lost + kept)[:, ::-1].cumsum(axis=1)[:, ::-1]
    hazard = np.divide(lost, at_risk, out=np.zeros_like(lost), where=at_risk > 0).clip(0.0, 1.0)
    alive = np.cumprod(1 - hazard, axis=1)
    moves = rng.multivariate_normal(np.zeros(2), retention.fit.covariance, size=draws, method="eigh")
    fits = retention.fit.estimates * np.exp(moves)
    return np.stack([_joined(a, seen, f, until, retention.recent) for a, f in zip(alive, fits, strict=True)])


def _joined(alive: np.ndarray, seen: int, estimates: np.ndarray, until: int, recent: int) -> np.ndarray:
    """The curve as seen; after month ``seen`` the model's, at the pace at which contracts ended from ``recent`` to ``seen``.

    Where all that is seen has a course of its own (a first term that ends), the model alone would go on too fast or too slowly.
    """
    months = np.arange(max(until, seen) + 1)
    model = np.log(np.maximum(sbg_survival(estimates, months.astype(float)), 1e-300))
    given, fallen = model[recent] - model[seen], np.log(max(alive[recent], 1e-300)) - np.log(max(alive[seen], 1e-300))
    pace = float(np.clip(fallen / given, *PACES)) if given > 0 and alive[seen] > 0 else 1.0
    beyond = alive[seen] * np.exp(pace * (model - model[seen]))
    return np.where(months <= seen, alive[np.minimum(months, seen)], beyond)[: until + 1]
