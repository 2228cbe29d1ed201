"""Rules about the whole of a table: is it there, does it stop or skip, does one line outweigh the rest?"""

from datetime import date
from math import exp

import pandas as pd

from playbook.intake.rules import OLDEST, Facts, holding, places
from playbook.intake.schema import TABLES
from playbook.intake.sent import Sent
from playbook.intake.verdict import Check
from playbook.locale import Amount, Verbatim, mark, said, said_n

__all__ = ["presence_checks", "shape_checks"]

ESSENTIAL = ("orders", "pipeline")
DESCRIBING = {"customers", "products", "market"}  # tables that describe; nobody adds to them every week
WEEKDAY_OPEN = 0.5  # a weekday belongs to the rhythm when orders come on at least half of them
SHORTEST_GAP = {"D": 3, "W": 2, "M": 1}  # days, weeks, months: public holidays alone make no gap
CHANCE = 0.01  # a silence that would come about by chance less often than this in the whole table is a gap
LATE_DAYS = {"orders": 7}  # a table that ends so many days before the as-of day is late, others after LATE_ELSEWHERE
LATE_ELSEWHERE = 31
LATE_RHYTHMS = 4  # and no table is late before so many times its own usual pause
FEWEST_DAYS, FEWEST_LINES = 20, 100
FAR_OUT = 7.0  # standard deviations of the logarithm, estimated from the quartiles (Tukey 1977)
NORMAL_SPREAD = 1.349  # distance of the quartiles of a normal distribution, in standard deviations
QUARTILES = (0.25, 0.5, 0.75)
TIMES_MEDIAN = 1_000
DETACHED = 2.5  # the largest lines stand apart when they are so many times the next one
TOP = 20
_UNITS = {
    "D": (
        "days",
        mark(
            "No orders at all on {n} days on which this client usually has some: a part of the export may be missing, and trends"
            " and forecasts would take it for a slump."
        ),
    ),
    "W": (
        "weeks",
        mark(
            "No orders at all in {n} weeks in which this client usually has some: a part of the export may be missing, and trends"
            " and forecasts would take it for a slump."
        ),
    ),
    "M": (
        "months",
        mark(
            "No orders at all in {n} months in which this client usually has some: a part of the export may be missing, and"
            " trends and forecasts would take it for a slump."
        ),
    ),
}


def presence_checks(name: str, sent: Sent, facts: Facts, as_of: date, today: date) -> list[Check]:
    """Tables without rows, or without rows that count, and orders without any revenue."""
    if not facts.rows:
        return [
            Check(
                "empty-table",
                "stop" if name in ESSENTIAL else "caution",
                name,
                None,
                0,
                0,
                (sent.raw.origin,),
                "The table has headers but no rows.",
                "Please send the export again."
                if name in ESSENTIAL
                else "Please send the export again, or take the table out of client.yml.",
            )
        ]
    if name in ESSENTIAL and facts.first and facts.first > as_of:
        return [
            Check(
                "nothing-counted",
                "stop",
                name,
                TABLES[name].date,
                facts.rows,
                facts.rows,
                (f"first day {facts.first}",),
                said("Every row lies after the as-of day, {day}, so there is nothing to count.", day=as_of),
                said("Set as_of in client.yml, or --as-of of the command, to {day} or later.", day=facts.first)
                if facts.first <= today
                else "Please have the dates corrected: all of them lie in the future.",
            )
        ]
    highest = facts.highs.get("revenue")
    if name == "orders" and highest is not None and highest <= 0:
        return [
            Check(
                "no-revenue",
                "stop",
                name,
                "revenue",
                facts.rows,
                facts.rows,
                (f"highest value {highest:g}",),
                "No row has a revenue above 0, so there is nothing that was sold.",
                "Map revenue to the column of net amounts; if sales are written as negative amounts, ask for the other sign.",
            )
        ]
    return []


def shape_checks(name: str, sent: Sent, facts: Facts, as_of: date, currency: str) -> list[Check]:
    """Constant zeros, freshness, and, of orders, gaps and outliers of one table."""
    if not facts.rows:
        return []
    checks = _zeros(name, sent, facts)
    if facts.first and not TABLES[name].ahead and name not in DESCRIBING:
        days = _days(name, sent, as_of)
        checks += _late(name, facts, days, as_of) + (_gaps(days) if name == "orders" else [])
    return checks + (_outliers(sent, facts, currency) if name == "orders" else [])


def _zeros(name: str, sent: Sent, facts: Facts) -> list[Check]:
    money = [c.name for c in TABLES[name].columns if c.kind == "money" and c.name in facts.lows]
    return [
        Check(
            "only-zeros",
            "caution",
            name,
            column,
            facts.rows,
            facts.rows,
            places(sent.rows, column),
            said("{column} is 0 in every row, so whatever rests on it says nothing.", column=Verbatim(column)),
            said(
                "Check whether “{header}” is the right column, or take it out of client.yml.", header=sent.source.columns[column]
            ),
        )
        for column in money
        if facts.lows[column] == 0 == facts.highs[column]
    ]


