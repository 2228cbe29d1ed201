"""Demand findings: the sentences: the goal, the outlook, the peak, groups and products, how the forecast was tested."""

from collections.abc import Iterator

import pandas as pd

from playbook.methods.market_research.forecasting.forecast import COMBINATION, NAIVE
from playbook.methods.market_research.forecasting.trials import ORIGINS
from playbook.methods.market_research.outlook.goal import SUREST, Goal
from playbook.methods.market_research.outlook.item_findings import item_findings
from playbook.methods.market_research.outlook.outlook import Outlook
from playbook.methods.market_research.outlook.spans import base
from playbook.result.contract import Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["findings", "headline"]

YEAR = 12
STRONG_SEASON = 1.10  # a peak month worth a sentence
WORTH_TRUSTING = 0.05  # less missed than by the naive forecast, from as many starting points as there can be
FAULTLESS = 1e-3  # scaled error below which the naive forecast was right, and no share of it is told


def headline(history: pd.DataFrame, path: pd.DataFrame, goal: Goal | None, item: pd.Series, fmt: Formats) -> str:
    """That revenue has stopped, where it has; the goal where there is one; else what the months ahead should bring."""
    if item["kind"] == "stopped":
        return fmt.say("Nothing has come in since {month}, and no revenue is expected", month=fmt.month(_last_sale(history)))
    if goal:
        gap = goal.expected - goal.target
        values = {"expected": _rate(goal.expected, goal, fmt), "gap": fmt.money(abs(gap))}
        if round(gap) == 0:
            return fmt.say("Revenue is heading for {expected}, right at the goal", **values)
        return fmt.say(
            "Revenue is heading for {expected}, {gap} short of the goal"
            if gap < 0
            else "Revenue is heading for {expected}, {gap} above the goal",
            **values,
        )
    months, values = len(path), {"total": fmt.money(path["revenue"].sum())}
    if item["before"] <= 0:
        return fmt.say_n("The next month should bring {total}", "The next {n} months should bring {total}", months, **values)
    change = item["expected"] / item["before"] - 1
    values |= {"change": fmt.change(change), "base": _short_base(item["against"], months, fmt)}
    if round(change, 3) == 0:
        return fmt.say_n(
            "The next month should bring {total}, as much as {base}",
            "The next {n} months should bring {total}, as much as {base}",
            months,
            **values,
        )
    return fmt.say_n(
        "The next month should bring {total}, {change} on {base}",
        "The next {n} months should bring {total}, {change} on {base}",
        months,
        **values,
    )


def findings(
    history: pd.DataFrame, path: pd.DataFrame, goal: Goal | None, found: Outlook, items: pd.DataFrame, fmt: Formats
) -> tuple[Finding, ...]:
    """All sentences; ``items`` as in ``Outlook`` with label and change."""
    told = [_goal(goal, fmt)] if goal else []
    told.append(_outlook(history, path, items.iloc[0], fmt))
    told.extend(_peak(history, path, found, fmt))
    told.extend(item_findings(items, len(path), fmt))
    told.extend(_tested(found, fmt))
    return tuple(told)


def _rate(amount: float, goal: Goal, fmt: Formats) -> str:
    """Revenue by the goal's own period."""
    money = fmt.money(amount)
    if goal.months == 1:
        return fmt.say("{money} a month", money=money)
    return fmt.say("{money} a quarter", money=money) if goal.months == 3 else fmt.say("{money} a year", money=money)


def _last_sale(history: pd.DataFrame) -> pd.Timestamp:
    return history.loc[history["revenue"] != 0, "month"].iloc[-1]


def _short_base(against: str, months: int, fmt: Formats) -> str:
    """What is expected is compared with, for the headline."""
    if against == "same":
        return fmt.say("a year before")
    return fmt.say("the average of the last 12 months") if against == "average" else base(against, months, fmt)


def _goal(goal: Goal, fmt: Formats) -> Finding:
    missed = goal.expected < goal.target
    values = {
        "month": fmt.month(goal.month),
        "expected": _rate(goal.expected, goal, fmt),
        "target": fmt.money(goal.target),
        "chance": _chance(goal.reached, fmt),
    }
    if goal.beyond:
        sentence = fmt.say_n(
            "Over the month to {month}, the last we can forecast, revenue is expected to average {expected}; the chance of "
            "reaching the goal of {target} is {chance}.",
            "Over the {n} months to {month}, the last we can forecast, revenue is expected to average {expected}; the "
            "chance of reaching the goal of {target} is {chance}.",
            goal.window,
            **values,
        )
    else:
        sentence = fmt.say_n(
            "Over the month to {month}, revenue is expected to average {expected}; the chance of reaching the goal of "
            "{target} is {chance}.",
            "Over the {n} months to {month}, revenue is expected to average {expected}; the chance of reaching the goal of "
            "{target} is {chance}.",
            goal.window,
            **values,
        )
    return Finding(
        "demand-goal",
        sentence,
        value=goal.expected,
        unit="money",
        low=goal.low,
        high=goal.high,
        money=(goal.target - goal.expected) * YEAR / goal.months if missed else None,
        evidence="likely" if not goal.low <= goal.target <= goal.high else "indicative",
        action="Decide now what is to close the gap: the strategy report prices the options."
        if missed
        else "Stay the course, and check every month whether the forecast still holds.",
        owner="head of sales",
    )


