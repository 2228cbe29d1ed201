"""Demand findings: the sentences: the goal, the outlook, the peak, what grows and falls, what sells seldom, how it was tested."""

from collections.abc import Iterator

import pandas as pd
from scipy.stats import norm

from playbook.methods.market_research.forecasting.forecast import COMBINATION, NAIVE
from playbook.methods.market_research.forecasting.sparse import INTERMITTENT
from playbook.methods.market_research.forecasting.trials import ORIGINS
from playbook.methods.market_research.outlook.goal import SUREST, Goal
from playbook.methods.market_research.outlook.outlook import Outlook
from playbook.result.contract import Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["findings", "headline", "span_words"]

YEAR = 12
STRONG_SEASON = 1.10  # a peak month worth a sentence
WORTH_TELLING = 0.005  # of all revenue: smaller changes of a group are left to the table
NAMED = 3
WORTH_TRUSTING = 0.05  # less missed than by the naive forecast, from as many starting points as there can be
FAULTLESS = 1e-3  # scaled error below which the naive forecast was right, and no share of it is told


def headline(history: pd.DataFrame, path: pd.DataFrame, goal: Goal | None, item: pd.Series, fmt: Formats) -> str:
    """That revenue has stopped, where it has; the goal where there is one; else what the months ahead should bring."""
    if item["kind"] == "stopped":
        return f"Nothing has come in since {fmt.month(_last_sale(history))}, and no revenue is expected"
    if goal:
        gap = goal.expected - goal.target
        side = "short of" if gap < 0 else "above"
        against = f"{fmt.money(abs(gap))} {side} the goal" if round(abs(gap)) else "right at the goal"
        return f"Revenue is heading for {fmt.money(goal.expected)} {_per(goal)}, {against}"
    base = {"same": "a year before", "average": "the average of the last 12 months", "last": f"the last {span_words(len(path))}"}
    change = f", {_change(item, fmt)} {base[item['against']]}" if item["before"] > 0 else ""
    return f"The next {span_words(len(path))} should bring {fmt.money(path['revenue'].sum())}{change}"


def findings(
    history: pd.DataFrame, path: pd.DataFrame, goal: Goal | None, found: Outlook, items: pd.DataFrame, fmt: Formats
) -> tuple[Finding, ...]:
    """All sentences; ``items`` as in ``Outlook`` with label and change."""
    told = [_goal(goal, fmt)] if goal else []
    told.append(_outlook(history, path, items.iloc[0], fmt))
    told.extend(_peak(history, path, found, fmt))
    told.extend(_groups(items, len(path), fmt))
    told.extend(_products(items, len(path), fmt))
    told.extend(_seldom(items, fmt))
    told.extend(_stopped(items, len(path), fmt))
    told.extend(_tested(found, fmt))
    return tuple(told)


def span_words(months: int) -> str:
    """month, or so many months."""
    return "month" if months == 1 else f"{months} months"


def _per(goal: Goal) -> str:
    return {1: "a month", 3: "a quarter", 12: "a year"}[goal.months]


def _last_sale(history: pd.DataFrame) -> pd.Timestamp:
    return history.loc[history["revenue"] != 0, "month"].iloc[-1]


def _change(item: pd.Series, fmt: Formats) -> str:
    """+9% on, or as much as; of what is expected against ``before``."""
    change = item["expected"] / item["before"] - 1
    return f"{fmt.change(change)} on" if round(change, 3) else "as much as"


