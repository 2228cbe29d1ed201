"""Words: what the possible years say, in findings, tables and assumptions."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.whatif.business import DOWN, LABELS, Business
from playbook.methods.strategy.whatif.figures import driver_label
from playbook.methods.strategy.whatif.outcomes import Outcomes
from playbook.methods.strategy.whatif.ranges import Ranges
from playbook.result.contract import Assumption, Finding, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["assumptions", "findings", "headline", "profit_word", "tables"]

OWNER = "management"
ENOUGH = 0.95  # of profit lost before a break-even is worth a sentence of warning


def profit_word(business: Business) -> str:
    """What is left of revenue, as far as the client's statements let one say."""
    if business.margin is None:
        return "revenue"
    return "profit after marketing" if business.fixed > 0 else "gross margin"


def headline(business: Business, outcomes: Outcomes, fmt: Formats) -> str:
    """The result of the next twelve months with its range."""
    meant = profit_word(business)
    low, middle, high = outcomes.edges("profit" if business.margin else "revenue")
    range_ = f"in four years of five {fmt.money(low)} to {fmt.money(high)}"
    return f"{meant.capitalize()} of the next twelve months: {fmt.money(middle)}, and {range_}"


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
    meant, what = profit_word(business), "profit" if business.margin else "revenue"
    low, middle, high = outcomes.edges(what)
    sentence = f"Revenue of the next twelve months should be about {fmt.money(outcomes.edges('revenue')[1])}"
    if business.margin:
        sentence += f", {meant} {fmt.money(middle)}"
        loss = float((outcomes.profit < 0).mean())
        if loss > 0.99:
            sentence += ": a loss whatever happens"
        elif loss >= 0.01:
            sentence += f"; {fmt.share(loss, 0)} of possible years end with a loss"
    return Finding(
        "scenario-range", sentence + ".", middle, "money", low, high, len(business.history) or None,
        evidence="likely" if low > 0 else "indicative",
        action="Plan with the middle, and decide now what is cut first if the year turns out like the low end.", owner=OWNER,
    )  # fmt: skip


def _largest(business: Business, ranges: Ranges, table: pd.DataFrame, fmt: Formats) -> Finding:
    top, meant = table.iloc[0], profit_word(business)
    label = driver_label(top["driver"])
    sentence = f"{label} moves {meant} most: {_ends(business, top, fmt)}."
    known = table[[ranges.basis[name] != "assumed" for name in table["driver"]]]
    if ranges.basis[top["driver"]] == "assumed" and len(known):
        own = known.iloc[0]
        sentence += f" That range is assumed; of what your own months tell, {_small(driver_label(own['driver']))} moves it most:"
        sentence += f" {_ends(business, own, fmt)}."
    return Finding(
        "scenario-driver",
        sentence,
        top["swing"], "money", n=len(business.history) or None, money=float(top["swing"]) / 2,
        action=f"Watch {_small(label)} first: it decides more than any other driver how the year ends.", owner=OWNER,
    )  # fmt: skip


def _ends(business: Business, row: pd.Series, fmt: Formats) -> str:
    what = "profit" if business.margin else "revenue"
    at = [f"{fmt.money(row[f'{what}_{edge}'])} at {fmt.change(row[f'factor_{edge}'] - 1)}" for edge in ("low", "high")]
    return ", ".join(at)


def _even(business: Business, even: pd.DataFrame, fmt: Formats) -> Finding | None:
    """The driver that has to move least to take the profit, or to bring it."""
    known = even[even["driver"] != "price"].dropna(subset=["profit"])
    if known.empty:
        return None
    near = known.loc[known["profit"].abs().idxmin()]
    label, change, meant = _small(driver_label(near["driver"])), float(near["profit"]), profit_word(business)
    moved = f"{'rise' if change > 0 else 'fall'} by {fmt.share(abs(change))}"
    if float(business.outcome({})[1]) > 0:
        volume = known[~known["driver"].isin(DOWN)]
        more = ""
        if near["driver"] in DOWN and len(volume):
            other = volume.loc[volume["profit"].abs().idxmin()]
            more = f"; {_small(driver_label(other['driver']))} could fall by {fmt.share(abs(float(other['profit'])))}"
        text = f"Until {meant} is gone, {label} could {moved} if nothing else moves{more}."
        act = "Set the alarm of monitoring well before these points."
    else:
        text = f"There is no profit yet: to reach it, {label} would have to {moved}, all else equal."
        act = "Spend less on marketing, or change the margin, before growing."
    return Finding("scenario-even", text, abs(change), "share", owner=OWNER, action=act)


def _goal(outcomes: Outcomes, even: pd.DataFrame, goal: float | None, fmt: Formats) -> Finding | None:
    if goal is None:
        return None
    middle = float(outcomes.edges("revenue")[1])
    volume = even[~even["driver"].isin([*DOWN, "price"])].dropna(subset=["goal"])
    alone = ""
    if len(volume) and middle < goal:
        first = volume.loc[volume["goal"].abs().idxmin()]
        alone = f" {driver_label(first['driver'])} alone would have to rise by {fmt.share(float(first['goal']))}."
    side = "short of" if middle < goal else "above"
    return Finding(
        "scenario-goal",
        f"Without the plan the year ends {fmt.money(abs(middle - goal))} {side} the pace of the revenue goal, {fmt.money(goal)}"
        f" in twelve months.{alone}",
        middle - goal, "money", money=abs(middle - goal), evidence="indicative", owner=OWNER,
        action="Look at what the plan adds: none of its actions is counted here." if middle < goal else None,
    )  # fmt: skip


