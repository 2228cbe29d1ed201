"""Gaps: how often each group is chosen by a score, how many of its yes are found, and whether stated chances hold."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, count, selection_rate, true_positive_rate
from scipy.stats import norm

from playbook.locale import mark
from playbook.methods.needs_analysis.chance import share_range
from playbook.result.formats import LEVEL, Formats

__all__ = ["FEWEST", "FOUR_FIFTHS", "OTHERS", "Gap", "gap_of", "grouped"]

FEWEST = 50  # rows of a group, below which it is counted among the others
OTHERS = mark("others and unknown")
FOUR_FIFTHS = 0.8  # Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4(D)
DRAWS = 2_000
SEED = 3


@dataclass(frozen=True, eq=False)
class Gap:
    """One attribute. ``groups``: group, cases, chosen (share), chosen_low, chosen_high, found (share of its yes that are chosen),
    found_low, found_high, stated (mean chance), seen (share of yes), off (stated less seen), off_low, off_high; ``ratio`` of the
    lowest to the highest share chosen among named groups; ``least`` and ``most`` those two groups. Its range and ``surely``, the
    chance that the true ratio lies on the same side of four fifths, hold for all pairs of groups together, since the two groups
    were picked after seeing their shares."""

    attribute: str
    groups: pd.DataFrame
    ratio: float
    ratio_low: float
    ratio_high: float
    least: str
    most: str
    surely: float


def grouped(attribute: pd.Series, fmt: Formats) -> pd.Series:
    """The groups of an attribute as text; small ones and missing values are one (``OTHERS``, to be told). Numbers of many values
    go by quarter."""
    known = attribute.dropna()
    if pd.api.types.is_numeric_dtype(attribute) and known.nunique() > 8:
        attribute = pd.qcut(attribute.astype(float), 4, duplicates="drop").astype("object")
    text = attribute.astype("object").map(lambda value: _named(value, fmt))
    sizes = text.value_counts()
    return text.where(text.map(sizes) >= FEWEST, OTHERS)


def _named(value: object, fmt: Formats) -> str:
    if isinstance(value, pd.Interval):
        return fmt.say("{low} to {high}", low=f"{value.left:,.4g}", high=f"{value.right:,.4g}")
    if pd.isna(value):
        return OTHERS
    return f"{value:g}" if isinstance(value, float) else str(value)


def gap_of(attribute: str, group: pd.Series, outcome: np.ndarray, chance: np.ndarray, chosen: np.ndarray) -> Gap | None:
    """Compare the groups (N,) of one attribute; None where fewer than two named groups are large enough.

    ``outcome`` and ``chosen`` are booleans, ``chance`` the calibrated probabilities, all (N,). Rates by fairlearn's MetricFrame;
    their ranges are Wilson's; that of the ratio see ``_all_pairs``.
    """
    named = [g for g in sorted(group.unique()) if g != OTHERS]
    if len(named) < 2:
        return None
    frame = MetricFrame(
        metrics={"cases": count, "chosen": selection_rate, "found": true_positive_rate},
        y_true=outcome, y_pred=chosen, sensitive_features=group.to_numpy(),
    ).by_group  # fmt: skip
    rows = []
    z = norm.ppf(0.5 + LEVEL / 2)
    for name in [*named, *([OTHERS] if OTHERS in frame.index else [])]:
        at = (group == name).to_numpy()
        cases, yes = int(at.sum()), int(outcome[at].sum())
        off = chance[at] - outcome[at]
        error = z * off.std(ddof=1) / np.sqrt(cases) if cases > 1 else np.nan
        rows.append(
            (
                name, cases, frame.loc[name, "chosen"], *share_range(chosen[at].sum(), cases),
                frame.loc[name, "found"] if yes else np.nan, *share_range((chosen & outcome)[at].sum(), yes),
                chance[at].mean(), outcome[at].mean(), off.mean(), off.mean() - error, off.mean() + error,
            )
        )  # fmt: skip
    columns = [
        "group", "cases", "chosen", "chosen_low", "chosen_high", "found", "found_low", "found_high", "stated", "seen", "off",
        "off_low", "off_high",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    shown = table[table["group"] != OTHERS]
    least, most = shown.loc[shown["chosen"].idxmin()], shown.loc[shown["chosen"].idxmax()]
    ratio = float(least["chosen"] / most["chosen"]) if most["chosen"] > 0 else 1.0
    low, high, surely = _all_pairs(shown, ratio < FOUR_FIFTHS)
    return Gap(
        attribute, table, ratio, min(low, ratio), max(high, ratio), str(least["group"]), str(most["group"]), surely,
    )  # fmt: skip


def _all_pairs(shown: pd.DataFrame, below: bool) -> tuple[float, float, float]:
    """Range of the ratio of the lowest to the highest true share, and the chance that it is below four fifths, or is not.

    Shares of all groups are drawn from their Jeffreys posteriors (Jeffreys 1946). Each pair's log ratio is put on a common scale,
    its distance from the mean in standard deviations, and the bounds are moved out so far that they hold for every pair at once,
    as Tukey's range does for means (Scheffe 1959, section 3.6). With two groups that is the range of their ratio.
    """
    shown = shown.sort_values("chosen", kind="stable")
    hits, cases = shown["chosen"].to_numpy() * shown["cases"].to_numpy(), shown["cases"].to_numpy()
    draws = np.log(np.random.default_rng(SEED).beta(hits + 0.5, cases - hits + 0.5, (DRAWS, len(shown))))
    middles, errors = [], []
    above, under = np.full(DRAWS, -np.inf), np.full(DRAWS, -np.inf)
    for i in range(len(shown) - 1):
        ratios = draws[:, [i]] - draws[:, i + 1 :]
        middle, error = ratios.mean(axis=0), ratios.std(axis=0)
        off = (ratios - middle) / error
        above, under = np.maximum(above, off.max(axis=1)), np.maximum(under, -off.min(axis=1))
        middles.append(middle)
        errors.append(error)
    middle, error = np.concatenate(middles), np.concatenate(errors)
    one_sided = 0.5 + LEVEL / 2
    low = np.exp((middle - np.quantile(under, one_sided) * error).min())
    high = np.exp((middle + np.quantile(above, one_sided) * error).min())
    away = (np.log(FOUR_FIFTHS) - middle) / error
    surely = (above < away.max()).mean() if below else (under < -away.max()).mean()
    return float(low), float(min(high, 1.0)), float(surely)
