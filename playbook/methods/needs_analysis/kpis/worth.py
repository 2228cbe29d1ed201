"""Worth: what closing the gap to a goal brings in a year, and how that is worked out."""

from datetime import date
from types import MappingProxyType

import pandas as pd

from playbook.engagement import Objective, Period
from playbook.intake.frames import FIRST_DAYS
from playbook.locale import mark
from playbook.methods.needs_analysis.kpis.data import YEAR, Data, full_months
from playbook.methods.needs_analysis.kpis.ratios import ratio_parts
from playbook.methods.needs_analysis.kpis.standing import Standing, standing
from playbook.methods.needs_analysis.path.steps import outcome

__all__ = ["PERIODS", "current", "customers_per", "gap_to", "worth"]

DAYS_A_WEEK = 7
PERIODS = MappingProxyType({"week": 365.25 / DAYS_A_WEEK, "month": 12.0, "quarter": 4.0, "year": 1.0})  # of each in a year
_OF_REVENUE = {"revenue", "orders", "customers", "order_value"}
UNPRICED = "not priced"  # how the reasons begin
NOTHING_TO_SCALE = mark("not priced: there is nothing to scale from")
NOT_PRICED = mark("not priced: other gaps hold the money that it moves")


def current(stood: Standing, objective: Objective, data: Data) -> float | None:
    """Where the KPI stands per the objective's own period; None where the data do not cover that."""
    if stood.indicator.kind == "flow":
        return stood.now * PERIODS["month"] / PERIODS[objective.per]
    if objective.kpi == "customers" and objective.per != "month":
        return customers_per(objective.per, data.order_totals, data.as_of)
    return stood.now


def gap_to(stood: Standing, target: float, now: float) -> float:
    """How far the KPI is from its target; positive when it falls short, whichever way is good."""
    return target - now if stood.indicator.good == "up" else now - target


def worth(stood: Standing, gap: float, now: float, data: Data) -> tuple[float | None, str]:
    """What closing ``gap`` (in the unit of ``now``) brings in a year in the client's currency, and the sum behind it (a key
    of the catalogue).

    None, with the reason in place of the sum, where there is nothing to price it by.
    """
    total, how = _priced(stood, gap, now, data)
    if how.startswith(UNPRICED):
        return None, how
    return (total, how) if total is not None and total > 0 else (None, NOTHING_TO_SCALE)


def _priced(stood: Standing, gap: float, now: float, data: Data) -> tuple[float | None, str]:
    kpi = stood.indicator.id
    if kpi in _OF_REVENUE:
        revenue = standing("revenue", data)
        if now <= 0 or revenue is None:
            return None, NOTHING_TO_SCALE
        return gap / now * revenue.now * YEAR, mark("the missing share of today's yearly revenue, all else unchanged")
    if kpi in {"repeat_rate", "conversion"}:
        return _of_orders(stood, gap, data)
    if kpi == "churn":
        return _of_customers(stood, gap, data)
    if kpi == "win_rate":
        amount = _won_amount(data.opportunities)
        total = None if amount is None else gap * stood.cases * YEAR / stood.months * amount
        return total, mark("opportunities closed a year × missing points × average won amount")
    if kpi == "gross_margin":
        revenue = standing("revenue", data)
        return (None if revenue is None else gap * revenue.now * YEAR), mark("missing points × today's yearly revenue")
    if kpi in {"cac", "clv"}:
        won = _yearly(ratio_parts("cac", data)["below"])
        return (None if won is None else gap * won), mark("customers won a year × the gap for each")
    if kpi == "cost_to_serve":
        orders = _yearly(ratio_parts(kpi, data)["below"])
        return (None if orders is None else gap * orders), mark("orders a year × the gap for each")
    if kpi == "sales_velocity":
        return gap * YEAR, mark("the missing money a month, for twelve months")
    return None, NOT_PRICED


def _of_orders(stood: Standing, gap: float, data: Data) -> tuple[float | None, str]:
    value = standing("order_value", data)
    if value is None:
        return None, mark("not priced: orders are needed for the value of an order")
    if stood.indicator.id == "repeat_rate":
        return gap * stood.cases * value.now, mark("customers of the year × missing points × one more order each")
    yearly = stood.cases * YEAR / stood.months
    return gap * yearly * value.now, mark("journeys a year × missing points × value of an order")


def _of_customers(stood: Standing, gap: float, data: Data) -> tuple[float | None, str]:
    """Those who leave bring less than those who stay: who is kept is priced by what those who left had brought."""
    contracts = data.contracts
    if contracts is not None and contracts["end"].notna().any():
        left = contracts[contracts["end"].notna()]
        if "fee" not in left or left["fee"].isna().all():
            return None, mark("not priced: customers (fee) is needed for what a contract brings")
        return gap * stood.cases * float(left["fee"].mean()) * YEAR, mark(
            "contracts × missing points × a year's fee of those who left"
        )
    each = _brought_by_the_lost(data)
    if each is None:
        return None, mark("not priced: two years of orders are needed for what lost customers had brought")
    return gap * stood.cases * each, mark(
        "customers of the year before × missing points × what each of those lost had brought in it"
    )


def _brought_by_the_lost(data: Data) -> float | None:
    """Mean revenue, in the twelve full months before the last twelve, of customers who have not bought since."""
    orders = data.order_totals
    months = full_months(orders["day"], data.last_day)
    if len(months) < 2 * YEAR:
        return None
    known = orders[orders["customer_id"].notna()]
    month, bought = known["day"].dt.to_period("M"), known["revenue"] > 0
    before = (month > months[-1] - 2 * YEAR) & (month <= months[-1] - YEAR)
    since = (month > months[-1] - YEAR) & (month <= months[-1])
    lost = set(known.loc[before & bought, "customer_id"]) - set(known.loc[since & bought, "customer_id"])
    rows = known[before & known["customer_id"].isin(lost)]
    return float(rows["revenue"].sum()) / len(lost) if lost else None


def customers_per(per: Period, order_totals: pd.DataFrame | None, as_of: date | None) -> float | None:
    """Different customers in the last quarter or year, or in the average full week of the last year.

    None without customer ids, and where the data do not cover the quarter, the year or one week.
    """
    if order_totals is None or as_of is None or "customer_id" not in order_totals:
        return None
    first, end = order_totals["day"].min(), pd.Timestamp(as_of) + pd.Timedelta(days=1)
    start = end - pd.DateOffset(months=3 if per == "quarter" else YEAR)
    recent = order_totals[order_totals["day"].between(start, end, inclusive="left")]
    if recent["customer_id"].count() == 0:
        return None
    if per != "week":
        covered = first <= start + pd.Timedelta(days=FIRST_DAYS - 1)
        return float(recent["customer_id"].nunique()) if covered else None
    weeks = (end - max(first, start)).days // DAYS_A_WEEK  # the days before the first full week are left out
    weeks_back = (end - pd.Timedelta(days=1) - recent["day"]).dt.days // DAYS_A_WEEK
    by_week = recent.groupby(weeks_back)["customer_id"].nunique().reindex(range(weeks), fill_value=0)
    return float(by_week.mean()) if weeks else None


def _yearly(monthly: pd.Series) -> float | None:
    """A sum of months, as of a year."""
    last = monthly.tail(YEAR)
    return float(last.mean() * YEAR) if len(last) else None


def _won_amount(opportunities: pd.DataFrame | None) -> float | None:
    if opportunities is None or "amount" not in opportunities:
        return None
    amounts = opportunities.loc[outcome(opportunities["stage"]) == "won", "amount"].dropna()
    return float(amounts.mean()) if len(amounts) else None
