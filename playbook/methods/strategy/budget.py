"""Budget: how to spread money over the actions for the segments, and when to stop spending."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.strategy.spending.allocation import TOLERANCE, Allocation, allocate
from playbook.methods.strategy.spending.figures import budget_curve
from playbook.methods.strategy.spending.channel_costs import budget_room, channel_costs, channel_finding, channel_table, yearly_spend
from playbook.methods.strategy.targeting import Targeting, ranges
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.section import section

__all__ = ["Budget", "budget"]

# Share of an action's cost, share of its gain. The customers most likely to respond come first: the first 40 percent of the
# money reach them and bring 55 percent of the gain. A planning assumption, milder than the usual rule that 20 percent bring 80.
TRANCHES = ((0.40, 0.55), (0.30, 0.27), (0.30, 0.18))
CURVE_POINTS = 21
OFFERED = (0.25, 0.5, 0.75, 1.0)  # budgets shown to a client who has not named one, as shares of the largest sensible budget
SOURCE = "actions of the targeting section; linear programme"


@dataclass(frozen=True, kw_only=True)
class Budget(Result):
    """``allocations``: action_id, segment, name, full_cost, amount, reach (share of full cost), value_low, value, value_high,
    even (the value if the customers reached respond like all others).
    ``curve``: budget, spent, value, price for rising budgets. ``spent``, ``unspent`` and ``value`` are sums; ``shadow_price`` is
    what one more unit of money would bring (0 when money is left); ``limit`` the client's budget or None; ``unspent`` what is
    left of it after the channels, whose spending it pays too (None without a limit). Money is a year's.
    """

    allocations: pd.DataFrame
    curve: pd.DataFrame
    limit: float | None
    spent: float
    unspent: float | None
    value: float
    shadow_price: float

    def figures(self) -> tuple[Figure, ...]:
        """What a rising budget brings, with the client's budget marked."""
        return (budget_curve(self.curve, self.spent, self.value, SOURCE, self.fmt),) if self.spent > 0 else ()


@section(
    "budget",
    "How much to spend, and on what?",
    promise="the split of the budget that brings most, and what the last unit of money brings",
)
def budget(
    targeting: Targeting, parameters: Assumptions, fmt: Formats, channel_months: pd.DataFrame | None = None
) -> Budget | Locked:
    """Split the budget over the actions by linear programming so that the expected value is largest.

    An action takes at most what it costs to reach its whole segment, with falling returns on the way (``TRANCHES``); money
    that would bring back less than itself is not spent. Without a budget in client.yml everything that pays is bought and
    the curve shows what smaller budgets would bring. Locked without any action.
    """
    actions = targeting.actions[targeting.actions["cost"] > 0].reset_index(drop=True)
    if actions.empty:
        return Locked(
            fmt=fmt,
            headline="No budget can be split yet: there is no action to spend it on",
            unlock=("segments with revenue in the last 12 months",),
            promise="the split of the budget that brings most",
        )
    returns = (actions["value"] / actions["cost"]).to_numpy()
    costs = actions["cost"].to_numpy()
    limit, full = parameters.budget, float(costs.sum())
    best = allocate(returns, costs, full if limit is None else limit, TRANCHES)
    largest = allocate(returns, costs, full, TRANCHES).spent
    allocations = _allocations(actions, best)
    channels = channel_costs(channel_months) if channel_months is not None and len(channel_months) else None
    taken = 0.0 if channels is None else yearly_spend(channels)
    meant = "revenue" if targeting.margin is None else "gross margin"
    return Budget(
        fmt=fmt,
        headline=_headline(best, limit, taken, meant, fmt),
        findings=_findings(allocations, best, limit, channels, targeting.margin, fmt),
        tables=_tables(allocations, returns, costs, largest, limit, channels, targeting.margin, fmt),
        assumptions=_assumptions(targeting.margin, fmt),
        allocations=allocations,
        curve=_curve(returns, costs, np.linspace(0, max(full, 0.0), CURVE_POINTS)),
        limit=limit,
        spent=best.spent,
        unspent=None if limit is None else max(best.left - taken, 0.0),
        value=best.total,
        shadow_price=best.price,
    )


def _allocations(actions: pd.DataFrame, best: Allocation) -> pd.DataFrame:
    gained = np.divide(best.gains, actions["value"], out=np.zeros(len(actions)), where=actions["value"].to_numpy() > 0)
    frame = actions[["action_id", "segment", "name"]].assign(
        full_cost=actions["cost"], amount=best.amounts, reach=best.amounts / actions["cost"]
    )
    for column in ("value_low", "value", "value_high"):
        frame[column] = actions[column] * gained
    frame["even"] = actions["value"] * frame["reach"]
    return frame.sort_values("value", ascending=False, kind="stable", ignore_index=True)


def _curve(returns: np.ndarray, costs: np.ndarray, budgets: np.ndarray) -> pd.DataFrame:
    found = [allocate(returns, costs, b, TRANCHES) for b in budgets]
    return pd.DataFrame(
        {
            "budget": budgets,
            "spent": [f.spent for f in found],
            "value": [f.total for f in found],
            "price": [f.price for f in found],
        }
    )


def _headline(best: Allocation, limit: float | None, taken: float, meant: str, fmt: Formats) -> str:
    if best.spent == 0:
        return "No money should be spent: no action is expected to earn its cost" if limit != 0 else "There is no budget to spend"
    if limit is None and meant == "revenue":
        return "How much to spend cannot be said yet: the gross margin is missing"
    if limit is None:
        return f"Up to {fmt.money(best.spent)} a year can be spent well; the budget is yours to decide"
    if best.left > 0:
        of = "on actions" if taken else f"of the {fmt.money(limit)}"
        return f"Spend {fmt.money(best.spent)} {of}: it should bring {fmt.money(best.total)} of {meant} a year"
    return f"The budget of {fmt.money(limit)} should bring {fmt.money(best.total)} of {meant} a year"