def _goal(goal: Goal, fmt: Formats) -> Finding:
    missed = goal.expected < goal.target
    later = ", the last we can forecast," if goal.beyond else ""
    return Finding(
        "demand-goal",
        f"Over the {span_words(goal.window)} to {fmt.month(goal.month)}{later} revenue is expected to average "
        f"{fmt.money(goal.expected)} {_per(goal)}; "
        f"the goal of {fmt.money(goal.target)} is reached with a probability of {_chance(goal.reached, fmt)}.",
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
        return f"less than {fmt.share(1 - SUREST, 0)}"
    return f"more than {fmt.share(SUREST, 0)}" if reached >= SUREST else fmt.share(reached, 0)


def _outlook(history: pd.DataFrame, path: pd.DataFrame, item: pd.Series, fmt: Formats) -> Finding:
    total, low, high = float(path["revenue"].sum()), float(item["low"]), float(item["high"])
    before = float(item["before"])
    change = f", {_change(item, fmt)} {_base(item, len(path))}" if before > 0 else ""
    since = (
        f" Nothing has come in since {fmt.month(_last_sale(history))}: revenue is taken to have ended."
        if item["kind"] == "stopped"
        else ""
    )
    return Finding(
        "demand-outlook",
        f"Revenue of the next {span_words(len(path))} is expected to be {fmt.money(total)}{change}.{since}",
        value=total,
        unit="money",
        low=low,
        high=high,
        n=len(history),
        evidence="likely" if before > 0 and not low <= before <= high else "indicative",
        action="Use the expected value for the budget and the low end of the range for commitments that cannot be undone.",
        owner="finance",
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
            f"{fmt.month(peak['month'])} should be the strongest month, {fmt.change(factor - 1)} against an average one.",
            value=float(factor - 1),
            unit="share",
            low=float(peak["low"] / average - 1),
            high=float(peak["high"] / average - 1),
            n=len(history) // season,
            evidence="likely" if peak["low"] > average else "indicative",
            action="Order stock and plan people for the peak before it comes.",
            owner="head of operations",
        )


def _groups(items: pd.DataFrame, months: int, fmt: Formats) -> Iterator[Finding]:
    """The group that grows most and the one that falls most, in money."""
    groups = items[(items["level"] == "group") & ~items["young"] & (items["before"] > 0)]
    if groups.empty:
        return
    floor = WORTH_TELLING * abs(items["expected"].iloc[0])
    # The largest of many changes is large by chance as well: its range is widened as for so many looks at the data.
    wider = norm.ppf(1 - (1 - LEVEL) / 2 / len(groups)) / norm.ppf(1 - (1 - LEVEL) / 2)
    for name, up, group in (
        ("demand-group-up", True, groups.loc[groups["change"].idxmax()]),
        ("demand-group-down", False, groups.loc[groups["change"].idxmin()]),
    ):
        change = float(group["change"])
        if (change > 0) is not up or abs(change) < floor:
            continue
        sure = abs(change) > wider * (group["high"] - group["expected"])
        yield Finding(
            name,
            f"Of all product groups, {group['label']} should {'grow' if up else 'fall'} most in money: by "
            f"{fmt.money(abs(change))} ({fmt.change(change / group['before'])}) to {fmt.money(group['expected'])} in the next "
            f"{span_words(months)}, compared with {_base(group, months)}.",
            value=change,
            unit="money",
            low=float(group["low"] - group["before"]),
            high=float(group["high"] - group["before"]),
            money=-change * YEAR / months if sure and not up else None,
            evidence="likely" if sure else "indicative",
            action="Make sure that stock and space keep up with it."
            if up
            else "Find out why before ordering for it: customers, price, or a product that has had its time.",
            owner="head of purchasing",
        )


def _base(item: pd.Series, months: int) -> str:
    """What is expected is compared with."""
    span = span_words(months)
    return {
        "same": f"the same {span} a year before",
        "average": f"{'an average month' if months == 1 else f'{months} average months'} of the last year",
        "last": f"the last {span}",
    }[item["against"]]


def _products(items: pd.DataFrame, months: int, fmt: Formats) -> Iterator[Finding]:
    """Products whose range says that they will rise, or fall."""
    products = items[(items["level"] == "product") & ~items["rest"] & ~items["young"] & (items["before"] > 0)]
    products = products[products["kind"] != "stopped"]
    up = products[products["low"] > products["before"]].sort_values("change", ascending=False, kind="stable")
    down = products[products["high"] < products["before"]].sort_values("change", kind="stable")
    for name, some, verb in (("demand-products-up", up, "rise"), ("demand-products-down", down, "fall")):
        if some.empty:
            continue
        told = "; ".join(f"{p.label} by {fmt.money(abs(p.change))}" for p in some.head(NAMED).itertuples())
        one = "is" if len(some) == 1 else "are"
        many = f"{fmt.count(len(some))} of the {fmt.count(len(products))} largest products {one}"
        many = many if len(products) > 1 else "The largest product is"
        change = float(some["change"].sum())
        yield Finding(
            name,
            f"{many} expected to {verb} by more than the forecast usually misses, compared with {_base(some.iloc[0], months)}"
            f"{'; most of all' if len(some) > NAMED else ''}: {told}.",
            value=change,
            unit="money",
            n=len(some),
            money=None if change > 0 else -change * YEAR / months,
            evidence="likely" if len(some) > (1 - LEVEL) / 2 * len(products) + 1 else "indicative",
            action="Check stock and supply of these first."
            if verb == "rise"
            else "Order less of these, and decide which are still worth their place.",
            owner="head of purchasing",
        )


def _seldom(items: pd.DataFrame, fmt: Formats) -> Iterator[Finding]:
    products = items[(items["level"] == "product") & ~items["rest"]]
    seldom = products[products["kind"].isin(INTERMITTENT)]
    if seldom.empty:
        return
    named = "; ".join(seldom["label"].head(NAMED))
    yield Finding(
        "demand-seldom",
        f"{fmt.count(len(seldom))} of the {fmt.count(len(products))} largest products "
        f"{'sells' if len(seldom) == 1 else 'sell'} in some months only: {named}{' and others' if len(seldom) > NAMED else ''}. "
        "For these the forecast is an average rate a month, not what a single month will bring.",
        value=float(len(seldom)),
        unit="count",
        n=len(products),
        evidence="shown",
        action="Keep a minimum stock of these, or order them on demand; do not plan them month by month.",
        owner="head of purchasing",
    )


def _stopped(items: pd.DataFrame, months: int, fmt: Formats) -> Iterator[Finding]:
    """Products that have sold nothing for long."""
    products = items[(items["level"] == "product") & ~items["rest"]]
    over = products[products["kind"] == "stopped"]
    if over.empty or (items["kind"].iloc[0] == "stopped"):
        return
    named = "; ".join(over["label"].head(NAMED))
    brought = float(over["before"].clip(lower=0).sum()) * YEAR / months
    yield Finding(
        "demand-stopped",
        f"{fmt.count(len(over))} of the {fmt.count(len(products))} largest products "
        f"{'has' if len(over) == 1 else 'have'} stopped selling: {named}{' and others' if len(over) > NAMED else ''}. "
        f"The forecast counts on nothing from {'it' if len(over) == 1 else 'them'}.",
        value=float(len(over)),
        unit="count",
        n=len(products),
        money=brought or None,
        evidence="likely",
        action="Tell whether they were taken off the list or ran out; what ran out can be ordered again.",
        owner="head of purchasing",
    )


def _tested(found: Outlook, fmt: Formats) -> Iterator[Finding]:
    """How the forecast did in the test, why it is a combination, and how many ranges held."""
    total = found.total
    scores = total.scores.set_index("candidate")["mase"]
    if not total.n_origins or scores[NAIVE] < FAULTLESS:
        return
    gain = 1 - scores[COMBINATION] / scores[NAIVE]
    naive = "repeating the same month of the year before" if total.season > 1 else "repeating the last month"
    missed = f"{fmt.share(abs(gain))} {'less' if gain > 0 else 'more'} than" if round(gain, 3) else "as much as"
    ranges = ""
    if found.coverage is not None:
        ranges = f" Of the ranges given there, {fmt.share(LEVEL)} should have held; {fmt.share(found.coverage)} did."
    yield Finding(
        "demand-test",
        f"On months it had not seen, from {fmt.count(total.n_origins)} starting points, the forecast missed "
        f"{missed} {naive}.{ranges}",
        value=float(gain),
        unit="share",
        n=total.n_origins,
        evidence="likely" if gain >= WORTH_TRUSTING and total.n_origins >= ORIGINS else "indicative",
        action="Compare the forecast with what came every month, and ask why when a month falls out of its range.",
        owner="finance",
    )