def _days(name: str, sent: Sent, as_of: date) -> pd.DatetimeIndex:
    """The plausible days up to ``as_of`` that have rows, in order."""
    day = sent.rows[TABLES[name].date].cast("date").name("day")
    days = pd.DatetimeIndex(sorted(d for d in day.as_table().distinct().to_pyarrow()["day"].to_pylist() if d is not None))
    return days[(days >= pd.Timestamp(OLDEST)) & (days <= pd.Timestamp(as_of))]


def _late(name: str, facts: Facts, days: pd.DatetimeIndex, as_of: date) -> list[Check]:
    if days.empty:
        return []
    last, pauses = days[-1].date(), pd.Series(days).diff().dt.days.dropna()
    usual = pauses.quantile(0.95) if len(pauses) else 0
    late = (as_of - last).days
    if late <= max(LATE_DAYS.get(name, LATE_ELSEWHERE), LATE_RHYTHMS * usual):
        return []
    return [
        Check(
            "late-table",
            "caution",
            name,
            TABLES[name].date,
            0,
            facts.rows,
            (f"last row {last}",),
            said_n(
                "The last row is {n} day older than the as-of day, {day}; the day since looks like one without {table}.",
                "The last row is {n} days older than the as-of day, {day}; the days since look like days without {table}.",
                late,
                day=as_of,
                table=name,
            ),
            "Please send a fresh export, or set as_of in client.yml to the last day that is complete.",
        )
    ]


def _gaps(days: pd.DatetimeIndex) -> list[Check]:
    """Silences that are too long for the table's own rhythm, of days, else of weeks, else of months."""
    if len(days) < FEWEST_DAYS:
        return []
    everyday = pd.date_range(days[0], days[-1], freq="D")
    open_share = pd.Series(everyday.isin(days)).groupby(everyday.day_of_week).mean()
    expected = {
        "D": everyday[everyday.day_of_week.isin(open_share.index[open_share >= WEEKDAY_OPEN])],
        "W": pd.period_range(days[0], days[-1], freq="W"),
        "M": pd.period_range(days[0], days[-1], freq="M"),
    }
    for unit, (word, reason) in _UNITS.items():
        seen = days if unit == "D" else days.to_period(unit)
        active = pd.Series(expected[unit].isin(seen), index=expected[unit])
        gaps = _silences(active, SHORTEST_GAP[unit])
        if gaps:
            shown = sorted(gaps, key=len, reverse=True)
            return [
                Check(
                    "gap-in-time",
                    "caution",
                    "orders",
                    "order_date",
                    sum(map(len, gaps)),
                    len(active),
                    tuple(f"{_start(gap[0])} to {_end(gap[-1])} ({len(gap)} {word})" for gap in shown[:3]),
                    said(reason, n=sum(map(len, gaps))),
                    "Please say whether the shop was closed then or the export is not complete.",
                )
            ]
    return []


def _silences(active: pd.Series, shortest: int) -> list[pd.Index]:
    """Runs without activity, long enough to be no holiday, and too long for chance at this share of activity."""
    share = active.mean()
    if not share or share == 1:
        return []
    runs = (active != active.shift()).cumsum()
    silent = [run.index for _, run in active.groupby(runs) if not run.iloc[0]]
    return [run for run in silent if len(run) >= shortest and len(active) * (1 - share) ** len(run) < CHANCE]


def _start(moment: pd.Timestamp | pd.Period) -> date:
    return (moment.start_time if isinstance(moment, pd.Period) else moment).date()


def _end(moment: pd.Timestamp | pd.Period) -> date:
    return (moment.end_time if isinstance(moment, pd.Period) else moment).date()


def _outliers(sent: Sent, facts: Facts, currency: str) -> list[Check]:
    """Order lines that a slip of the comma could have made: far from the others on the scale of ratios, or standing apart."""
    if facts.rows < FEWEST_LINES:
        return []
    rows = sent.rows
    sales = rows.filter(rows.revenue > 0)
    low, middle, high = sales.revenue.ln().quantile(list(QUARTILES)).to_pyarrow().as_py() or (None, None, None)
    if middle is None:
        return []
    largest = rows.order_by(rows.revenue.desc()).limit(TOP).revenue.to_pyarrow().to_pylist()
    limits = [TIMES_MEDIAN * exp(middle)]
    if high > low:
        limits.append(exp(middle + FAR_OUT * (high - low) / NORMAL_SPREAD))
    limits += [a for a, b in zip(largest[: TOP // 2], largest[1:], strict=False) if b > 0 and a > DETACHED * b]
    extreme = rows.filter(rows.revenue >= min(limits))
    found = extreme.aggregate(rows=extreme.count(), money=extreme.revenue.sum()).to_pyarrow().to_pylist()[0]
    if not found["rows"]:
        return []
    return [
        Check(
            "extreme-line",
            "caution",
            "orders",
            "revenue",
            found["rows"],
            facts.rows,
            places(extreme, "revenue"),
            holding(
                said(
                    "These lines are far larger than all others (the middle line is {middle}): a misplaced comma would look like"
                    " this.",
                    middle=Amount(exp(middle), currency),
                ),
                found["money"],
                currency,
            ),
            "Please confirm them. They are counted as they stand.",
        )
    ]
