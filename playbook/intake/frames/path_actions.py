"""Path actions: journeys as the ways they took, step by step, with what was done at each step; equal ways are one."""

from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from playbook.intake.frames.frame import frame, pick
from playbook.intake.tables import Tables

__all__ = ["path_actions"]

YEAR_DAYS = 365
MOST_JOURNEYS = 100_000  # of the year; of more, as many are drawn by their id: chances of moves need no more
MOST_EVENTS = 60  # of one journey; what came after is not followed
STILL_GOING = 0.95  # share of the stays that move on which had done so after a time: a shorter last stay may still go on
_WITHIN, _BETWEEN = "\x1f", "\x1e"


@frame(journeys=("journey_id", "step", "step_at"))
def path_actions(tables: Tables) -> pd.DataFrame:
    """Different ways of the journeys begun in the 365 days up to the as-of day; one row per way and event.

    way, place (from 0), step, action (missing where none is known), days (mean time to the next event; missing after the
    last), value, square (mean of the value and of its square over the way's journeys; an empty cell counts as nothing),
    cost (the same), cases (journeys that took the way), channel (their first), going (the journey had not ended on the as-of
    day as far as times tell, or was not followed to its end), times (journeys of the year that each one counted stands for: 1, or
    more where they were drawn). Columns of the client's table that are not there are left out.
    """
    rows = tables.rows["journeys"].filter(lambda t: t.journey_id.notnull() & t.step.notnull() & t.step_at.notnull())
    rows = rows.mutate(action=rows.action.cast("string") if "action" in rows.columns else ibis.null("string"))
    end = ibis.literal(tables.as_of + timedelta(days=1)).cast("timestamp")
    since = ibis.literal(tables.as_of - timedelta(days=YEAR_DAYS - 1)).cast("timestamp")
    begun = rows.group_by("journey_id").aggregate(began=rows.step_at.min()).filter(lambda t: t.began >= since)
    total, times = begun.count().to_pandas(), 1.0
    if total > MOST_JOURNEYS:
        begun = begun.filter(begun.journey_id.hash().abs() % 1000 < max(1, 1000 * MOST_JOURNEYS // total))
        times = total / max(1, begun.count().to_pandas())
    rows = rows.semi_join(begun, "journey_id")
    order = [rows.step_at, *(rows[c] for c in pick(rows, "__file__", "__row__")), rows.step]
    way = ibis.window(group_by=rows.journey_id, order_by=order)
    events = rows.mutate(place=ibis.row_number().over(way), until=rows.step_at.lead().over(way))
    events = events.mutate(
        days=(events.until.epoch_seconds() - events.step_at.epoch_seconds()).cast("float64") / 86_400,
        waited=(end.epoch_seconds() - events.step_at.epoch_seconds()).cast("float64") / 86_400,
        label=events.step + _WITHIN + events.action.fill_null(""),
    )
    usual = events.filter(events.until.notnull()).group_by("step").aggregate(usual=events.days.quantile(STILL_GOING))
    events = events.left_join(usual, "step", rname="{name}_usual")
    cut = (events.place == MOST_EVENTS - 1) & events.until.notnull()
    events = events.mutate(going=cut | (events.until.isnull() & (events.waited <= events.usual).fill_null(False)))
    events = events.filter(events.place < MOST_EVENTS).cache()  # read twice below
    known = pick(events, "value", "cost")
    journeys = events.group_by("journey_id").aggregate(
        path=events.label.group_concat(sep=_BETWEEN, order_by=events.place),
        going=events.going.any(),
        **({"channel": events.channel.first(order_by=events.place)} if "channel" in events.columns else {}),
    )
    keys = ["path", *pick(journeys, "channel"), "going"]
    journeys = journeys.mutate(way=ibis.dense_rank().over(ibis.window(order_by=keys)))
    same = ["way", *keys[1:]]
    journeys = journeys.select("journey_id", *same, cases=journeys.count().over(ibis.window(group_by="way")))
    joined = events.select("journey_id", "place", "step", "action", "days", *known).inner_join(journeys, "journey_id")
    sums = {c: _sum(joined[c].fill_null(0)) for c in known}
    if "value" in known:
        sums["square"] = _sum(joined.value.fill_null(0) * joined.value.fill_null(0))
    means = joined.group_by([*same, "place", "cases"]).aggregate(
        step=joined.step.min(), action=joined.action.min(), days=_sum(joined.days), journeys=joined.count(), **sums
    )
    found = means.order_by(["way", "place"]).to_pandas()
    for name in ("days", *sums):
        found[name] /= found["journeys"]
    columns = ["way", "place", "step", "action", "days", *sums, "cases", *keys[1:], "times"]
    return found.assign(times=times)[columns]


def _sum(values: ir.NumericColumn) -> ir.FloatingScalar:
    """A sum that does not depend on the order in which threads end."""
    return values.cast("decimal(38, 6)").sum().cast("float64")
