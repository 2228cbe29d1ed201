"""Customer base: how many customers stay, leave and come, on how few revenue rests, and what is at risk."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.market_research.grouping.habits import LOOK_BACK, QUIET, YEAR, Slipping, buying_habits, slipping
from playbook.methods.needs_analysis.base import findings as told
from playbook.methods.needs_analysis.base.cohorts import Cohorts, cohorts, compare
from playbook.methods.needs_analysis.base.concentration import Concentration, concentration, lorenz
from playbook.methods.needs_analysis.base.figures import cohort_figure, flow_figure, lorenz_figure
from playbook.methods.needs_analysis.base.flow import customer_flow, customer_windows
from playbook.methods.needs_analysis.windows import Windows, season_assumption, windows
from playbook.result.contract import Assumption, Figure, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["CustomerBase", "customer_base"]

FEWEST_CUSTOMERS = 10  # below this a list of names tells more
SOURCE = mark("orders, net of returns")


@dataclass(frozen=True, kw_only=True)
class CustomerBase(Result):
    """How healthy the customer base is.

    ``lorenz``: customers, revenue (cumulated shares, the smallest customers first) of the last twelve months; ``cohorts``: start
    (first day of the cohort's period, NaT for customers already known), customers, n, active, retention; ``flow``: group (lost,
    kept, new, regained, returns, unknown), label, customers, before, after, change, which add up to the cent (empty with less
    than two months); ``at_risk``: customer_id, silence (in usual pauses), active_year, back (share expected to return), at_risk
    (money a year).
    """

    lorenz: pd.DataFrame = field(repr=False)
    cohorts: pd.DataFrame = field(repr=False)
    flow: pd.DataFrame = field(repr=False)
    at_risk: pd.DataFrame = field(repr=False)
    windows: Windows | None = None
    grouped: Cohorts | None = field(default=None, repr=False)
    top_share: float | None = None

    def figures(self) -> tuple[Figure, ...]:
        drawn = [
            flow_figure(self.flow, self.fmt, SOURCE) if len(self.flow) else None,
            lorenz_figure(self.lorenz, self.top_share, self.fmt, SOURCE) if self.top_share is not None else None,
            cohort_figure(self.grouped, self.fmt, SOURCE) if self.grouped is not None else None,
        ]
        return tuple(figure for figure in drawn if figure)


@section(
    "customer-base",
    "How healthy is the customer base?",
    promise="on how few customers revenue rests, who stayed, left and came back, how new customers last, and what is at risk",
)
def customer_base(
    order_totals: pd.DataFrame, as_of: date, fmt: Formats, parameters: Assumptions | None = None
) -> CustomerBase | Locked:
    """Concentration, flow, cohorts and revenue at risk.

    Concentration is that of net revenue by customer of the last twelve months against the twelve before; the flow sets the two
    windows of ``windows`` against each other; cohorts see ``cohorts``; at risk are customers with at least three orders, one of
    them in the last twelve months, who are silent for more than three of their usual pauses. Locked when orders name no customer,
    or fewer than ten bought.
    """
    if "customer_id" not in order_totals:
        return _locked(fmt, fmt.say("orders (customer_id)"))
    day = pd.Timestamp(as_of)
    known = order_totals[order_totals["day"] <= day]
    habits = buying_habits(known, day)
    if len(habits) < FEWEST_CUSTOMERS:
        least = fmt.count(FEWEST_CUSTOMERS)
        return _locked(
            fmt, fmt.say("orders of at least {least} customers ({n} bought so far)", least=least, n=fmt.count(len(habits)))
        )
    spread = concentration(*_years(known, day))
    compared = windows(known["day"], as_of)
    who = customer_windows(known, compared) if compared else None
    flow = customer_flow(who, known, compared) if compared else pd.DataFrame(columns=FLOW)
    grouped = cohorts(known, day)
    slip = slipping(habits[habits["recency_days"] < YEAR], known, day)
    history = compared is not None and known["day"].min() < compared.start
    found = [
        told.flow_finding(flow, compared, parameters, fmt),
        told.kept_finding(who, compared, fmt),
        told.concentration_finding(spread, fmt),
        told.largest_finding(spread, _days(known) >= YEAR - SLACK, fmt),
        told.retention_finding(compare(grouped.rows) if grouped else None, grouped, fmt),
        told.risk_finding(slip, spread, fmt),
    ]
    tables = [
        _flow_table(flow, compared, fmt) if len(flow) else None,
        _spread_table(spread, fmt) if spread else None,
        _risk_table(slip, fmt),
    ]
    return CustomerBase(
        fmt=fmt,
        headline=_headline(flow, compared, spread, len(habits), fmt),
        findings=tuple(finding for finding in found if finding),
        tables=tuple(table for table in tables if table),
        assumptions=_assumptions(spread, compared, history, grouped, len(habits), known, fmt),
        lorenz=lorenz(_positive(known, day)) if spread else pd.DataFrame(columns=["customers", "revenue"]),
        cohorts=grouped.rows if grouped else pd.DataFrame(columns=["start", "customers", "n", "active", "retention"]),
        flow=flow,
        at_risk=slip.customers[["customer_id", "silence", "active_year", "back", "at_risk"]].reset_index(drop=True),
        windows=compared,
        grouped=grouped,
        top_share=spread.now.top_share if spread else None,
    )


SLACK = 5  # days that a year of data may lack
FLOW = ["group", "label", "customers", "before", "after", "change"]


def _locked(fmt: Formats, need: str) -> Locked:
    promise = customer_base.section.promise
    return Locked(fmt=fmt, headline="Not answered yet: How healthy is the customer base?", unlock=(need,), promise=promise)


def _years(orders: pd.DataFrame, day: pd.Timestamp) -> tuple[pd.Series, pd.Series | None]:
    """Net revenue by customer of the last twelve months and of the twelve before (None where the data do not hold them)."""
    year, two = (day - pd.DateOffset(years=n) for n in (1, 2))

    def within(start: pd.Timestamp, end: pd.Timestamp) -> pd.Series:
        return orders[(orders["day"] > start) & (orders["day"] <= end)].groupby("customer_id")["revenue"].sum()

    whole = windows(orders["day"], day.date())
    return within(year, day), within(two, year) if whole is not None and whole.whole_year else None


def _days(orders: pd.DataFrame) -> int:
    """Days that the data hold."""
    return (orders["day"].max() - orders["day"].min()).days + 1


def _positive(orders: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    revenue = _years(orders, day)[0]
    return revenue[revenue > 0].to_numpy()


def _headline(flow: pd.DataFrame, compared: Windows | None, spread: Concentration | None, customers: int, fmt: Formats) -> str:
    rows = flow.set_index("group") if len(flow) else None
    if rows is not None and rows.loc["kept", "customers"] + rows.loc["lost", "customers"]:
        story = _story(rows, fmt)
        if compared.whole_year:
            return story
        return fmt.say_n("In the last month: {story}", "In the last {n} months: {story}", compared.months, story=story)
    if spread is not None:
        return fmt.say("The best tenth of customers brings {share} of revenue", share=fmt.share(spread.now.top_share))
    return fmt.say("None of {n} customers brought revenue in the last twelve months", n=fmt.count(customers))


def _story(rows: pd.DataFrame, fmt: Formats) -> str:
    """Who stayed, left and came, and the money that went and came with them."""
    kept, lost, new = (rows.loc[group, "customers"] for group in ("kept", "lost", "new"))
    brought = fmt.money(rows.loc["new", "change"])
    if not lost:
        if new:
            return fmt.say("All {n} customers stayed; new ones brought {money}", n=fmt.count(kept), money=brought)
        return fmt.say("All {n} customers stayed; no new one came", n=fmt.count(kept))
    values = {"share": fmt.share(kept / (kept + lost)), "lost": fmt.money(-rows.loc["lost", "change"])}
    if new:
        return fmt.say("{share} of customers stayed; lost ones took {lost}, new ones brought {new}", **values, new=brought)
    return fmt.say("{share} of customers stayed; lost ones took {lost}, no new one came", **values)


def _flow_table(flow: pd.DataFrame, compared: Windows, fmt: Formats) -> Table:
    total = {
        "label": fmt.say("Revenue"),
        "customers": flow["customers"].sum(),
        **flow[["before", "after", "change"]].sum().round(2),
    }
    told = flow[FLOW[1:]].assign(label=flow["label"].map(fmt.told))
    frame = pd.concat([told, pd.DataFrame([total])], ignore_index=True)
    return Table(
        frame,
        "Who left, stayed and came, and what that did to revenue",
        fmt.say(
            "{source}, {start} to {end}, split on {middle}", source=fmt.told(SOURCE), start=fmt.day(compared.start),
            end=fmt.day(compared.end), middle=fmt.day(compared.middle),
        ),
        {
            "label": ("Customer group", "text"), "customers": ("Number", "count"), "before": ("Revenue before", "unit_money"),
            "after": ("Revenue after", "unit_money"), "change": ("Change", "unit_money"),
        },
    )  # fmt: skip


def _spread_table(spread: Concentration, fmt: Formats) -> Table:
    years = {fmt.say("Last 12 months"): spread.now, fmt.say("12 months before"): spread.before}
    rows = [{"year": name, **vars(found)} for name, found in years.items() if found is not None]
    return Table(
        pd.DataFrame(rows),
        "How few customers bring the revenue; inequality is 0 when all bring the same and 1 when one brings all (Gini)",
        SOURCE,
        {
            "year": ("Year", "text"), "customers": ("Customers", "count"), "total": ("Revenue", "money"),
            "top_share": ("Best tenth brings", "share"), "half": ("Customers for half of revenue", "count"),
            "largest_share": ("Ten largest bring", "share"), "gini": ("Inequality", "number"),
        },
        aside=True,
    )  # fmt: skip


def _risk_table(slip: Slipping, fmt: Formats) -> Table | None:
    rows = slip.bands(fmt)
    if not rows["customers"].sum():
        return None
    columns = {
        "band": ("Silent for", "text"), "customers": ("Customers", "count"),
        "active_year": ("Revenue of last active year", "money"),
    }  # fmt: skip
    if slip.told:
        columns |= {
            "back": (fmt.say("Came back, of those as silent {n} days ago", n=fmt.count(LOOK_BACK)), "share"),
            "at_risk": ("At risk a year", "money"),
        }
    return Table(rows, "Regular customers in unusual silence", SOURCE, columns)


def _assumptions(
    spread: Concentration | None, compared: Windows | None, history: bool, grouped: Cohorts | None, customers: int,
    orders: pd.DataFrame, fmt: Formats,
) -> tuple[Assumption, ...]:  # fmt: skip
    notes = []
    days = _days(orders)
    if days < YEAR - SLACK:
        text = fmt.say_n(
            "The data hold {n} day: what is told of the last twelve months rests on it.",
            "The data hold {n} days: what is told of the last twelve months rests on these.", days,
        )  # fmt: skip
        notes.append(Assumption(text, "low", "high"))
    if spread is not None and spread.below_zero:
        text = fmt.say_n(
            "{n} customer sent back more than it bought in the last twelve months; for the concentration this counts as zero.",
            "{n} customers sent back more than they bought in the last twelve months; for the concentration this counts as "
            "zero.", spread.below_zero,
        )  # fmt: skip
        notes.append(Assumption(text, "high", "low"))
    if compared is not None and not compared.whole_year:
        notes.append(season_assumption(compared, fmt))
    if compared is not None and not history:
        text = fmt.say("Data before the two windows are missing, so customers who came back after a long pause count as new.")
        notes.append(Assumption(text, "low", "medium"))
    if grouped is not None:
        notes.append(Assumption(_known_before(grouped, customers, fmt), "medium", "medium"))
    risk = fmt.say(
        "Silence is measured against a customer's own mean pause between orders; more than {n} times that is unusual.",
        n=fmt.count(QUIET),
    )  # fmt: skip
    notes.append(Assumption(risk, "medium", "medium"))
    unnamed = int(orders["customer_id"].isna().sum())
    if unnamed:
        text = fmt.say_n(
            "{n} order names no customer and counts only in the flow of revenue.",
            "{n} orders name no customer and count only in the flow of revenue.", unnamed,
        )  # fmt: skip
        notes.append(Assumption(text, "high", "low"))
    return tuple(notes)


def _known_before(grouped: Cohorts, customers: int, fmt: Formats) -> str:
    day = fmt.day(grouped.new_from)
    if grouped.known > customers / 2:
        return fmt.say(
            "{n} customers, which is most of them, ordered before {day}, at the start of the data. They may have been customers "
            "for long, so they count in no cohort of new customers.", n=fmt.count(grouped.known), day=day,
        )  # fmt: skip
    return fmt.say_n(
        "{n} customer ordered before {day}, at the start of the data. It may have been a customer for long, so it counts in "
        "no cohort of new customers.",
        "{n} customers ordered before {day}, at the start of the data. They may have been customers for long, so they count "
        "in no cohort of new customers.", grouped.known, day=day,
    )  # fmt: skip
