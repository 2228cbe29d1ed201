"""Driver cases: a row a moment of a customer: who they are, how they bought, what happened, and whether they bought again.

A moment is the day of an answer to a survey, or one common day for all customers where there are too few answers.
Nothing after the moment is looked at but the outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from playbook.methods.market_research.network.variables import bands, driver_variables, money_classes, rate_classes, yes_no
from playbook.result.formats import Formats

__all__ = ["FEWEST_CASES", "SERVICE_DAYS", "YEAR", "Cases", "History", "build_cases"]

FEWEST_CASES = 200
WITHIN = (7, 30, 90, 180, 365)  # days within which buying again can be looked for
YEAR = 365
SHORTEST_YEAR = 90  # days of history below which a yearly rate is not blown up further
SERVICE_DAYS = 90  # a question to the service desk counts for so long
SHORTEST_SERVICE = 30  # days of tickets before a moment, for it to count that there was none
CENT = 0.005  # an order that came back whole is no purchase
CONTENT = 4  # of 5: satisfied
PROMOTER = 9  # of 10, where only the recommendation is asked
RAREST = 0.03  # a variable of which nearly all cases have the same level tells nothing
LOWEST_COMPLETE = 0.25  # share of the cases that must stay when those with gaps are left out
OUTCOME = "buys_again"
_SPAN = 10**7  # more days than any history, so that customers do not mix
_ATTRIBUTES = ("age_group", "income_group", "household_size", "region", "contract")


@dataclass(frozen=True)
class Cases:
    """``frame``: customer_id, moment, and one categorical column a variable, without gaps. ``within``: days of the outcome.

    ``answers``: the moments are answers to surveys. ``gaps``: cases left out because a value is missing. ``dropped``: variables
    left out, because all cases are alike in them or too many lack them.
    """

    frame: pd.DataFrame = field(repr=False)
    within: int
    answers: bool
    gaps: int = 0
    dropped: tuple[str, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(c for c in self.frame if c in driver_variables())

    @property
    def levels(self) -> dict[str, tuple[str, ...]]:
        return {v: tuple(self.frame[v].cat.categories) for v in self.variables}

    @property
    def codes(self) -> pd.DataFrame:
        return self.frame[list(self.variables)].apply(lambda column: column.cat.codes).astype("int64")

    def count(self, given: Mapping[str, str]) -> int:
        """How many cases are as ``given``."""
        return (
            int(np.logical_and.reduce([self.frame[v] == level for v, level in given.items()]).sum()) if given else len(self.frame)
        )


class History:
    """Purchases in order of customer and day, to be looked up for many moments at once."""

    def __init__(self, purchases: pd.DataFrame):
        """``purchases``: customer_id, day and any values; every row a purchase."""
        self.ids = pd.Index(purchases["customer_id"].unique()).sort_values()
        code = self.ids.get_indexer(purchases["customer_id"])
        order = np.lexsort((np.arange(len(code)), _days(purchases["day"]), code))
        self.rows = purchases.iloc[order]
        self.key = code[order] * _SPAN + _days(self.rows["day"])

    def at(self, customer: pd.Series, day: pd.Series, side: str = "left") -> tuple[np.ndarray, np.ndarray]:
        """For each moment: the customer's first row, and the first row on (``left``) or after (``right``) the day."""
        code = self.ids.get_indexer(customer)
        first = np.searchsorted(self.key, code * _SPAN)
        return first, np.maximum(np.searchsorted(self.key, code * _SPAN + _days(day), side=side), first)

    def last(self, customer: pd.Series, day: pd.Series) -> np.ndarray:
        """Row of the customer's last purchase before the day, -1 without one."""
        first, end = self.at(customer, day)
        return np.where(end > first, end - 1, -1)

    def value(self, row: np.ndarray, column: str) -> pd.Series:
        """The column's value in each row, missing for -1."""
        return self.rows[column].reset_index(drop=True).reindex(row)