def _findings(
    allocations: pd.DataFrame,
    best: Allocation,
    limit: float | None,
    channels: pd.DataFrame | None,
    margin: float | None,
    fmt: Formats,
) -> tuple[Finding, ...]:
    findings: list[Finding | None] = []
    meant = "revenue" if margin is None else "gross margin"
    money = None if margin is None else best.total - best.spent
    exhausted = best.spent >= allocations["full_cost"].sum() * (1 - TOLERANCE)
    end = (
        "every action then reaches its whole segment" if exhausted else "nothing more on the list would bring back what it costs"
    )
    if best.spent > 0:
        first = allocations.sort_values("amount", ascending=False, kind="stable").iloc[0]
        findings.append(
            Finding(
                "budget-split",
                f"{fmt.money(best.spent)} a year on {_actions(allocations)} should bring"
                f" {fmt.money(best.total)} of {meant}. The largest share, {fmt.money(first['amount'])}, goes to {first['name']}"
                f" for {first['segment']}.",
                best.total,
                "money",
                allocations["value_low"].sum(),
                allocations["value_high"].sum(),
                money=money,
                action="Release the amounts of the table below, action by action.",
            )
        )
    if margin is not None:
        findings.append(_resting_on_response(allocations, fmt))
    if limit is None:
        most = "What makes sense cannot be said without the gross margin"
        if margin is not None:
            most = f"{fmt.money(best.spent)} a year is the most that makes sense: {end}"
        findings.append(
            Finding(
                "budget-decide",
                f"No budget is named in client.yml. {most}.",
                best.spent,
                "money",
                action=f"Decide how much may be spent in a year and write {'it' if margin else 'it and the gross margin'} into"
                " client.yml.",
            )
        )
    elif best.left > 0 and channels is None:
        findings.append(
            Finding(
                "budget-unspent",
                f"{fmt.money(best.left)} of the {fmt.money(limit)} stays unspent: {end}.",
                best.left,
                "money",
                action="Keep it in reserve, or test new actions with a small part of it.",
            )
        )
    elif best.spent > 0 and best.left == 0:
        findings.append(
            Finding(
                "budget-last",
                f"One {fmt.currency} more would bring {fmt.number(best.price)} {fmt.currency} of {meant}.",
                best.price,
                "number",
                action="Ask for more money as long as this figure is above what the money could earn elsewhere.",
            )
        )
    if channels is not None:
        findings += [budget_room(channels, best.spent, limit, fmt), channel_finding(channels, margin, fmt)]
    return tuple(f for f in findings if f)


def _resting_on_response(allocations: pd.DataFrame, fmt: Formats) -> Finding | None:
    """Actions that pay only because the customers reached first are assumed to respond better; None where there are none."""
    resting = allocations[(allocations["amount"] > 0) & (allocations["even"] < allocations["amount"])]
    if resting.empty:
        return None
    names = "; ".join(f"{r.name} for {r.segment}" for r in resting.itertuples(index=False))
    loss, gain = (float((resting[c] - resting["amount"]).sum()) for c in ("even", "value"))
    return Finding(
        "budget-response",
        f"{fmt.money(gain)} of what is left after cost rests on one assumption, that the customers reached first respond better."
        f" If they respond like all others, {fmt.money(-loss)} is lost. It concerns: {names}.",
        gain,
        "money",
        action="Start these as tests, with half of the customers as a control group, and release the rest after the review.",
    )


def _actions(allocations: pd.DataFrame) -> str:
    many = int((allocations["amount"] > 0).sum())
    return "one action" if many == 1 else f"{many} actions"


def _tables(allocations, returns, costs, largest, limit, channels, margin, fmt) -> tuple[Table, ...]:
    meant = "revenue" if margin is None else "gross margin"
    columns = {
        "segment": ("Segment", "text"),
        "name": ("Action", "text"),
        "full_cost": ("Reaching everybody costs", "money"),
        "amount": ("Spend a year", "money"),
        "reach": ("Reached", "share"),
        "value": (f"Should bring in {meant}", "money"),
        "range": (f"{fmt.share(LEVEL)} range", "text"),
    }
    split = allocations.assign(range=ranges(allocations, fmt))
    tables = [Table(split, "The split of the budget that brings most.", SOURCE, columns)]
    if limit is None and largest > 0:
        offered = _curve(returns, costs, np.array(OFFERED) * largest)
        tables.append(
            Table(
                offered,
                "What different budgets would bring in a year.",
                SOURCE,
                {
                    "budget": ("Budget", "money"),
                    "value": (f"Brings in {meant}", "money"),
                    "price": ("One more unit brings", "number"),
                },
            )
        )
    if channels is not None:
        tables.append(channel_table(channels, margin))
    return tuple(tables)


def _assumptions(margin: float | None, fmt: Formats) -> tuple[Assumption, ...]:
    spans = "; ".join(f"{fmt.share(cost)} of the cost brings {fmt.share(gain)} of the gain" for cost, gain in TRANCHES)
    stated = [
        Assumption(f"Returns fall as more of a segment is addressed, best customers first: {spans}.", "low", "medium"),
        Assumption("The effects and prices of the actions hold (see the targeting section).", "low", "high"),
    ]
    if margin is None:
        stated.append(
            Assumption(
                "Without a gross margin the split follows revenue. Spending that brings more revenue than it costs can still lose"
                " money.",
                "high",
                "high",
            )
        )
    return tuple(stated)
