"""Fitting: response curves of all channels at once, held by priors where the weeks say little, with draws for honest ranges.

Orders of a week = controls + sum over channels of mean effect x (answer / mean answer) + noise that hangs together from
week to week. Mean effects, carry-over and half-points are positive by construction (logs and logits), effects of the controls are
integrated out. The most likely point is found by least squares with the priors as further residuals; draws around it (a t
distribution with the curvature there) are weighted by how likely each is, for every form of saturation, and picked by weight.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import least_squares, minimize
from scipy.special import expit

from playbook.methods.strategy.spending.controls import BEND, SEASON, controls
from playbook.methods.strategy.spending.panel import SpendPanel
from playbook.methods.strategy.spending.response import FORMS, adstock, lagged, saturation

__all__ = ["DRAWS", "Response", "fit_response"]

DRAWS, TRIED, SEED = 400, 1500, 0  # draws kept, and tried for each form of saturation
TAILS, WIDER = 6, 1.15  # degrees of freedom of the t distribution, and its width beside the curvature's
# Priors. Effects: with claims, a channel causes 0.6 of the orders it claims, give or take a factor of 2 or so (experiments find
# less than is claimed: Gordon, Zettelmeyer, Bhargava and Chapsky 2019, Marketing Science 38; Blake, Nosko and Tadelis 2015,
# Econometrica 83); without, all channels bring 0.15 of the orders, in parts like their spend, give or take a factor of 3.
CAUSED, CAUSED_SPREAD = 0.6, 0.6
BROUGHT, BROUGHT_SPREAD = 0.15, 1.0
CARRYOVER, CARRYOVER_SPREAD = -1.0, 1.0  # logit: half of all between 0.16 and 0.42 from one week to the next
HALF_SPREAD = 0.8  # log, around the mean spend of the weeks with spend
NOISE = np.log([0.4, 0.15, 0.5, 0.3])  # noise, its hanging together (odds), bends, season; in standard deviations of the orders
NOISE_SPREAD = np.array([2.0, 1.0, 1.0, 1.0])
ROUNDS, ODD, MOST_ODD = 3, 4.0, 0.05  # a week further than 4 standard deviations out of line stands for itself
STEP = 1e-5


@dataclass(frozen=True)
class Response:
    """Draws of what is not known for sure, each equally likely.

    ``effect``: draws x channels, mean orders a week over the panel's weeks; ``carryover`` and ``half`` (client's currency a week)
    alike; ``form``: of each draw, a name in ``FORMS``; ``noise``: standard deviation, orders a week; ``explained``: share of the
    variance of orders; ``odd``: weeks left to themselves; ``weights``: how likely each form is.
    """

    panel: SpendPanel
    effect: np.ndarray
    carryover: np.ndarray
    half: np.ndarray
    form: np.ndarray
    noise: float
    explained: float
    odd: np.ndarray
    weights: dict[str, float]


def fit_response(panel: SpendPanel, price: np.ndarray | None, events: np.ndarray) -> Response:
    """Fit the panel; ``price`` (level by week, or None) and ``events`` (weeks x events) are controls. The same on every run."""
    model = _model(panel)
    gaps = np.abs(np.subtract.outer(np.arange(len(panel.weeks)), np.arange(len(panel.weeks))))
    kept, form = panel.known, next(iter(FORMS))
    theta, sizes, odd = model.mean, NOISE, np.zeros(len(panel.weeks), dtype=bool)
    for number in range(ROUNDS):
        columns, kinds, spread = controls(panel.weeks, price, events, odd)
        columns, noise = columns[kept], _Noise(columns[kept], kinds, spread, gaps[np.ix_(kept, kept)])
        rest = (model.orders - model.predicted(theta, form))[kept]
        sizes = minimize(noise.unlikely, sizes, args=(rest,), method="Nelder-Mead", options=_QUICK).x
        theta = _nearest(model, noise.root(sizes), kept, theta, form).x
        surprise = noise.surprise(sizes, (model.orders - model.predicted(theta, form))[kept])
        if number == 0:
            odd[np.flatnonzero(kept)[_out_of_line(surprise)]] = True
    root = noise.root(sizes)
    rng, tried, chance, forms = np.random.default_rng(SEED), [], [], []
    for name in FORMS:
        drawn, likely = _tried(model, root, kept, theta, name, rng)
        tried.append(drawn)
        chance.append(likely)
        forms += [name] * len(drawn)
    picked, weight = _picked(np.concatenate(chance))
    forms = np.array(forms)
    draws = np.vstack(tried)[picked]
    effect, carryover, half = np.split(draws, 3, axis=1)
    return Response(
        panel=panel,
        effect=np.exp(effect) * model.scale,
        carryover=expit(carryover),
        half=np.exp(half) * model.unit,
        form=forms[picked],
        noise=float(np.std(surprise) * model.scale),
        explained=float(1 - np.var(surprise) / np.var(model.orders[kept])),
        odd=odd,
        weights={name: float(weight[forms == name].sum()) for name in FORMS},
    )


_QUICK = {"maxfev": 120, "xatol": 0.02, "fatol": 0.02}


@dataclass(frozen=True)
class _Model:
    """``theta`` is log mean effect, logit carry-over and log half-point by channel, one after the other. ``orders`` are counted
    from their mean, in ``scale``; half-points in each channel's ``unit``. ``mean`` and ``prior`` (covariance): believed before.
    """

    lags: np.ndarray
    orders: np.ndarray
    scale: float
    unit: np.ndarray
    mean: np.ndarray
    prior: np.ndarray
    sharp: np.ndarray  # whitens a distance from the mean

    def shapes(self, theta: np.ndarray, form: str) -> np.ndarray:
        _, carryover, half = np.split(theta, 3, axis=-1)
        answer = saturation(form, adstock(self.lags, expit(carryover)), np.exp(half))
        return answer / answer.mean(axis=-2, keepdims=True)

    def predicted(self, theta: np.ndarray, form: str) -> np.ndarray:
        """Orders by week, for one or several rows of parameters."""
        effect = np.exp(np.split(theta, 3, axis=-1)[0])
        return np.einsum("...tc,...c->...t", self.shapes(theta, form), effect)

    def slopes(self, theta: np.ndarray, form: str) -> np.ndarray:
        """Change of the prediction by parameter: weeks x parameters. A channel's shape moves its own column only."""
        effect, shapes = np.exp(np.split(theta, 3)[0]), self.shapes(theta, form)
        size, found = len(effect), [shapes * effect]
        for block in (1, 2):
            moved = theta.copy()
            moved[block * size : (block + 1) * size] += STEP
            found.append((self.shapes(moved, form) - shapes) * effect / STEP)
        return np.hstack(found)