def build_cases(
    order_totals: pd.DataFrame,
    as_of: date,
    fmt: Formats,
    customers: pd.DataFrame | None = None,
    survey_answers: pd.DataFrame | None = None,
    deliveries: pd.DataFrame | None = None,
    order_discounts: pd.DataFrame | None = None,
    service_tickets: pd.DataFrame | None = None,
    within: int = 0,
) -> Cases | None:
    """All cases with as many variables as the tables give; None with fewer than FEWEST_CASES.

    Answers are the moments where at least FEWEST_CASES can be used; else one day, for all who bought in the year before it.
    ``within`` 0 takes the length of WITHIN by which nearest to half of the cases bought again.
    """
    bought = order_totals[order_totals["customer_id"].notna() & (order_totals["revenue"] > CENT)]
    if bought.empty:
        return None
    if order_discounts is not None:
        bought = bought.merge(order_discounts, on=["order_id", "customer_id"], how="left")
    history, end = History(bought), pd.Timestamp(as_of)
    chosen = _moments(history, survey_answers, end, within)
    if chosen is None:
        return None
    moments, days, answers = chosen
    raw = pd.concat(
        [
            _attributes(moments, customers, "channel" not in bought),
            _habits(moments, history, bought["day"].min()),
            _experience(moments, deliveries, service_tickets),
            *([moments["content"].rename("satisfaction")] if answers else []),
            _again(history, moments, days).rename(OUTCOME),
        ],
        axis=1,
    )
    return _complete(moments[["customer_id", "moment"]], raw[[v for v in driver_variables() if v in raw]], days, answers, fmt)


def _moments(history: History, survey_answers: pd.DataFrame | None, end: pd.Timestamp, within: int):
    """Moments (customer_id, moment, content), the days of the outcome, and whether moments are answers; None where too few."""
    lengths = (within,) if within else WITHIN
    answered = _answered(history, survey_answers)
    for answers, build in (
        (True, lambda days: _still_known(answered, end, days)),
        (False, lambda days: _common(history, end, days)),
    ):
        options = [(days, build(days)) for days in lengths]
        options = [(days, rows) for days, rows in options if len(rows) >= FEWEST_CASES]
        if options:
            days, rows = min(options, key=lambda option: abs(_again(history, option[1], option[0]).mean() - 0.5))
            return rows, days, answers
    return None


def _answered(history: History, survey_answers: pd.DataFrame | None) -> pd.DataFrame:
    """Answers of customers who had bought before: customer_id, moment, content (true for satisfied)."""
    empty = pd.DataFrame({"customer_id": [], "moment": pd.to_datetime([]), "content": pd.array([], dtype="boolean")})
    if survey_answers is None or "customer_id" not in survey_answers:
        return empty
    rows = survey_answers
    content = pd.Series(pd.NA, rows.index, dtype="boolean")
    for column, enough in (("satisfaction", CONTENT), ("recommend", PROMOTER)):
        if column in rows and content.isna().all():
            content = (rows[column].astype("Float64") >= enough).astype("boolean")
    rows = pd.DataFrame({"customer_id": rows["customer_id"], "moment": rows["date"].dt.normalize(), "content": content}).dropna()
    if rows.empty:
        return empty
    rows = rows[history.last(rows["customer_id"], rows["moment"]) >= 0]
    # One answer a customer and year, so that eager answerers do not stand for all; the first, because a later one is more likely
    # from those who bought again.
    rows = rows.sort_values("moment", kind="stable")
    year = (rows["moment"] - rows.groupby("customer_id")["moment"].transform("min")).dt.days // YEAR
    return rows[~rows.assign(year=year).duplicated(["customer_id", "year"])].reset_index(drop=True)


def _still_known(answered: pd.DataFrame, end: pd.Timestamp, days: int) -> pd.DataFrame:
    return answered[answered["moment"] + pd.Timedelta(days=days) <= end].reset_index(drop=True)


def _common(history: History, end: pd.Timestamp, days: int) -> pd.DataFrame:
    """One moment, ``days`` before the end, for all who bought in the year before it; none where the data are too short."""
    moment = end - pd.Timedelta(days=days)
    if history.rows["day"].min() > moment - pd.Timedelta(days=days):
        return pd.DataFrame({"customer_id": [], "moment": pd.to_datetime([])})
    moments = pd.DataFrame({"customer_id": history.ids, "moment": moment})
    last = history.value(history.last(moments["customer_id"], moments["moment"]), "day").to_numpy()
    recent = (moments["moment"].to_numpy() - last) <= np.timedelta64(YEAR, "D")
    return moments[recent].reset_index(drop=True)


def _again(history: History, moments: pd.DataFrame, days: int) -> pd.Series:
    """Whether the customer bought on a day after the moment and at most ``days`` later."""
    _, now = history.at(moments["customer_id"], moments["moment"], side="right")
    _, then = history.at(moments["customer_id"], moments["moment"] + pd.Timedelta(days=days), side="right")
    return pd.Series(then > now, moments.index)


