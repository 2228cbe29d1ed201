"""Campaigns: whether clicks, orders and revenue of each channel, each step of the way and each trial run as they should."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions, Intervention, Objective
from playbook.locale import mark
from playbook.methods.monitoring.campaigning.figures import channels_figure, trial_figure
from playbook.methods.monitoring.campaigning.findings import campaign_findings
from playbook.methods.monitoring.campaigning.found import Found, channel_side
from playbook.methods.monitoring.campaigning.stages import asked_conversion, stage_rates
from playbook.methods.monitoring.campaigning.tables import campaign_assumptions, campaign_tables
from playbook.methods.monitoring.campaigning.trials import follow_trials
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Campaigns", "campaigns"]

YEAR = pd.Timedelta(days=365)
UNLOCK = (
    mark("marketing by day or week (date, channel, spend, and impressions, clicks, orders or revenue)"),
    mark("journeys (journey_id, step, step_at)"),
    mark("interventions (intervention_id, customer_id, group)"),
)


@dataclass(frozen=True, kw_only=True)
class Campaigns(Result):
    """``found``: all that was measured (see there)."""

    found: Found = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        """Channels by week, and the newest trial day by day."""
        return tuple(f for f in (channels_figure(self.found, self.fmt), trial_figure(self.found.trials, self.fmt)) if f)


@section(
    "campaigns",
    "Do campaigns and channels run as they should?",
    promise="click rate, conversion, cost of an order and revenue on spend by channel and week, each step against plan, and tests"
    " that may be looked at every day",
    one_of=("channel_weeks", "journey_steps", "memberships"),
)
def campaigns(
    parameters: Assumptions,
    as_of: date,
    fmt: Formats,
    channel_weeks: pd.DataFrame | None = None,
    journey_steps: pd.DataFrame | None = None,
    memberships: pd.DataFrame | None = None,
    order_totals: pd.DataFrame | None = None,
    plan_targets: pd.DataFrame | None = None,
    objectives: tuple[Objective, ...] = (),
    interventions: Sequence[Intervention] = (),
    stages: tuple[str, ...] = (),
) -> Campaigns | Locked:
    """Channels' ratios with ranges and against the year before, steps against plan, trials day by day.

    Tests hold for all looks together (see ``campaigning.sequential`` and ``campaigning.first_orders``). Weeks, journeys and
    orders after ``as_of`` are not looked at. Locked when there is neither a channel with results, nor a step with enough
    journeys, nor a campaign with a group set aside.
    """
    margin, today = parameters.gross_margin, pd.Timestamp(as_of)
    given: dict[str, object] = {}
    if channel_weeks is not None:
        weeks = channel_weeks[channel_weeks["week"] + pd.Timedelta(days=6) <= today]
        if len(weeks):
            given |= channel_side(weeks, margin)
    if journey_steps is not None:
        steps = journey_steps[journey_steps["step_at"] < today + pd.Timedelta(days=1)]
        given["stages"] = stage_rates(steps, as_of, stages, asked_conversion(plan_targets, objectives, as_of))
    if order_totals is not None:
        year = order_totals[(order_totals["revenue"] > 0) & order_totals["day"].between(today - YEAR, today)]
        given["order_value"] = float(year["revenue"].mean()) if len(year) else np.nan
        if memberships is not None and "customer_id" in order_totals:
            given["trials"] = follow_trials(interventions, memberships, order_totals, as_of)
    found = Found(**given)
    if not (len(found.rates) or len(found.stages) or found.trials):
        unlock = (fmt.listed(map(fmt.told, UNLOCK), "or"),)
        return Locked(fmt=fmt, headline="No campaign can be followed yet", unlock=unlock, promise=campaigns.section.promise)
    findings, headline = campaign_findings(found, fmt)
    return Campaigns(
        fmt=fmt, headline=headline, findings=findings, tables=campaign_tables(found, fmt),
        assumptions=campaign_assumptions(found, margin, fmt, channel_weeks is not None and channel_weeks.empty), found=found,
    )  # fmt: skip
