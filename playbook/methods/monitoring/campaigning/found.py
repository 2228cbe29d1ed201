"""Found: everything the section on campaigns measures, before it is put into words."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.methods.monitoring.campaigning.change import roas_parts
from playbook.methods.monitoring.campaigning.measures import MEASURES, ratio_range, scatter
from playbook.methods.monitoring.campaigning.trials import Trial
from playbook.methods.monitoring.campaigning.watch import (
    BASELINE,
    channel_rates,
    last_weeks,
    quarter_start,
    watch_channels,
    year_before,
)
from playbook.methods.needs_analysis.chance import holm

__all__ = ["Found", "channel_side", "losing"]

_FIRST = ("roas", "cpa", "cvr", "ctr")  # the measure that tells of a channel as a whole: the first of these that is known


@dataclass(frozen=True)
class Found:
    """``rates``: see ``channel_rates``; ``watch``: see ``watch_channels``, with ``main`` (the measure stands for its channel) and
    ``a_year`` (what the change is worth at a year's spend, money; negative is a loss); ``parts`` by channel: see
    ``roas_parts``; ``losing``, ``stages`` (``stage_rates``), ``trials``; ``order_value``: mean revenue of an order."""

    rates: pd.DataFrame = field(default_factory=pd.DataFrame)
    watch: pd.DataFrame = field(default_factory=pd.DataFrame)
    parts: dict[str, pd.Series] = field(default_factory=dict)
    losing: pd.DataFrame = field(default_factory=pd.DataFrame)
    stages: pd.DataFrame = field(default_factory=pd.DataFrame)
    trials: tuple[Trial, ...] = ()
    order_value: float = np.nan


def channel_side(channel_weeks: pd.DataFrame, margin: float | None) -> dict[str, object]:
    """The fields of ``Found`` that come from the marketing table."""
    watch, start = watch_channels(channel_weeks), quarter_start(channel_weeks["week"])
    parts, rows = {}, dict(tuple(channel_weeks.groupby("channel", observed=True)))
    if len(watch):
        main = watch.groupby("channel")["measure"].transform(_main_measure)
        watch = watch.assign(main=watch["measure"] == main, a_year=_a_year(watch, channel_weeks))
    for channel, weeks in rows.items():
        ordered = weeks.sort_values("week")
        before, since = year_before(ordered, start), ordered[ordered["week"] >= start]
        split = roas_parts(before, since)
        if split is not None:
            parts[str(channel)] = split
    return {"rates": channel_rates(channel_weeks), "watch": watch, "parts": parts, "losing": losing(channel_weeks, margin)}


def _main_measure(measures: pd.Series) -> str:
    """The measure that stands for a channel."""
    return next(m for m in _FIRST if m in set(measures))


def _a_year(watch: pd.DataFrame, channel_weeks: pd.DataFrame) -> list[float]:
    """What each change is worth a year at the latest year's spend: of revenue on spend the revenue, of the cost of an order the
    spend for as many orders; missing for shares, whose money the others hold already."""
    year = last_weeks(channel_weeks).assign(channel=lambda rows: rows["channel"].astype(str))
    sums, scale = year.groupby("channel")[[c for c in ("spend", "orders") if c in year]].sum(), _to_a_year(channel_weeks)
    worth = []
    for row in watch.itertuples():
        if row.measure == "roas":
            worth.append((row.now - row.before) * sums["spend"].get(row.channel, 0.0) * scale)
        else:
            told = row.measure == "cpa" and np.isfinite(row.now)
            worth.append((row.before - row.now) * sums["orders"].get(row.channel, 0.0) * scale if told else np.nan)
    return worth


def _to_a_year(channel_weeks: pd.DataFrame) -> float:
    """What turns sums of the latest year into a year's, where the table does not reach back so far: by the time that it covers,
    for a channel that has few rows spent nothing in the other weeks."""
    covered = (channel_weeks["week"].max() - channel_weeks["week"].min()).days // 7 + 1
    return BASELINE / min(covered, BASELINE)


def losing(channel_weeks: pd.DataFrame, margin: float | None) -> pd.DataFrame:
    """Channels whose claimed revenue of the latest year leaves less margin than they cost: channel, spend, revenue (a year's),
    value, low, high (revenue on spend), needed (1 / margin), loss (a year), p_value (Holm). Empty where no margin is stated."""
    columns = ["channel", "spend", "revenue", "value", "low", "high", "needed", "loss", "p_value"]
    if not margin or "revenue" not in channel_weeks:
        return pd.DataFrame(columns=columns)
    rows, scale = [], _to_a_year(channel_weeks)
    for channel, weeks in last_weeks(channel_weeks).groupby("channel", observed=True, sort=True):
        year = weeks.sort_values("week")
        spend, revenue = (year[c].fillna(0).to_numpy(dtype=float) for c in ("spend", "revenue"))
        if spend.sum() <= 0 or revenue.sum() <= 0 or len(year) < 3:
            continue
        variance = scatter(revenue, spend)
        value, low, high = ratio_range(MEASURES["roas"], revenue.sum(), spend.sum(), variance)
        distance = np.log(value * margin) / max(np.sqrt(variance / spend.sum()) / value, 1e-12)
        loss = (spend.sum() - margin * revenue.sum()) * scale
        told = (str(channel), spend.sum() * scale, revenue.sum() * scale, value, low, high, 1 / margin, loss, distance)
        rows.append(told)
    frame = pd.DataFrame(rows, columns=[*columns[:-1], "distance"])
    frame["p_value"] = holm(2 * norm.sf(frame["distance"].abs().to_numpy(dtype=float)))
    below = frame[(frame["loss"] > 0) & (frame["high"] < frame["needed"])]
    return below.sort_values("loss", ascending=False, ignore_index=True)[columns]