def _chance(reached: float, fmt: Formats) -> str:
    if reached <= 1 - SUREST:
        return fmt.say("less than {chance}", chance=fmt.share(1 - SUREST, 0))
    return fmt.say("more than {chance}", chance=fmt.share(SUREST, 0)) if reached >= SUREST else fmt.share(reached, 0)


def _outlook(history: pd.DataFrame, path: pd.DataFrame, item: pd.Series, fmt: Formats) -> Finding:
    total, low, high = float(path["revenue"].sum()), float(item["low"]), float(item["high"])
    before = float(item["before"])
    ended = ""
    if item["kind"] == "stopped":
        month = fmt.month(_last_sale(history))
        ended = fmt.say("Nothing has come in since {month}: revenue is taken to have ended.", month=month)
    return Finding(
        "demand-outlook",
        fmt.sentences(_expected(item, total, len(path), fmt), ended),
        value=total,
        unit="money",
        low=low,
        high=high,
        n=len(history),
        evidence="likely" if before > 0 and not low <= before <= high else "indicative",
        action="Use the expected value for the budget and the low end of the range for commitments that cannot be undone.",
        owner="finance",
    )


def _expected(item: pd.Series, total: float, months: int, fmt: Formats) -> str:
    """What the months ahead should bring, and how that compares."""
    values = {"total": fmt.money(total)}
    if item["before"] <= 0:
        return fmt.say_n(
            "Revenue of the next month is expected to be {total}.",
            "Revenue of the next {n} months is expected to be {total}.",
            months,
            **values,
        )
    change = item["expected"] / item["before"] - 1
    values |= {"change": fmt.change(change), "base": base(item["against"], months, fmt)}
    if round(change, 3) == 0:
        return fmt.say_n(
            "Revenue of the next month is expected to be {total}, as much as {base}.",
            "Revenue of the next {n} months is expected to be {total}, as much as {base}.",
            months,
            **values,
        )
    return fmt.say_n(
        "Revenue of the next month is expected to be {total}, {change} on {base}.",
        "Revenue of the next {n} months is expected to be {total}, {change} on {base}.",
        months,
        **values,
    )


def _peak(history: pd.DataFrame, path: pd.DataFrame, found: Outlook, fmt: Formats) -> Iterator[Finding]:
    season, average = found.total.season, path["revenue"].mean()
    if season < 2 or len(path) != season or path["revenue"].min() <= 0:
        return
    peak = path.loc[path["revenue"].idxmax()]
    factor = peak["revenue"] / average
    if factor >= STRONG_SEASON:
        yield Finding(
            "demand-peak",
            fmt.say(
                "{month} should be the strongest month, {change} on an average one.",
                month=fmt.month(peak["month"]),
                change=fmt.change(factor - 1),
            ),
            value=float(factor - 1),
            unit="share",
            low=float(peak["low"] / average - 1),
            high=float(peak["high"] / average - 1),
            n=len(history) // season,
            evidence="likely" if peak["low"] > average else "indicative",
            action="Plan supply and staff for the peak before it comes.",
            owner="head of operations",
        )


def _tested(found: Outlook, fmt: Formats) -> Iterator[Finding]:
    """How the forecast did in the test, why it is a combination, and how many ranges held."""
    total = found.total
    scores = total.scores.set_index("candidate")["mase"]
    if not total.n_origins or scores[NAIVE] < FAULTLESS:
        return
    gain = 1 - scores[COMBINATION] / scores[NAIVE]
    ranges = ""
    if found.coverage is not None:
        ranges = fmt.say(
            "There, {level} of its ranges should have held; {held} did.",
            level=fmt.share(LEVEL),
            held=fmt.share(found.coverage),
        )
    yield Finding(
        "demand-test",
        fmt.sentences(_missed(gain, total.n_origins, total.season > 1, fmt), ranges),
        value=float(gain),
        unit="share",
        n=total.n_origins,
        evidence="likely" if gain >= WORTH_TRUSTING and total.n_origins >= ORIGINS else "indicative",
        action="Compare forecast and actual every month, and ask why whenever a month falls outside its range.",
        owner="finance",
    )


def _missed(gain: float, starts: int, seasonal: bool, fmt: Formats) -> str:
    """By how much the forecast missed less than the simplest one would have."""
    values = {
        "gain": fmt.share(abs(gain)),
        "naive": fmt.say("repeating the same month of the year before") if seasonal else fmt.say("repeating the last month"),
    }
    if round(gain, 3) == 0:
        return fmt.say_n(
            "Tested on months it had not seen, from one starting point, the forecast had errors as large as from {naive}.",
            "Tested on months it had not seen, from {n} starting points, the forecast had errors as large as from {naive}.",
            starts,
            **values,
        )
    if gain > 0:
        return fmt.say_n(
            "Tested on months it had not seen, from one starting point, the forecast had errors {gain} smaller than from "
            "{naive}.",
            "Tested on months it had not seen, from {n} starting points, the forecast had errors {gain} smaller than from "
            "{naive}.",
            starts,
            **values,
        )
    return fmt.say_n(
        "Tested on months it had not seen, from one starting point, the forecast had errors {gain} larger than from {naive}.",
        "Tested on months it had not seen, from {n} starting points, the forecast had errors {gain} larger than from {naive}.",
        starts,
        **values,
    )