def _model(panel: SpendPanel) -> _Model:
    size, scale = len(panel.channels), float(panel.orders[panel.known].std())
    unit = np.array([column[column > 0].mean() for column in panel.spend.T])
    if panel.claimed is not None:
        effect, level, spread = panel.claimed, CAUSED, CAUSED_SPREAD
    else:
        effect, level, spread = panel.spend.sum(axis=0) / panel.spend.sum() * panel.orders.mean(), BROUGHT, BROUGHT_SPREAD
    mean = np.concatenate([np.log(level * effect / scale), np.full(size, CARRYOVER), np.zeros(size)])
    prior = np.diag(np.repeat([spread**2, CARRYOVER_SPREAD**2, HALF_SPREAD**2], size))
    prior[:size, :size] += spread**2  # the level is shared by all channels, and each strays from it
    sharp = np.linalg.inv(np.linalg.cholesky(prior))
    orders = (panel.orders - panel.orders[panel.known].mean()) / scale
    return _Model(lagged(panel.spend / unit), orders, scale, unit, mean, prior, sharp)


@dataclass(frozen=True)
class _Noise:
    """Covariance of what the channels do not explain: noise that fades from week to week, and the controls' effects."""

    columns: np.ndarray
    kinds: np.ndarray
    spread: np.ndarray
    gaps: np.ndarray

    def own(self, sizes: np.ndarray) -> np.ndarray:
        fading = (0.9 * expit(sizes[1])) ** np.arange(self.gaps.max() + 1)
        return np.exp(2 * sizes[0]) * fading[self.gaps]

    def root(self, sizes: np.ndarray) -> np.ndarray:
        spread = (
            self.spread
            * np.where(self.kinds == BEND, np.exp(sizes[2]), 1.0)
            * np.where(self.kinds == SEASON, np.exp(sizes[3]), 1.0)
        )
        return np.linalg.cholesky(self.own(sizes) + (self.columns * spread**2) @ self.columns.T)

    def unlikely(self, sizes: np.ndarray, rest: np.ndarray) -> float:
        """Minus the log likelihood of ``rest``, and of the sizes themselves."""
        root = self.root(sizes)
        white = solve_triangular(root, rest, lower=True)
        return float(np.log(np.diag(root)).sum() + white @ white / 2 + (((sizes - NOISE) / NOISE_SPREAD) ** 2).sum() / 2)

    def surprise(self, sizes: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """What of ``rest`` the controls do not explain."""
        root = self.root(sizes)
        return self.own(sizes) @ solve_triangular(root.T, solve_triangular(root, rest, lower=True), lower=False)


def _nearest(model: _Model, root: np.ndarray, kept: np.ndarray, theta: np.ndarray, form: str):
    """Least squares over the weeks and the priors, from ``theta`` on."""

    def off(at: np.ndarray) -> np.ndarray:
        rest = (model.orders - model.predicted(at, form))[kept]
        return np.concatenate([solve_triangular(root, rest, lower=True), model.sharp @ (at - model.mean)])

    def slopes(at: np.ndarray) -> np.ndarray:
        return np.vstack([-solve_triangular(root, model.slopes(at, form)[kept], lower=True), model.sharp])

    return least_squares(off, theta, slopes, xtol=1e-6, ftol=1e-8)


def _out_of_line(surprise: np.ndarray) -> np.ndarray:
    """Places of weeks far out of line, the farthest first, and no more than a small share of all."""
    far = np.abs(surprise - np.median(surprise)) / max(1.4826 * np.median(np.abs(surprise - np.median(surprise))), 1e-12)
    order = np.argsort(-far, kind="stable")[: int(MOST_ODD * len(far))]
    return order[far[order] > ODD]


def _tried(model: _Model, root: np.ndarray, kept: np.ndarray, theta: np.ndarray, form: str, rng) -> tuple[np.ndarray, np.ndarray]:
    """``TRIED`` draws around the most likely point of a form, and the log of how likely each is beside how often it is drawn."""
    fit = _nearest(model, root, kept, theta, form)
    wide = np.linalg.cholesky(np.linalg.inv(fit.jac.T @ fit.jac)) * WIDER
    size = len(fit.x)
    away = rng.standard_normal((TRIED, size)) / np.sqrt(rng.chisquare(TAILS, (TRIED, 1)) / TAILS)
    drawn = fit.x + away @ wide.T
    rest = (model.orders - model.predicted(drawn, form))[:, kept]
    white = solve_triangular(root, rest.T, lower=True)
    believed = (drawn - model.mean) @ model.sharp.T
    likely = -((white**2).sum(axis=0) + (believed**2).sum(axis=1)) / 2
    often = -(TAILS + size) / 2 * np.log1p((away**2).sum(axis=1) / TAILS) - np.log(np.diag(wide)).sum()
    return drawn, likely - often


def _picked(chance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of ``DRAWS`` draws, as often as their weights say, and the weights (sum 1).

    The largest weights are cut to the mean times the root of their number (Ionides 2008, JCGS 17): a little bias for a lot less
    chance. Places are evenly spaced on the running sum of the weights.
    """
    weight = np.exp(chance - chance.max())
    weight = np.minimum(weight, weight.mean() * np.sqrt(len(weight)))
    weight /= weight.sum()
    return np.searchsorted(np.cumsum(weight), (np.arange(DRAWS) + 0.5) / DRAWS * (1 - 1e-12)), weight
