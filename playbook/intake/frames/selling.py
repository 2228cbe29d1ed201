"""Selling: the steps of journeys, how they move from step to step and where they stand, and the pipeline."""

from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from playbook.intake.frames.frame import as_sent, frame, pick
from playbook.intake.tables import Tables

__all__ = ["SEPARATOR", "channel_paths", "journey_moves", "journey_states", "journey_steps", "opportunities"]

SEPARATOR = "\x1f"  # the unit separator: no client's channel has it in its name
YEAR_DAYS = 365
BIN = 0.02  # width of a bin of time on the log scale: medians are right to one percent
_PATHS = {"path": "str", "channels": "int64", "steps": "str", "cases": "int64"}


@frame(journeys=("journey_id", "step", "step_at"))
def journey_steps(tables: Tables) -> pd.DataFrame:
    """One row per journey and step: journey_id, step, step_at (first time), visits of the step, and channel, owner, product.

    The last three where the client has them, each as it was when the step was first reached.
    """
    rows = tables.rows["journeys"]
    firsts = {c: rows[c].first(order_by=[rows.step_at, rows[c]]) for c in pick(rows, "channel", "owner", "product")}
    steps = rows.group_by(["journey_id", "step"]).aggregate(step_at=rows.step_at.min(), visits=rows.count(), **firsts)
    return steps.order_by(["journey_id", "step_at", "step"]).to_pandas()


@frame(journeys=("journey_id", "step", "step_at"))
def journey_moves(tables: Tables) -> pd.DataFrame:
    """Moves from step to step, added up: channel (where the client has it), recent, step, next_step, back, days, cases.

    A row with another ``next_step`` stands for stays at ``step`` that ended in it after about so many days (equal steps one
    right after the other are one stay, timed from the first); without one, for stays that had not ended on the as-of day,
    with the days up to its end; with the same step, for repeats of it and the days between the two. ``back`` says that the
    journey had been at ``next_step`` before, ``recent`` that it began in the 365 days up to the as-of day. Days are means of
    bins of two percent, so that millions of moves make some thousands of rows.
    """
    events, by = _events(tables), pick(tables.rows["journeys"], "channel")
    end = ibis.literal(tables.as_of + timedelta(days=1)).cast("timestamp")
    stays = _stays(events)
    stays = stays.mutate(seconds=_seconds(stays.step_at, stays.until.fill_null(end)))
    repeats = events.filter(events.previous == events.step)
    repeats = repeats.mutate(next_step=repeats.step, back=ibis.literal(False), seconds=_seconds(repeats.before, repeats.step_at))
    names = [*by, "began", "step", "next_step", "back", "seconds"]
    moves = stays.select(names).union(repeats.select(names))
    since = ibis.literal(tables.as_of - timedelta(days=YEAR_DAYS - 1)).cast("timestamp")
    seconds = moves.seconds.fill_null(0)
    moves = moves.mutate(
        recent=moves.began >= since, bin=ibis.ifelse(seconds > 0, (ibis.greatest(seconds, 1).ln() / BIN).round(), -1)
    )
    keys = [*by, "recent", "step", "next_step", "back", "bin"]
    counts = moves.group_by(keys).aggregate(seconds=moves.seconds.sum().cast("float64"), cases=moves.count())
    counts = counts.mutate(days=counts.seconds / counts.cases / 86_400)
    return counts.order_by(keys).to_pandas()[[*keys[:-1], "days", "cases"]]