def _attributes(moments: pd.DataFrame, customers: pd.DataFrame | None, channel: bool) -> pd.DataFrame:
    wanted = (*_ATTRIBUTES, "channel") if channel else _ATTRIBUTES
    columns = [c for c in wanted if customers is not None and c in customers]
    if not columns:
        return pd.DataFrame(index=moments.index)
    known = customers.drop_duplicates("customer_id").set_index("customer_id")[columns]
    return known.reindex(moments["customer_id"]).set_axis(moments.index)


def _habits(moments: pd.DataFrame, history: History, begin: pd.Timestamp) -> pd.DataFrame:
    """How customers bought in the year before the moment: how often, for how much an order, whether the last was reduced."""
    who, moment = moments["customer_id"], moments["moment"]
    first, now = history.at(who, moment)
    _, year = history.at(who, moment - pd.Timedelta(days=YEAR))
    known = (moment - begin).dt.days.clip(SHORTEST_YEAR, YEAR).to_numpy()
    spent = np.concatenate([[0.0], np.cumsum(history.rows["revenue"].to_numpy())])
    since = np.where(now > year, year, first)  # who did not buy in that year is known by what they bought before
    habits = {
        "frequency": (now - year) * YEAR / known,
        "order_value": np.where(now > since, (spent[now] - spent[since]) / np.maximum(now - since, 1), np.nan),
    }
    if "discounted" in history.rows:
        habits["discount"] = history.value(np.where(now > first, now - 1, -1), "discounted").astype("boolean").to_numpy()
    if "channel" in history.rows:
        habits["channel"] = history.value(np.where(now > first, first, -1), "channel").to_numpy()
    return pd.DataFrame(habits, index=moments.index)


def _experience(moments: pd.DataFrame, deliveries: pd.DataFrame | None, service_tickets: pd.DataFrame | None) -> pd.DataFrame:
    """Whether the last delivery that was due came late, and whether the customer asked the service desk lately."""
    found = {}
    who, moment = moments["customer_id"], moments["moment"]
    if deliveries is not None and len(deliveries):
        due = History(deliveries.assign(day=deliveries["promised_on"]))
        last = due.last(who, moment)
        came, promised = (due.value(last, c).set_axis(moments.index) for c in ("delivered_on", "promised_on"))
        waiting = came.isna() | (came > moment)  # on the day nobody knew yet when it would come
        found["late_delivery"] = (waiting | (came > promised)).astype("boolean").mask(last < 0)
    if service_tickets is not None and "customer_id" in service_tickets and service_tickets["customer_id"].notna().any():
        asked = service_tickets[service_tickets["customer_id"].notna()]
        asked = History(asked[["customer_id"]].assign(day=asked["created_at"].dt.normalize()))
        _, since = asked.at(who, moment - pd.Timedelta(days=SERVICE_DAYS))
        _, until = asked.at(who, moment)
        unknown = moment < service_tickets["created_at"].min().normalize() + pd.Timedelta(days=SHORTEST_SERVICE)
        found["service_request"] = pd.Series(until > since, moments.index).astype("boolean").mask(unknown)
    return pd.DataFrame(found, index=moments.index)


def _complete(moments: pd.DataFrame, raw: pd.DataFrame, days: int, answers: bool, fmt: Formats) -> Cases | None:
    """Cases without gaps, with the variables in which they differ; those with most gaps go while too few cases would stay."""
    kept = list(raw)
    while raw[kept].notna().all(axis=1).sum() < max(FEWEST_CASES, LOWEST_COMPLETE * len(raw)):
        gaps = raw[kept].isna().sum()
        if not gaps.any():
            return None
        kept.remove(gaps.idxmax())
    whole = raw[kept].notna().all(axis=1)
    rows = {v: _levels(v, raw.loc[whole, v].reset_index(drop=True), fmt) for v in kept}
    telling = [v for v in kept if v == OUTCOME or 1 - rows[v].value_counts(normalize=True).max() >= RAREST]
    if len(telling) < 2 or rows[OUTCOME].nunique() < 2:
        return None
    frame = pd.DataFrame({v: rows[v].cat.remove_unused_categories() for v in telling})
    frame = moments[whole].reset_index(drop=True).join(frame)
    return Cases(frame, days, answers, int((~whole).sum()), tuple(v for v in raw if v not in telling))


def _levels(variable: str, values: pd.Series, fmt: Formats) -> pd.Series:
    if driver_variables()[variable].levels:
        return yes_no(variable, values, fmt)
    return {"frequency": rate_classes, "order_value": money_classes}.get(variable, bands)(values, fmt)


def _days(moments: pd.Series) -> np.ndarray:
    return moments.to_numpy().astype("datetime64[D]").astype(np.int64)
