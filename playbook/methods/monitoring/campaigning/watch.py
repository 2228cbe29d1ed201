"""Watch: each channel's ratios since a quarter began, against the year before, week by week."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.campaigning.measures import Measure, known, ratio_range, scatter
from playbook.methods.monitoring.campaigning.sequential import always_valid, evidence, ranges
from playbook.methods.needs_analysis.chance import holm
from playbook.result.formats import LEVEL

__all__ = ["BASELINE", "RECENT", "channel_rates", "last_weeks", "quarter_start", "watch_channels", "year_before"]

RECENT = 4  # weeks that stand for now
BASELINE, FEWEST_BEFORE = 52, 12  # weeks before the quarter: at most, at least
FEWEST_HITS = 10  # clicks, orders or weeks' worth of them: a look at fewer says nothing a normal curve could carry
MEANT = 0.25  # relative change worth finding
NO_SCATTER = 1e-4  # least relative error: ratios that never moved stay computable


def quarter_start(weeks: pd.Series) -> pd.Timestamp:
    """First Monday of the latest quarter of which RECENT weeks are known: a day that nobody chose after seeing the figures."""
    first = (weeks.max() - pd.Timedelta(weeks=RECENT)).to_period("Q").start_time
    return first + pd.Timedelta(days=(7 - first.weekday()) % 7)


def last_weeks(channel_weeks: pd.DataFrame, weeks: int = BASELINE) -> pd.DataFrame:
    """Rows of the latest ``weeks`` of the whole table: a channel without a row in a week spent nothing in it."""
    return channel_weeks[channel_weeks["week"] > channel_weeks["week"].max() - pd.Timedelta(weeks=weeks)]


def year_before(rows: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    """Rows of the BASELINE weeks before ``start``."""
    return rows[(rows["week"] < start) & (rows["week"] >= start - pd.Timedelta(weeks=BASELINE))]


def channel_rates(channel_weeks: pd.DataFrame) -> pd.DataFrame:
    """Every measure of every channel with its range: channel, measure, week (missing: the latest RECENT weeks), value, low, high.

    Scatter comes from the latest BASELINE weeks; channels without a row in these are left out.
    """
    rows, recent = [], last_weeks(channel_weeks, RECENT)["week"].min()
    for channel, weeks in last_weeks(channel_weeks).groupby("channel", observed=True, sort=True):
        year = weeks.sort_values("week")
        for measure in known(year):
            top, bottom = (year[c].fillna(0).to_numpy(dtype=float) for c in (measure.top, measure.bottom))
            variance = scatter(top, bottom, _least(measure, top.sum() / bottom.sum()))
            spans = [(week, slice(place, place + 1)) for place, week in enumerate(year["week"])]
            for week, span in [*spans, (pd.NaT, (year["week"] >= recent).to_numpy())]:
                value, low, high = ratio_range(measure, top[span].sum(), bottom[span].sum(), variance)
                rows.append(
                    {"channel": str(channel), "measure": measure.id, "week": week, "value": value, "low": low, "high": high}
                )
    frame = pd.DataFrame(rows, columns=["channel", "measure", "week", "value", "low", "high"])
    return frame.astype({"week": "datetime64[us]"})


def watch_channels(channel_weeks: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """One row per channel and measure: the quarter so far against the year before it, by a test that may be looked at every week.

    channel, measure, since, looks (weeks), before, now (as readers know them), change (relative, of the told measure), low, high
    (of it, at all looks at once), p_value (Holm over all rows: any of them may be told), cases. Channels without FEWEST_BEFORE
    weeks before the quarter, or with too few cases in it, are left out.
    """
    start, rows = quarter_start(channel_weeks["week"]), []
    for channel, weeks in channel_weeks.groupby("channel", observed=True, sort=True):
        ordered = weeks.sort_values("week")
        before, since = year_before(ordered, start), ordered[ordered["week"] >= start]
        if len(before) >= FEWEST_BEFORE:
            rows += [r for m in known(before) if (r := _against(str(channel), m, before, since, start, level))]
    frame = pd.DataFrame(rows)
    if frame.empty:
        return frame
    return frame.assign(p_value=holm(frame["p_value"].to_numpy()))


def _against(
    channel: str, measure: Measure, before: pd.DataFrame, since: pd.DataFrame, start: pd.Timestamp, level: float
) -> dict | None:
    y0, x0 = (before[c].fillna(0).to_numpy(dtype=float) for c in (measure.top, measure.bottom))
    y, x = (since[c].fillna(0).to_numpy(dtype=float).cumsum() for c in (measure.top, measure.bottom))
    usual = y0.sum() / x0.sum()
    least = _least(measure, usual)
    variance = scatter(y0, x0, least)
    seen = x > 0
    if least:  # of counts, enough have to be expected, less what scatter takes away, before the normal curve holds
        seen &= x * usual * least / variance >= FEWEST_HITS
    if not seen.any():
        return None
    y, x = y[seen], x[seen]
    estimate = (y / x - usual) / usual
    spread = np.maximum(variance * (1 / x + 1 / x0.sum()) / usual**2, NO_SCATTER**2)
    p_value = always_valid(evidence(estimate, spread, MEANT))[-1]
    low, high = (end[-1] for end in ranges(estimate, spread, MEANT, level))
    ratio, low, high = 1 + estimate[-1], max(1 + low, 0.0), 1 + high
    if measure.turned:
        ratio, low, high = (1 / r if r > 0 else np.inf for r in (ratio, high, low))
    return {
        "channel": channel, "measure": measure.id, "since": start, "looks": int(seen.sum()), "before": measure.told(usual),
        "now": measure.told(y[-1] / x[-1]), "change": ratio - 1, "low": low - 1, "high": high - 1, "p_value": p_value,
        "cases": float(x[-1]),
    }  # fmt: skip


def _least(measure: Measure, rate: float) -> float:
    """Variance for one unit of bottom that chance alone brings: of shares p (1 - p), of counts for money the rate (Poisson)."""
    if measure.share:
        return max(rate * (1 - rate), 0.0)
    return rate if measure.turned else 0.0