@frame(journeys=("journey_id", "step", "step_at"))
def journey_states(tables: Tables) -> pd.DataFrame:
    """One row per journey, as it stood on the as-of day.

    journey_id, began, last_step, last_at (when the stay at it began), stays, returns (stays at a step it had been at before),
    back_from (the step it first turned back from; missing if it never did), days_back (time in the returns that have ended),
    repeats (of a step right after itself), and channel, owner, product as they were last, where the client has them.
    """
    events = _events(tables)
    stays = _stays(events)
    again = stays.nth > 0
    back = ibis.ifelse(again & stays.until.notnull(), _seconds(stays.step_at, stays.until), 0)
    latest = {c: stays[c].last(order_by=[stays.step_at, stays.place]) for c in pick(stays, "channel", "owner", "product")}
    states = stays.group_by("journey_id").aggregate(
        began=stays.step_at.min(),
        last_step=stays.step.last(order_by=[stays.step_at, stays.place]),
        last_at=stays.step_at.max(),
        stays=stays.count(),
        returns=again.sum(),
        back_from=stays.came_from.first(order_by=stays.place, where=again),
        seconds=back.sum(),
        events=stays.events.max(),
        **latest,
    )
    states = states.mutate(days_back=states.seconds.cast("float64") / 86_400, repeats=states.events - states.stays)
    return states.drop("seconds", "events").order_by("journey_id").to_pandas()


@frame(journeys=("journey_id", "step", "step_at", "channel"))
def channel_paths(tables: Tables) -> pd.DataFrame:
    """Channels touched on the way, where a journey meets several: path, channels, steps, cases.

    ``path`` has one channel an event, in order of time, ``channels`` says how many are different; ``steps`` are the different
    steps that were reached, in order of name. Path and steps are joined by SEPARATOR. Empty when no journey has more than
    one channel.
    """
    events = _events(tables)
    events = events.filter(events.channel.notnull())
    order = [events.step_at, events.place]
    paths = events.group_by("journey_id").aggregate(
        path=events.channel.group_concat(sep=SEPARATOR, order_by=order), channels=events.channel.nunique()
    )
    if not (paths.channels.max().to_pandas() or 0) > 1:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _PATHS.items()})
    taken = tables.rows["journeys"].select("journey_id", "step").distinct()
    taken = taken.group_by("journey_id").aggregate(steps=taken.step.group_concat(sep=SEPARATOR, order_by=taken.step))
    joined = paths.inner_join(taken, "journey_id")
    counted = joined.group_by(["path", "channels", "steps"]).aggregate(cases=joined.count())
    return counted.order_by(["path", "steps"]).to_pandas()


@frame(pipeline=("opportunity_id", "stage"))
def opportunities(tables: Tables) -> pd.DataFrame:
    """The pipeline as the client keeps it, with features, one row per opportunity, in order of id."""
    return as_sent(tables, "pipeline").order_by("opportunity_id").to_pandas()


def _events(tables: Tables) -> ir.Table:
    """Events with their place in the journey, the event before, and when the journey began.

    Events of the same moment stand as the client's file has them.
    """
    rows = tables.rows["journeys"].filter(lambda t: t.journey_id.notnull() & t.step.notnull() & t.step_at.notnull())
    order = [rows.step_at, *(rows[c] for c in pick(rows, "__file__", "__row__")), rows.step]
    way = ibis.window(group_by=rows.journey_id, order_by=order)
    return rows.mutate(
        place=ibis.row_number().over(way),
        previous=rows.step.lag().over(way),
        before=rows.step_at.lag().over(way),
        began=rows.step_at.min().over(ibis.window(group_by=rows.journey_id)),
        events=rows.count().over(ibis.window(group_by=rows.journey_id)),
    )


def _stays(events: ir.Table) -> ir.Table:
    """Stays at a step, events of the same step in a row as one: the next step, when it came, whether it is taken again."""
    stays = events.filter(events.previous.isnull() | (events.previous != events.step))
    stays = stays.mutate(nth=ibis.row_number().over(ibis.window(group_by=[stays.journey_id, stays.step], order_by=stays.place)))
    way = ibis.window(group_by=stays.journey_id, order_by=stays.place)
    return stays.mutate(
        next_step=stays.step.lead().over(way),
        came_from=stays.step.lag().over(way),
        until=stays.step_at.lead().over(way),
        back=(stays.nth.lead().over(way) > 0).fill_null(False),
    )


def _seconds(start: ir.TimestampValue, end: ir.TimestampValue) -> ir.IntegerValue:
    return end.epoch_seconds() - start.epoch_seconds()
