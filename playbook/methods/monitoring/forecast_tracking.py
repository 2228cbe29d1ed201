"""Forecast tracking: how forecasts of the past did, and whether to go on with today's or to fit it anew."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from playbook.methods.market_research.demand import Demand
from playbook.methods.market_research.forecasting.forecast import COMBINATION, NAIVE
from playbook.methods.monitoring.forecast_record.figures import held_figure, record_figure
from playbook.methods.monitoring.forecast_record.findings import findings, headline
from playbook.methods.monitoring.forecast_record.judge import Judgement, by_steps, judge
from playbook.methods.monitoring.forecast_record.record import published_record, trial_record
from playbook.methods.monitoring.forecast_record.tables import assumptions, tables
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.remembered import Remembered
from playbook.result.section import section

__all__ = ["ForecastTracking", "forecast_tracking"]

FEWEST_DAYS = 4  # past days from which a record can be told


@dataclass(frozen=True, kw_only=True)
class ForecastTracking(Result):
    """``record``: see ``trial_record``; ``steps``: see ``by_steps``; ``published``: see ``published_record``; ``judgement``: what
    was tested, with the verdict refit, watch or keep; ``history``: month, revenue."""

    record: pd.DataFrame = field(repr=False)
    steps: pd.DataFrame = field(repr=False)
    published: pd.DataFrame = field(repr=False)
    judgement: Judgement
    history: pd.DataFrame = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        source = self.tables[0].source
        drawn = (record_figure(self.history, self.record, self.fmt, source), held_figure(self.steps, self.fmt, source))
        return tuple(one for one in drawn if one is not None)


@section(
    "forecast-tracking",
    "Can the forecast still be trusted?",
    promise="how forecasts of revenue made at past days did, by months ahead, and whether to keep the forecast or fit it anew",
)
def forecast_tracking(
    demand: Demand, fmt: Formats, as_of: date, past_memory: tuple[Remembered, ...] = ()
) -> ForecastTracking | Locked:
    """Judge the forecast of revenue by those that would have been made at past days, and by those that earlier reports printed.

    ``demand`` keeps how its forecasts from up to ten past days missed; see ``judge`` for the tests, ``tracking_signal`` for
    Brown's signal. Locked where the forecast could not be tried at four past days.
    """
    record = trial_record(demand.history, demand.tests)
    days = int(record["origin"].nunique())
    if days < FEWEST_DAYS:
        return Locked(
            fmt=fmt,
            headline="Not answered yet: Can the forecast still be trusted?",
            unlock=(
                fmt.say(
                    "orders of more complete months ({months} so far; about ten are needed to try a forecast)",
                    months=len(demand.history),
                ),
            ),
            promise=forecast_tracking.section.promise,
        )
    published = published_record(past_memory, demand.history)
    found, steps = judge(record, _skill(demand.scores)), by_steps(record)
    source = fmt.say("orders, complete months up to {day}", day=fmt.day(as_of))
    return ForecastTracking(
        fmt=fmt,
        headline=headline(found, fmt),
        findings=findings(found, steps, published, fmt),
        tables=tables(found, steps, record, published, source, fmt),
        assumptions=assumptions(record, published, fmt),
        record=record,
        steps=steps,
        published=published,
        judgement=found,
        history=demand.history,
    )


def _skill(scores: pd.DataFrame) -> float:
    """Share of the plain rule's error that the forecast avoids."""
    errors = scores.set_index("candidate")["mase"]
    plain = errors.get(NAIVE, np.nan)
    return float(1 - errors.get(COMBINATION, np.nan) / plain) if plain > 0 else np.nan
