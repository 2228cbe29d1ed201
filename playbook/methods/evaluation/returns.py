"""Returns: what all interventions brought in money, how fast it came back, and whether we kept our promises."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import Assumptions, Intervention
from playbook.methods.evaluation.returning.baseline import baseline_parts
from playbook.methods.evaluation.returning.earnings import COUNTED, SURE, Total, earnings, total
from playbook.methods.evaluation.returning.figures import baseline_figure, earned_figure
from playbook.methods.evaluation.returning.findings import findings
from playbook.methods.evaluation.returning.headline import headline
from playbook.methods.evaluation.returning.promises import buyers_came, forecasts_kept, measured_again, plan_kept
from playbook.methods.evaluation.returning.service import COLUMNS, before_and_after
from playbook.methods.evaluation.returning.sharing import credited, reached
from playbook.methods.evaluation.returning.tables import assumptions, tables
from playbook.methods.evaluation.returning.told import Told
from playbook.methods.evaluation.returning.worth import worth_by_group, worth_since
from playbook.methods.strategy.recommending.trial import BLEND
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.remembered import Remembered
from playbook.result.section import section

__all__ = ["Returns", "returns"]

NO_WORTH = worth_by_group(pd.DataFrame({"design": []}), None, pd.DataFrame({"customer_id": [], "value": []}))


@dataclass(frozen=True, kw_only=True)
class Returns(Result):
    """``earned``: one row an intervention with a comparison to trust (see ``returning.earnings``); ``total``: all of them
    together, None without any. ``parts``: the change of revenue, what interventions brought of it and the rest.
    ``plan``, ``forecasts``: promises of the last report and what came of them (see ``returning.promises``)."""

    earned: pd.DataFrame = field(repr=False)
    total: Total | None
    parts: pd.DataFrame = field(repr=False)
    plan: pd.DataFrame = field(repr=False)
    forecasts: pd.DataFrame = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        drawn = [earned_figure(self.earned, self.total, self.fmt)] if self.total is not None else []
        if len(self.parts) > 1:
            drawn.append(baseline_figure(self.parts, self.fmt))
        return tuple(drawn)


@section(
    "returns",
    "What did all of it earn, and did we keep our promises?",
    promise="revenue, margin, cost and return of every intervention and of all together, and our forecasts against what came",
)
def returns(
    order_totals: pd.DataFrame,
    parameters: Assumptions,
    as_of: date,
    fmt: Formats,
    impact: Result | None = None,
    months: pd.DataFrame | None = None,
    memberships: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    interventions: Sequence[Intervention] = (),
    survey_answers: pd.DataFrame | None = None,
    service_tickets: pd.DataFrame | None = None,
    bridge: Result | None = None,
    lifetime_value: Result | None = None,
    next_step: Result | None = None,
    recommendations: Result | None = None,
    past_plan: Sequence[dict] = (),
    past_memory: Sequence[Remembered] = (),
) -> Result:
    """Turn measured effects into money, without counting any of it twice, and hold what was promised against what came.

    Interventions whose comparison is in doubt (verdict indicative) enter no sum. What reached the same customers
    in the same weeks is counted once (``returning.sharing``). Money is the client's currency, for the time measured. Promises are
    those of ``past_plan`` and ``past_memory``, the last published report. Locked where neither an intervention nor a promise can
    be judged.
    """
    effects = None if impact is None else impact.effects
    counted = effects[effects["verdict"].isin(COUNTED) & effects["revenue"].notna()] if effects is not None else None
    sums, earned, parts, worth, felt = None, pd.DataFrame({"id": []}), pd.DataFrame({"label": []}), NO_WORTH, None
    if counted is not None and len(counted):
        counted = counted.reset_index(drop=True)
        regions = {i.id: i.regions for i in interventions if i.regions}
        got, _ = reached(counted, order_totals, memberships, customers, regions)
        earned = earnings(counted, credited(counted, got), parameters.gross_margin)
        sums = total(earned)
        if bridge is not None and sums.evidence in SURE:  # what may be chance explains no change
            parts = baseline_parts(earned, bridge.windows, bridge.before, bridge.after, fmt)
        if lifetime_value is not None:
            worth = worth_by_group(counted, memberships, lifetime_value.customers)
        first = min(counted["start"]).date()
        felt = before_and_after(first, as_of, survey_answers, service_tickets, order_totals, parameters.service_cost)
    told = Told(
        fmt=fmt,
        stated=0 if effects is None else len(effects),
        doubtful=() if effects is None else tuple(effects.loc[effects["verdict"] == "indicative", "label"]),
        margin=parameters.gross_margin,
        earned=earned,
        total=sums,
        parts=parts,
        bridge=bridge,
        worth=worth,
        since=worth_since(_worth_now(lifetime_value), past_memory),
        felt=pd.DataFrame(columns=list(COLUMNS)) if felt is None else felt,
        plan=plan_kept(past_plan, earned) if sums is not None else plan_kept((), pd.DataFrame({"id": []})),
        forecasts=forecasts_kept(past_memory, months, as_of),
        begun=_begun(effects, past_memory),
        again=measured_again(past_memory, _measured_now(next_step, recommendations)),
        buyers=buyers_came(past_memory, order_totals, as_of),
    )
    if told.empty:
        return Locked(
            fmt=fmt,
            headline="Not answered yet: what interventions earned",
            unlock=("interventions that can be measured (id, start, end, cost, and who was left out)",),
            promise=returns.section.promise,
        )
    return Returns(
        fmt=fmt,
        headline=headline(told),
        findings=findings(told),
        tables=tables(told),
        assumptions=assumptions(told),
        earned=earned,
        total=sums,
        parts=parts,
        plan=told.plan,
        forecasts=told.forecasts,
    )


def _begun(effects: pd.DataFrame | None, past_memory: Sequence[Remembered]) -> tuple[str, ...]:
    """Labels of interventions that began after the last report had forecast: it could not know of them."""
    made = min((one.since for one in past_memory if one.kind == "forecast"), default=None)
    if effects is None or made is None:
        return ()
    return tuple(effects.loc[(effects["start"] >= pd.Timestamp(made)) & effects["revenue"].notna(), "label"])


def _measured_now(next_step: Result | None, recommendations: Result | None) -> dict[str, float]:
    """What a case is worth as it goes today, and how often the products named are right on the last period."""
    now = {}
    if next_step is not None and next_step.advice is not None:
        now["steps-advised"] = float(next_step.advice.today)
    if recommendations is not None:
        now["named-right"] = float(recommendations.ways.set_index("way").loc[BLEND, "hit"])
    return now


def _worth_now(lifetime_value: Result | None) -> tuple[tuple[str, float, float, float], ...]:
    if lifetime_value is None:
        return ()
    new = lifetime_value.new_customer
    all_of_them = lifetime_value.total, lifetime_value.total_low, lifetime_value.total_high
    return ("new-customer", new.value, new.low, new.high), ("all-customers", *all_of_them)
