"""Words: what the possible years say, in findings, tables and assumptions."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.whatif.business import DOWN, LABELS, Business
from playbook.methods.strategy.whatif.outcomes import Outcomes
from playbook.methods.strategy.whatif.ranges import Ranges
from playbook.methods.strategy.whatif.terms import driver_label, driver_name, meant, meant_title
from playbook.result.contract import Assumption, Finding, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["assumptions", "findings", "headline", "tables"]

OWNER = mark("management")
_HEADLINES = {
    "revenue": mark("Revenue of the next twelve months: {middle}, {range}"),
    "margin": mark("Gross margin of the next twelve months: {middle}, {range}"),
    "profit": mark("Profit after marketing of the next twelve months: {middle}, {range}"),
}
_EXPECTED = {
    "revenue": mark("Revenue of the next twelve months should be about {revenue}."),
    "margin": mark("Revenue of the next twelve months should be about {revenue}, and gross margin about {middle}."),
    "profit": mark("Revenue of the next twelve months should be about {revenue}, and profit after marketing about {middle}."),
}
_BASIS = {"years": mark("own months against the year before"), "months": mark("own months"), "assumed": mark("assumed")}


def headline(business: Business, outcomes: Outcomes, fmt: Formats) -> str:
    """The result of the next twelve months with its range."""
    low, middle, high = outcomes.edges(business.judged)
    return fmt.say(_HEADLINES[business.meant], middle=fmt.money(middle), range=fmt.interval(low, high, "money"))


def findings(
    business: Business,
    ranges: Ranges,
    outcomes: Outcomes,
    table: pd.DataFrame,
    even: pd.DataFrame,
    goal: float | None,
    fmt: Formats,
) -> tuple[Finding, ...]:
    """The range, the driver that decides, the nearest break-even, and the chance to reach the goal."""
    found = [
        _range(business, outcomes, fmt),
        _largest(business, ranges, table, fmt),
        _even(business, even, fmt),
        _goal(outcomes, even, goal, fmt),
    ]
    return tuple(f for f in found if f)


def _range(business: Business, outcomes: Outcomes, fmt: Formats) -> Finding:
    low, middle, high = outcomes.edges(business.judged)
    revenue, loss = outcomes.edges("revenue")[1], float((outcomes.profit < 0).mean()) if business.margin else 0.0
    ending = ""
    if loss > 0.99:
        ending = fmt.say("Nearly every possible year ends with a loss.")
    elif loss >= 0.01:
        ending = fmt.say("{share} of possible years end with a loss.", share=fmt.share(loss, 0))
    return Finding(
        "scenario-range",
        fmt.sentences(fmt.say(_EXPECTED[business.meant], revenue=fmt.money(revenue), middle=fmt.money(middle)), ending),
        middle, "money", low, high, len(business.history) or None,
        evidence="likely" if low > 0 else "indicative",
        action="Plan with the middle, and decide now what to cut first if the year turns out like the low end.", owner=OWNER,
    )  # fmt: skip


def _largest(business: Business, ranges: Ranges, table: pd.DataFrame, fmt: Formats) -> Finding:
    top = table.iloc[0]
    known = table[[ranges.basis[name] != "assumed" for name in table["driver"]]]
    first = fmt.say(
        "Nothing moves {meant} more than {driver}: a change of {down} makes it {low}, one of {up} makes it {high}.",
        meant=meant(business, fmt), **_ends(business, top, fmt),
    )  # fmt: skip
    own = ""
    if ranges.basis[top["driver"]] == "assumed" and len(known):
        own = fmt.say(
            "That range is assumed. Among the drivers whose range comes from your own months, it is {driver}: {low} at"
            " {down}, {high} at {up}.",
            **_ends(business, known.iloc[0], fmt),
        )
    name = driver_name(top["driver"], fmt)
    return Finding(
        "scenario-driver",
        fmt.sentences(first, own),
        top["swing"], "money", n=len(business.history) or None, money=float(top["swing"]) / 2,
        action=fmt.say("Watch {driver} first: no other driver matters more to how the year ends.", driver=name), owner=OWNER,
    )  # fmt: skip


def _ends(business: Business, row: pd.Series, fmt: Formats) -> dict[str, str]:
    """The driver, its changes at both ends of its range, and the result there, as they stand in a sentence."""
    what = business.judged
    return {
        "driver": driver_name(row["driver"], fmt),
        "low": fmt.money(row[f"{what}_low"]), "down": fmt.change(row["factor_low"] - 1),
        "high": fmt.money(row[f"{what}_high"]), "up": fmt.change(row["factor_high"] - 1),
    }  # fmt: skip


def _even(business: Business, even: pd.DataFrame, fmt: Formats) -> Finding | None:
    """The driver that has to move least to take the profit, or to bring it."""
    known = even[even["driver"] != "price"].dropna(subset=["profit"])
    if known.empty:
        return None
    near = known.loc[known["profit"].abs().idxmin()]
    change = float(near["profit"])
    told = {"driver": driver_name(near["driver"], fmt), "change": fmt.share(abs(change)), "meant": meant(business, fmt)}
    if float(business.outcome({})[1]) > 0:
        text = (
            fmt.say("If nothing else moves, {driver} could rise by {change} before {meant} is gone.", **told)
            if change > 0
            else fmt.say("If nothing else moves, {driver} could fall by {change} before {meant} is gone.", **told)
        )
        volume, other = known[~known["driver"].isin(DOWN)], ""
        if near["driver"] in DOWN and len(volume):
            row = volume.loc[volume["profit"].abs().idxmin()]
            fall = {"driver": driver_name(row["driver"], fmt), "change": fmt.share(abs(float(row["profit"])))}
            other = fmt.say("On its own, {driver} could fall by {change}.", **fall)
        text, act = fmt.sentences(text, other), mark("Set the alerts in monitoring well before these points.")
    else:
        text = (
            fmt.say("There is no profit yet: to reach it, {driver} would have to rise by {change}, all else equal.", **told)
            if change > 0
            else fmt.say("There is no profit yet: to reach it, {driver} would have to fall by {change}, all else equal.", **told)
        )
        act = mark("Spend less on marketing, or change the margin, before growing.")
    return Finding("scenario-even", text, abs(change), "share", owner=OWNER, action=act)


def _goal(outcomes: Outcomes, even: pd.DataFrame, goal: float | None, fmt: Formats) -> Finding | None:
    if goal is None:
        return None
    middle = float(outcomes.edges("revenue")[1])
    short = middle < goal
    told = {"gap": fmt.money(abs(middle - goal)), "goal": fmt.money(goal)}
    text = (
        fmt.say(
            "Without the plan, revenue of the next twelve months should fall {gap} short of the {goal} that the goal asks for.",
            **told,
        )
        if short
        else fmt.say(
            "Even without the plan, revenue of the next twelve months should be {gap} above the {goal} that the goal asks for.",
            **told,
        )
    )
    volume, alone = even[~even["driver"].isin([*DOWN, "price"])].dropna(subset=["goal"]), ""
    if len(volume) and short:
        row = volume.loc[volume["goal"].abs().idxmin()]
        rise = {"driver": driver_name(row["driver"], fmt), "change": fmt.share(float(row["goal"]))}
        alone = fmt.say("On its own, {driver} would have to rise by {change} to close that gap.", **rise)
    return Finding(
        "scenario-goal", fmt.sentences(text, alone), middle - goal, "money",
        money=abs(middle - goal), evidence="indicative", owner=OWNER,
        action="See what the plan adds: none of its actions is counted here." if short else None,
    )  # fmt: skip


def tables(
    business: Business, ranges: Ranges, cases: pd.DataFrame, even: pd.DataFrame, goal: float | None, source: str, fmt: Formats
) -> tuple[Table, ...]:
    """Three possible years side by side, and each driver with its range and break-even."""
    together = Table(
        _years(business, ranges, cases, fmt),
        "Three possible years: the expected one, and one as bad and one as good as happens about once in ten. Drivers"
        " are as in years like these.",
        source,
        {
            "what": ("Result or driver", "text"), "worse": ("Worse", "text"), "as expected": ("As expected", "text"),
            "better": ("Better", "text"),
        },
    )  # fmt: skip
    spans = [ranges.edges(name) for name in ranges.names]
    frame = even.assign(
        label=[driver_label(n, fmt) for n in even["driver"]],
        now=["–" if n not in business.base else fmt.value(business.base[n], LABELS[n][1]) for n in even["driver"]],
        span=[fmt.say("{low} to {high}", low=fmt.change(low - 1), high=fmt.change(high - 1)) for low, high in spans],
        basis=[fmt.told(_BASIS[ranges.basis[n]]) for n in even["driver"]],
        lost=[_change(v, fmt) for v in even["profit"]], met=[_change(v, fmt) for v in even["goal"]],
    )  # fmt: skip
    columns = {
        "label": ("Driver", "text"), "now": ("Last 12 months", "text"),
        "span": (fmt.say("{level} range in a year", level=fmt.share(LEVEL)), "text"), "basis": ("Range from", "text"),
    }  # fmt: skip
    if business.margin:
        columns["lost"] = (
            "Gross margin gone at" if business.meant == "margin" else "Profit after marketing gone at", "text"
        )  # fmt: skip
    if goal is not None:
        columns["met"] = ("Revenue goal met at", "text")
    return together, Table(frame, "How far each driver may move, and where it breaks even on its own.", source, columns)


def _years(business: Business, ranges: Ranges, cases: pd.DataFrame, fmt: Formats) -> pd.DataFrame:
    """A row for revenue, for what is left of it, and for each driver; a column for each of ``cases``, all in words."""
    money = [(fmt.say("Revenue"), "revenue"), *([(meant_title(business, fmt), "profit")] if business.margin else [])]
    rows = [{"what": label, **dict(zip(cases["year"], map(fmt.money, cases[c]), strict=True))} for label, c in money]
    for name in ranges.names:
        level = business.base.get(name)
        told = [fmt.change(v - 1) if level is None else fmt.value(level * v, LABELS[name][1]) for v in cases[name]]
        rows.append({"what": driver_label(name, fmt), **dict(zip(cases["year"], told, strict=True))})
    return pd.DataFrame(rows)


def _change(value: float, fmt: Formats) -> str:
    return fmt.change(value) if np.isfinite(value) else fmt.say("at no level")


def assumptions(business: Business, ranges: Ranges, forecast: bool, fmt: Formats) -> tuple[Assumption, ...]:
    """What the possible years rest on."""
    stated = [
        (
            True,
            mark("Nothing of the plan is counted: these are years in which the business goes on as before."), "high", "medium",
        ),
        (
            forecast,
            mark(
                "If no driver moves, revenue is what the tested forecast of market research says; ranges are set so that"
                " revenue scatters as that forecast does."
            ), "high", "high",
        ),
        (
            not forecast,
            mark("If no driver moves, revenue is that of the last twelve months: no growth is expected."), "medium", "high",
        ),
        ("assumed" in ranges.basis.values(), _assumed(ranges, fmt), "low", "medium"),
        (business.elasticity != 0, _priced(business, fmt), "medium", "high"),
        (
            business.kind == "shop" and business.elasticity == 0,
            mark("How sales respond to prices is not known, so no price is moved."), "high", "medium",
        ),
        (
            "visits" in business.base,
            mark("Customers rise and fall with journeys times conversion, and journeys moved as customers did."), "low", "medium",
        ),
        (
            business.kind == "pipeline",
            mark("As many deals stay in progress as now, so that quicker decisions mean more of them."), "low", "medium",
        ),
        (
            business.kind == "contracts",
            mark("Contracts do not end for a change of the fee within the year."), "low", "high",
        ),
        (
            not business.margin,
            mark("No gross margin is stated in client.yml, so nothing is said about profit."), "high", "high",
        ),
        (bool(business.margin), _spent(business, fmt), "medium", "high"),
    ]  # fmt: skip
    return tuple(Assumption(*words) for holds, *words in stated if holds)


def _assumed(ranges: Ranges, fmt: Formats) -> str:
    names = [driver_name(n, fmt) for n in ranges.names if ranges.basis[n] == "assumed"]
    return fmt.say_n(
        "The range of {names} is assumed; the data do not show it.",
        "The ranges of {names} are assumed; the data do not show them.", len(names), names=fmt.listed(names),
    )  # fmt: skip


def _priced(business: Business, fmt: Formats) -> str:
    units = fmt.share(abs(business.elasticity) / 100, 1)
    if business.elasticity > 0:
        return fmt.say("A price 1% higher sells {n} more units: the mean of what was measured across product groups.", n=units)
    return fmt.say("A price 1% higher sells {n} fewer units: the mean of what was measured across product groups.", n=units)


def _spent(business: Business, fmt: Formats) -> str:
    margin = fmt.say("The margin is {share} of revenue, as stated in client.yml.", share=fmt.share(business.margin or 0))
    if business.fixed:
        return fmt.sentences(margin, fmt.say("The budget of {money} is spent in any case.", money=fmt.money(business.fixed)))
    return fmt.sentences(margin, fmt.say("No other cost is known."))
