"""Scorecard: every KPI now, against its goal, with its trend and what closing the gap is worth."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from playbook.engagement import Assumptions, Objective
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.methods.needs_analysis.kpis.courses import draw_courses
from playbook.methods.needs_analysis.kpis.data import YEAR, Data
from playbook.methods.needs_analysis.kpis.goals import Goal, measure_goal, monthly_target
from playbook.methods.needs_analysis.kpis.standing import Standing, standing
from playbook.methods.needs_analysis.kpis.standing_words import goal_words, label_within, lacking, now_words
from playbook.methods.needs_analysis.kpis.tables import goal_table, kpi_table, method_table, tile
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Scorecard", "scorecard"]

MOST_TILES = 6
SHORTEST_COURSE = 3  # points that make a line
FELT = 0.1  # of revenue, from which fees beside it are told
APART = 1.5  # times that two costs of the same thing may differ
MARGINS_APART = 0.02  # by which the margin of the costs and the stated one may differ
# Without goals: what leads is what the client sells by, orders or deals.
_ORDER = (
    "revenue", "order_value", "customers", "repeat_rate", "churn", "conversion", "win_rate", "gross_margin", "cac", "clv",
    "clv_cac", "orders", "sales_velocity", "cycle_length", "pipeline_coverage", "nps", "csat", "cost_to_serve",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Scorecard(Result):
    """Where the client stands: ``standings`` by KPI, and one ``goal`` per objective, the costliest gap first."""

    standings: dict[str, Standing]
    goals: tuple[Goal, ...]

    def figures(self) -> tuple[Figure, ...]:
        drawn = [s for s in self.standings.values() if len(s.course) >= SHORTEST_COURSE][:MOST_TILES]
        targets = {g.objective.kpi: monthly_target(g.objective) for g in reversed(self.goals) if g.standing}
        return (draw_courses(drawn, targets, _source(self.standings, self.fmt), self.fmt),) if drawn else ()


@section(
    "scorecard",
    "Where does the client stand against its goals?",
    promise="every KPI with its goal, trend and the worth of the gap",
    one_of=("months", "opportunities", "journey_steps", "survey_answers", "contracts"),
)
def scorecard(
    objectives: tuple[Objective, ...],
    as_of: date,
    fmt: Formats,
    parameters: Assumptions | None = None,
    months: pd.DataFrame | None = None,
    order_totals: pd.DataFrame | None = None,
    journey_steps: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
    contracts: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    channel_months: pd.DataFrame | None = None,
    margin_months: pd.DataFrame | None = None,
    survey_answers: pd.DataFrame | None = None,
    service_tickets: pd.DataFrame | None = None,
    lifetime_value: Result | None = None,
    stages: tuple[str, ...] = (),
) -> Result:
    """Every KPI over the last twelve full months, against the objectives and its own past.

    Flows and levels are the average month, so that the season does not pass for progress; shares carry
    Wilson's interval (Wilson 1927). The trend is against the twelve months before, with less than 24
    months of data against the half before; see ``Standing`` for its range. Returns Locked when no KPI can be worked out.
    """
    data = Data(
        as_of, months, order_totals, journey_steps, opportunities, contracts, customers, channel_months, margin_months,
        survey_answers, service_tickets, lifetime_value, parameters or Assumptions(), stages,
    )  # fmt: skip
    wanted = list(dict.fromkeys([*(o.kpi for o in objectives), *_ORDER]))
    standings = {kpi: stood for kpi in wanted if (stood := standing(kpi, data))}
    if not standings:
        return Locked(
            fmt=fmt, headline="Not answered yet: where the client stands",
            unlock=(
                "orders, journeys, closed deals or survey answers of at least one full month, or contracts of more than a year",
            ), promise=scorecard.section.promise,
        )  # fmt: skip
    goals = tuple(sorted((measure_goal(o, standings, data) for o in objectives), key=lambda g: (g.met, -(g.worth or 0))))
    source = _source(standings, fmt)
    kpis = kpi_table(goals, standings, source, fmt)
    return Scorecard(
        fmt=fmt, headline=_headline(goals, standings, fmt),
        findings=(*_findings(goals, standings, as_of, fmt), *_beside(standings, data, fmt)),
        tables=(kpis, method_table(goals, standings, source, fmt)),
        tiles=tuple(tile(s, fmt) for s in list(standings.values())[:MOST_TILES]),
        assumptions=_assumptions(goals, standings), standings=standings, goals=goals,
        brief=goal_table(goals, kpis, fmt),
    )  # fmt: skip


def _headline(goals: tuple[Goal, ...], standings: dict[str, Standing], fmt: Formats) -> str:
    measured = [g for g in goals if g.standing and not g.early]
    if not measured:
        return now_words(next(iter(standings.values())), fmt)
    short = [g for g in measured if not g.met]
    only, every = len(measured) == 1, len(measured) == len(goals)
    if not short:
        if only:
            kpi = label_within(measured[0], fmt)
            if every:
                return fmt.say("The goal for {kpi} is reached", kpi=kpi)
            return fmt.say("The one goal that can be measured is reached: {kpi}", kpi=kpi)
        n = fmt.count(len(measured))
        return fmt.say("All {n} goals are reached", n=n) if every else fmt.say(
            "All {n} goals that can be measured are reached", n=n
        )  # fmt: skip
    values = {"lacking": lacking(short[0], fmt), "of": fmt.count(len(measured))}
    if only and every:
        return fmt.say("The goal is not yet reached: {lacking}", **values)
    if only:
        return fmt.say("The one goal that can be measured is not yet reached: {lacking}", **values)
    if len(short) == len(measured):
        return fmt.say("None of the {of} goals is reached yet: {lacking}", **values) if every else fmt.say(
            "None of the {of} goals that can be measured is reached yet: {lacking}", **values
        )  # fmt: skip
    if every:
        return fmt.say_n(
            "{n} of {of} goals is not yet reached: {lacking}", "{n} of {of} goals are not yet reached: {lacking}",
            len(short), **values,
        )  # fmt: skip
    return fmt.say_n(
        "{n} of {of} goals that can be measured is not yet reached: {lacking}",
        "{n} of {of} goals that can be measured are not yet reached: {lacking}", len(short), **values,
    )  # fmt: skip


def _findings(goals: tuple[Goal, ...], standings: dict[str, Standing], as_of: date, fmt: Formats) -> tuple[Finding, ...]:
    kpis = [goal.objective.kpi for goal in goals]
    told = [_goal_finding(goal, name, as_of, fmt) for goal, name in zip(goals, _names(goals), strict=True)]
    worse = [s for kpi, s in standings.items() if kpi not in kpis and s.moved and (s.change > 0) != (s.indicator.good == "up")]
    told += [_plain(s, fmt, s.indicator.lever) for s in worse]
    return tuple(told or (_plain(s, fmt) for s in list(standings.values())[:MOST_TILES]))


def _plain(stood: Standing, fmt: Formats, action: str | None = None) -> Finding:
    """A KPI without a goal; with an ``action`` because it got worse, which another season may explain as well."""
    evidence = "shown" if action is None else "likely" if stood.span == YEAR else "indicative"
    return Finding(
        f"scorecard-{_id(stood.indicator.id)}", fmt.say("{story}.", story=now_words(stood, fmt)), value=stood.now,
        unit=stood.indicator.unit, low=stood.low, high=stood.high, n=stood.cases, evidence=evidence, action=action,
    )  # fmt: skip


def _id(kpi: str) -> str:
    return kpi.replace("_", "-")


def _names(goals: tuple[Goal, ...]) -> list[str]:
    """An id for each goal: a KPI may have goals for several days, and for one day several per other periods."""
    names = []
    for goal in goals:
        name = f"scorecard-{_id(goal.objective.kpi)}"
        ways = (name, f"{name}-{goal.objective.by}", *(f"{name}-{goal.objective.by}-{n}" for n in range(2, len(goals) + 1)))
        names.append(next(way for way in ways if way not in names))
    return names


def _goal_finding(goal: Goal, name: str, as_of: date, fmt: Formats) -> Finding:
    objective, stood = goal.objective, goal.standing
    if stood is None:
        values = {"kpi": label_within(goal, fmt), "need": CATALOGUE[objective.kpi].unlock(fmt)}
        return Finding(
            name, fmt.say("The goal for {kpi} cannot be measured: it needs {need}, over a long enough time.", **values),
            evidence="not shown",
            action=fmt.say("Send {need}, or choose a goal that today's data can show.", need=values["need"]),
        )  # fmt: skip
    action = None if goal.early else stood.indicator.lever
    if goal.met and not goal.early:
        action = fmt.say("Hold it, and set the next goal.")
    return Finding(
        name, goal_words(goal, as_of, fmt), value=goal.now, unit=stood.indicator.unit, low=stood.low, high=stood.high,
        n=stood.cases, money=goal.worth, evidence=goal.evidence, action=action,
    )  # fmt: skip


def _beside(standings: dict[str, Standing], data: Data, fmt: Formats) -> tuple[Finding, ...]:
    """What a reader of the figures must know beside them."""
    parameters = data.parameters
    return (*_two_costs(standings, parameters, fmt), *_two_margins(standings, parameters, fmt), *_fees(standings, data, fmt))


def _fees(standings: dict[str, Standing], data: Data, fmt: Formats) -> tuple[Finding, ...]:
    """Fees of running contracts beside orders that do not hold them: whoever reads revenue must know that."""
    contracts, revenue = data.contracts, standings.get("revenue")
    if contracts is None or revenue is None or "fee" not in contracts or data.last_day is None:
        return ()
    running = contracts[contracts["end"].isna() | (contracts["end"] > pd.Timestamp(data.last_day))]
    fees = float(running["fee"].sum())
    if fees <= FELT * revenue.now:
        return ()
    sentence = fmt.say_n(
        "{n} running contract brings fees of {fees} a month; revenue here counts orders alone, {revenue} a month.",
        "{n} running contracts bring fees of {fees} a month; revenue here counts orders alone, {revenue} a month.",
        len(running), fees=fmt.money(fees), revenue=fmt.money(revenue.now),
    )  # fmt: skip
    action = fmt.say("If the fees are not among the orders, send them as orders too: every revenue figure leaves them out.")
    return (Finding("scorecard-fees", sentence, value=fees, unit="money", n=len(running), evidence="shown", action=action),)


def _two_costs(standings: dict[str, Standing], parameters: Assumptions, fmt: Formats) -> tuple[Finding, ...]:
    """The cost of winning a customer as stated and as spent, where they lie far apart: one of them misleads."""
    spent, stated = standings.get("cac"), parameters.acquisition_cost
    if spent is None or not stated or not spent.now or max(spent.now / stated, stated / spent.now) < APART:
        return ()
    sentence = fmt.say(
        "Marketing spends {spent} for each customer won; the acquisition cost stated is {stated}. Which of the two counts "
        "decides whether a new customer pays.", spent=fmt.money(spent.now), stated=fmt.money(stated),
    )  # fmt: skip
    action = fmt.say(
        "Settle what the stated cost covers; spending that also brings regular customers back belongs only in part to new ones."
    )
    return (Finding("scorecard-two-costs", sentence, value=spent.now, unit="money", evidence="indicative", action=action),)


def _two_margins(standings: dict[str, Standing], parameters: Assumptions, fmt: Formats) -> tuple[Finding, ...]:
    """The gross margin as the products' costs have it and as stated, where they differ: one report then uses both."""
    counted, stated = standings.get("gross_margin"), parameters.gross_margin
    if counted is None or stated is None or abs(counted.now - stated) <= MARGINS_APART:
        return ()
    sentence = fmt.say(
        "The products' costs leave a gross margin of {counted}, which this scorecard shows; values and plans use the {stated} "
        "stated in client.yml.", counted=fmt.share(counted.now), stated=fmt.share(stated),
    )  # fmt: skip
    action = fmt.say("Correct gross_margin in client.yml or the costs in the products table, whichever is wrong.")
    return (Finding("scorecard-two-margins", sentence, value=counted.now, unit="share", evidence="shown", action=action),)


def _source(standings: dict[str, Standing], fmt: Formats) -> str:
    tables = fmt.listed(map(fmt.told, dict.fromkeys(table for s in standings.values() for table in s.indicator.needs)))
    ends = [s.course.index[-1] for s in standings.values() if len(s.course)]
    return fmt.say("{tables}, to {month}", tables=tables, month=fmt.month(max(ends))) if ends else tables


def _assumptions(goals: tuple[Goal, ...], standings: dict[str, Standing]) -> tuple[Assumption, ...]:
    listed = [
        Assumption(
            "The average of the last twelve full months stands for today; a goal is compared with it, not with one month.",
            "high",
            "medium",
        )
    ]
    if any(s.change_low is not None and s.indicator.kind in {"flow", "level", "ratio"} for s in standings.values()):
        listed.append(
            Assumption(
                "The range of a trend comes from how much the same months of both years differ; months count as independent.",
                "medium",
                "low",
            )
        )
    if any(g.worth for g in goals):
        listed.append(
            Assumption(
                "Each gap is priced as if it alone were closed. Goals overlap, so their worth must not be added up.",
                "medium",
                "high",
            )
        )
    return tuple(listed)