def tables(
    business: Business, ranges: Ranges, cases: pd.DataFrame, even: pd.DataFrame, goal: float | None, source: str, fmt: Formats
) -> tuple[Table, ...]:
    """Three possible years side by side, and each driver with its range and break-even."""
    meant = profit_word(business)
    rows = []
    for name in ranges.names:
        label, unit = LABELS[name]
        level = business.base.get(name)
        told = [fmt.change(v - 1) if level is None else fmt.value(level * v, unit) for v in cases[name]]
        rows.append({"what": label, **dict(zip(cases["year"], told, strict=True))})
    money = [("Revenue", "revenue"), *([(meant.capitalize(), "profit")] if business.margin else [])]
    top = [{"what": label, **dict(zip(cases["year"], map(fmt.money, cases[c]), strict=True))} for label, c in money]
    together = Table(
        pd.DataFrame([*top, *rows]),
        "Three possible years: as bad, and as good, as about one in ten. Drivers are as in years like these.",
        source, {"what": ("What", "text")} | {year: (year.capitalize(), "text") for year in cases["year"]},
    )  # fmt: skip
    spans = [ranges.edges(name) for name in ranges.names]
    frame = even.assign(
        label=[driver_label(n) for n in even["driver"]],
        now=["–" if n not in business.base else fmt.value(business.base[n], LABELS[n][1]) for n in even["driver"]],
        span=[f"{fmt.change(low - 1)} to {fmt.change(high - 1)}" for low, high in spans],
        basis=[_BASIS[ranges.basis[n]] for n in even["driver"]],
        lost=[_change(v, fmt) for v in even["profit"]], met=[_change(v, fmt) for v in even["goal"]],
    )  # fmt: skip
    columns = {
        "label": ("Driver", "text"), "now": ("Last 12 months", "text"), "span": (f"{fmt.share(LEVEL)} range in a year", "text"),
        "basis": ("The range is from", "text"),
    }  # fmt: skip
    if business.margin:
        columns["lost"] = (f"No {meant} left at", "text")
    if goal is not None:
        columns["met"] = ("Revenue goal met at", "text")
    return together, Table(frame, "How far each driver may move, and where it breaks even on its own.", source, columns)


_BASIS = {"years": "own months against the year before", "months": "own months", "assumed": "assumed"}


def _change(value: float, fmt: Formats) -> str:
    return "no level" if not np.isfinite(value) else fmt.change(value)


def assumptions(business: Business, ranges: Ranges, forecast: bool, fmt: Formats) -> tuple[Assumption, ...]:
    """What the possible years rest on."""
    assumed = [_small(driver_label(n)) for n in ranges.names if ranges.basis[n] == "assumed"]
    named = f"{', '.join(assumed[:-1])} and {assumed[-1]}" if len(assumed) > 1 else "".join(assumed)
    spent = f"; the budget of {fmt.money(business.fixed)} is spent in any case" if business.fixed else "; no other cost is known"
    stated = [
        (True, "Nothing of the plan is counted: these are years in which the business goes on as before.", "high", "medium"),
        (
            forecast,
            "Without a move, revenue is what the tested forecast of market research says, and ranges are drawn so that revenue"
            " scatters as that forecast does.", "high", "high",
        ),
        (not forecast, "Without a move, revenue is that of the last twelve months: no growth is expected.", "medium", "high"),
        (bool(assumed), f"The ranges of {named} are assumed; the data do not tell them.", "low", "medium"),
        (
            business.elasticity != 0,
            f"A price 1% higher sells {fmt.share(-business.elasticity / 100, 1)} fewer units, the mean of what was measured for"
            " product groups.", "medium", "high",
        ),
        (
            business.kind == "shop" and business.elasticity == 0,
            "How sales answer to prices is not known, so no price is moved.", "high", "medium",
        ),
        (
            "visits" in business.base,
            "Customers rise and fall with visits times conversion, and visits moved as customers did.", "low", "medium",
        ),
        (
            business.kind == "pipeline",
            "As many deals stay in progress as now, so that quicker decisions mean more of them.", "low", "medium",
        ),
        (business.kind == "contracts", "Contracts do not end for a change of the fee within the year.", "low", "high"),
        (business.margin is None, "No gross margin is stated in client.yml, so nothing is said of profit.", "high", "high"),
        (bool(business.margin), f"Margin is {fmt.share(business.margin or 0)} of revenue, as stated{spent}.", "medium", "high"),
    ]  # fmt: skip
    return tuple(Assumption(*words) for holds, *words in stated if holds)


def _small(label: str) -> str:
    return label[0].lower() + label[1:]
