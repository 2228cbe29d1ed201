"""Trial: customers drawn by lot, so a plain comparison of the groups is the effect; what is left to do is to do it precisely.

    contrast        any mean or ratio (revenue a customer, order value, share who buy), its effect and range
    sample_ratio    do the groups have the sizes that the lot should have given them?
    needed          customers in each group to see an effect of a given size

A ratio such as order value has a numerator and a denominator that both vary by customer; its variance is that of the linearised
value of each customer (delta method; Deng, Knoblich & Lu 2018). What is known of each customer from before the start, such as
earlier revenue, takes out the part of the scatter that it explains (CUPED; Deng, Xu, Kohavi & Walker 2013, eq. 4 to 6).
"""

from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np
import pandas as pd
from scipy import stats

from playbook.methods.evaluation.measuring.did import carry_over, fieller
from playbook.methods.evaluation.measuring.estimate import CERTAIN, POWER, Estimate, welch
from playbook.result.formats import LEVEL

__all__ = ["RARE", "Contrast", "contrast", "needed", "same_loss", "sample_ratio"]

RARE = 0.001  # groups whose sizes are rarer than this were not drawn, or not kept, as planned (Fabijan et al. 2019)


@dataclass(frozen=True, kw_only=True)
class Contrast(Estimate):
    """Difference of a metric between the groups. ``treated`` and ``control``: its values (adjusted for what was known before);
    ``relative``: the effect as a share of the control group's value, with its range at LEVEL (NaN where that is not above zero);
    ``explained``: share of the variance that what was known before took out."""

    treated: float
    control: float
    relative: float
    relative_low: float
    relative_high: float
    n_treated: int
    n_control: int
    explained: float


def contrast(
    numerator: pd.Series, treated: pd.Series, denominator: pd.Series | None = None, before: pd.Series | None = None
) -> Contrast:
    """Effect on ``mean(numerator)``, or on ``sum(numerator) / sum(denominator)``, one value a customer.

    ``before``: what is known of each customer from before the start; the part of it that carries over is taken off.
    Raises ValueError for fewer than two customers in a group, or a group whose denominator sums to zero.
    """
    mask = treated.to_numpy(dtype=bool)
    top = numerator.to_numpy(dtype=float)
    bottom = np.ones(len(top)) if denominator is None else denominator.to_numpy(dtype=float)
    n_t, n_c = int(mask.sum()), int((~mask).sum())
    if min(n_t, n_c) < 2:
        raise ValueError(f"{n_t} treated and {n_c} other customers: at least 2 of each are needed")
    if min(bottom[mask].sum(), bottom[~mask].sum()) <= 0:
        raise ValueError("a ratio needs a denominator above zero in both groups")
    level = {side: top[side_mask].sum() / bottom[side_mask].sum() for side, side_mask in ((1, mask), (0, ~mask))}
    own = np.where(mask, level[1], level[0])
    linear = (top - own * bottom) / np.where(mask, bottom[mask].mean(), bottom[~mask].mean())
    values, explained = own + linear, 0.0
    if before is not None:
        earlier = before.to_numpy(dtype=float)
        adjusted = values - carry_over(earlier, values, mask) * (earlier - earlier.mean())
        spread = sum(linear[side].var() * side.sum() for side in (mask, ~mask))
        left = sum(adjusted[side].var() * side.sum() for side in (mask, ~mask))
        values, explained = adjusted, float(1 - left / spread) if spread > 0 else 0.0
    one, other = values[mask], values[~mask]
    var_t, var_c = one.var(ddof=1) / n_t, other.var(ddof=1) / n_c
    found = welch(one.mean() - other.mean(), var_t, n_t, var_c, n_c)
    quantile = float(stats.t.ppf((1 + LEVEL) / 2, found.df)) if found.se > 0 else 0.0
    low, high = fieller(float(one.mean()), float(other.mean()), np.diag([var_t, var_c]), quantile)
    return Contrast(
        effect=found.effect,
        se=found.se,
        df=found.df,
        treated=float(one.mean()),
        control=float(other.mean()),
        relative=float(found.effect / other.mean()) if other.mean() > 0 else float("nan"),
        relative_low=low - 1,
        relative_high=high - 1,
        n_treated=n_t,
        n_control=n_c,
        explained=explained,
    )


def sample_ratio(n_treated: int, n_control: int, control_share: float) -> float:
    """p-value of the groups' sizes if ``control_share`` of the customers were to be set aside by lot (chi-square test)."""
    n = n_treated + n_control
    return float(stats.chisquare([n_treated, n_control], [n * (1 - control_share), n * control_share]).pvalue)


def same_loss(listed: tuple[int, int], kept: tuple[int, int]) -> float:
    """p-value of equal losses: of the (treated, control) customers ``listed``, those ``kept`` for the comparison.

    Fisher's exact test. Who drops out cannot depend on the lot, unless the groups were not made by lot or their rows got lost.
    """
    return float(stats.fisher_exact([list(kept), [listed[0] - kept[0], listed[1] - kept[1]]]).pvalue)


def needed(found: Estimate, n_treated: int, n_control: int, effect: float) -> int | None:
    """Customers in each of two equal groups, scattered as in ``found``, to see ``effect`` four times in five at the 95 % level.

    At least 2, from the normal distribution. None where there is no scatter to go by or no effect to look for.
    """
    spread = found.se / np.sqrt(1 / n_treated + 1 / n_control)
    if not (spread > 0 and effect != 0 and isfinite(effect)):
        return None
    quantiles = stats.norm.ppf((1 + CERTAIN) / 2) + stats.norm.ppf(POWER)
    return max(ceil(2 * (quantiles * spread / abs(effect)) ** 2), 2)
