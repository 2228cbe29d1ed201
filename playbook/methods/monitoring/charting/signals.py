"""Signals: the spells of every chart with what they cost or brought, how sharp each chart is, and which patterns were seen."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.methods.monitoring.charting.limits import Limits
from playbook.methods.monitoring.charting.memory import cusum, ewma
from playbook.methods.monitoring.charting.rules import RULES, seen
from playbook.methods.monitoring.charting.sharpness import sharpness
from playbook.methods.monitoring.charting.spells import events
from playbook.result.formats import LEVEL

__all__ = ["chart_series", "chart_signals", "patterns", "performance"]

LASTING = 4  # weeks; a difference that still goes on after so many is worth stating as a year's amount
SIGNALS = (
    "kpi", "week", "rule_ids", "value", "expected", "money", "since", "weeks", "side", "ratio", "low", "high", "score",
    "ongoing", "lasting",
)  # fmt: skip


def chart_signals(limits: dict[str, Limits], weeks: pd.DataFrame) -> pd.DataFrame:
    """A row a spell, as in ``ControlCharts.signals``; ``weeks`` is indexed by week."""
    rows = []
    for kpi, limit in limits.items():
        for event in events(limit).itertuples():
            span = limit.frame.loc[event.first : event.last]
            price = _price(kpi, span.index, limits, weeks)
            gap = (span["value"] - span["expected"]) * price
            # Weekly noise is independent, the error of the expected is shared by all weeks of the event.
            scale = (span["expected"].abs() * price).sum()
            error = norm.ppf(0.5 + LEVEL / 2) * scale * np.hypot(limit.noise / np.sqrt(len(span)), limit.drift)
            value, expected = span["value"].mean(), span["expected"].mean()
            ongoing = event.last == limit.frame.index[-1]
            rows.append(
                {
                    "kpi": kpi,
                    "week": event.last,
                    "rule_ids": event.rule_ids,
                    "value": value,
                    "expected": expected,
                    "money": gap.sum(),
                    "since": event.first,
                    "weeks": len(span),
                    "side": event.side,
                    "ratio": value / expected - 1 if expected > 0 else np.nan,
                    "low": gap.sum() - error,
                    "high": gap.sum() + error,
                    "score": _score(span),
                    "ongoing": ongoing,
                    "lasting": ongoing and len(span) >= LASTING and limit.seasonal,
                }
            )
    frame = pd.DataFrame(rows, columns=list(SIGNALS))
    return frame.sort_values("money", key=np.abs, ascending=False, ignore_index=True, kind="stable")


def chart_series(limits: dict[str, Limits]) -> pd.DataFrame:
    """Every chart's weeks as in ``ControlCharts.series``; the charts with a memory run over the watched weeks."""
    parts = []
    for kpi, limit in limits.items():
        watched = limit.frame[limit.frame["watched"]]
        score, margin = watched["score"].to_numpy()[None], watched["margin"].to_numpy()
        average, sums = ewma(score, margin, limit.carry), cusum(score, margin, limit.carry)
        remembered = pd.DataFrame(
            {
                "ewma": average.high[0],
                "ewma_limit": average.limit[0],
                "cusum_high": sums.high[0],
                "cusum_low": sums.low[0],
                "cusum_limit": sums.limit[0],
            },
            index=watched.index,
        )
        parts.append(limit.frame.join(remembered).rename_axis("week").reset_index().assign(kpi=kpi))
    return pd.concat(parts, ignore_index=True)


def performance(limits: dict[str, Limits]) -> pd.DataFrame:
    """How sharp each chart is: kpi, false_alarms, weeks, weeks_most (see ``Sharpness``), noise (of a week, relative), carry."""
    rows = []
    for kpi, limit in limits.items():
        sharp = sharpness(limit)
        rows.append((kpi, sharp.false_alarms, sharp.weeks, sharp.weeks_most, limit.noise, limit.carry))
    return pd.DataFrame(rows, columns=["kpi", "false_alarms", "weeks", "weeks_most", "noise", "carry"])


def patterns(limits: dict[str, Limits]) -> pd.DataFrame:
    """Every rule of the handbooks and where its pattern was complete in a watched week: rule_id, words, standard, alarm,
    apart (weeks between false alarms of it alone), seen (measures, a tuple)."""
    marks: dict[str, list[str]] = {rule: [] for rule in RULES}
    for kpi, limit in limits.items():
        fired = {rule for found in events(limit)["rule_ids"] for rule in found}
        score, margin = limit.frame["score"].to_numpy(), limit.frame["margin"].to_numpy()
        watched = limit.frame["watched"].to_numpy()
        for rule in RULES.values():
            sides = (0,) if rule.shape else (-1, 1)
            noted = not rule.alarm and any((seen(rule, score, margin, side) & watched).any() for side in sides)
            if noted or rule.id in fired:
                marks[rule.id].append(kpi)
    rows = [(r.id, r.words, r.standard, r.alarm, r.apart, tuple(marks[r.id])) for r in RULES.values()]
    return pd.DataFrame(rows, columns=["rule_id", "words", "standard", "alarm", "apart", "seen"])


def _score(span: pd.DataFrame) -> float:
    """How far out the spell lies, in standard deviations: its largest week, or all weeks together where that says more."""
    shared = float((span["margin"] ** 2).mean())
    together = abs(span["score"].mean()) / np.sqrt((1 - shared) / len(span) + shared)
    return float(max(span["score"].abs().max(), together))


def _price(kpi: str, span: pd.Index, limits: dict[str, Limits], weeks: pd.DataFrame) -> pd.Series | float:
    """What one unit of difference is worth: an order its expected value, a higher order value the orders of the week."""
    if kpi == "orders":
        expected = limits["order_value"].frame["expected"]
        return expected.reindex(span).fillna(expected.median())
    return weeks["orders"].reindex(span) if kpi == "order_value" else 1.0
