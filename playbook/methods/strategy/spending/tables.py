"""Spending tables: the split over actions and channels, other budgets, and what it all rests on."""

import pandas as pd

from playbook.methods.strategy.spending.allocation import allocate, least
from playbook.methods.strategy.spending.split import Split, sensitivity
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["allocation_frame", "allocation_table", "channels_table", "offered_table", "sensitivity_table", "spending_assumptions"]

CURVES = "marketing spend and orders by week"
SOURCE = "proposals of this report; linear programme"
OFFERED = (0.25, 0.5, 0.75, 1.0)  # shares of the most that makes sense


def allocation_frame(best: Split) -> pd.DataFrame:
    """One row a proposal that waits for money: id, name, whom, full_cost, amount, reach (share of its lines that is paid),
    value_low, value, value_high of those lines; most value first."""
    funded = {p.id: p for p in best.funded}
    rows = []
    for p in best.proposals:
        paid = funded[p.id].lines if p.id in funded else p.lines.head(0)
        sums = [float(paid[c].sum()) for c in ("value_low", "value", "value_high")]
        rows.append((p.id, p.name, p.whom, p.cost, float(paid["cost"].sum()), len(paid) / len(p.lines), *sums))
    columns = ["id", "name", "whom", "full_cost", "amount", "reach", "value_low", "value", "value_high"]
    return pd.DataFrame(rows, columns=columns).sort_values("value", ascending=False, kind="stable", ignore_index=True)


def allocation_table(allocations: pd.DataFrame, meant: str, fmt: Formats) -> Table:
    """What each proposal gets of what it could take, and what that brings."""
    columns = {
        "whom": ("For whom", "text"),
        "name": ("Action", "text"),
        "full_cost": ("Could take a year", "money"),
        "amount": ("Gets a year", "money"),
        "reach": ("Reached", "share"),
        "value": (f"Should bring in {meant}", "money"),
        "range": (f"{fmt.share(LEVEL)} range", "text"),
    }
    edges = zip(allocations["value_low"], allocations["value_high"], strict=True)
    shown = allocations.assign(range=[f"{fmt.money(low)} to {fmt.money(high)}" for low, high in edges])
    return Table(shown, "What the actions get: best value for money first.", SOURCE, columns)


def channels_table(channels: pd.DataFrame, meant: str, fmt: Formats) -> Table:
    """What each channel spends, claims, causes and should spend."""
    unit = f"1 {fmt.currency}"
    edges = zip(channels["back"], channels["back_low"], channels["back_high"], strict=True)
    shown = channels.assign(brings=[f"{fmt.number(b)} ({fmt.number(low)} to {fmt.number(high)})" for b, low, high in edges])
    columns = {
        "channel": ("Channel", "text"),
        "today": ("Spend in the last year", "money"),
        "advised": ("Advised", "money"),
        "cost": ("Cost of an order caused", "money"),
        "claimed": (f"{unit} claims", "number"),
        "brings": (f"{unit} causes", "text"),
        "last": (f"The last {unit} causes", "number"),
    }
    return Table(
        shown,
        f"What the channels cost, and what each {unit} brings in {meant}: by their own count, and as the weeks show it with its"
        f" {fmt.share(LEVEL)} range.",
        CURVES,
        {c: label for c, label in columns.items() if c in shown},
    )


def offered_table(best: Split, meant: str) -> Table:
    """What smaller budgets would bring a client who has not named one."""
    found = [allocate(best.options, max(share * best.spent - best.aside, least(best.options))) for share in OFFERED]
    curve = pd.DataFrame([(f.spent + best.aside, f.total, f.price) for f in found], columns=["budget", "value", "price"])
    return Table(
        curve.drop_duplicates("budget"),
        "What different budgets would bring in a year.",
        SOURCE,
        {"budget": ("Budget", "money"), "value": (f"Brings in {meant}", "money"), "price": ("One more unit brings", "number")},
    )


def sensitivity_table(best: Split, meant: str, fmt: Formats) -> Table:
    """How the split stands in other cases, folded away."""
    return Table(
        sensitivity(best),
        "How the split stands if things turn out otherwise."
        + (f" Curves are taken in straight pieces, which costs {fmt.money(best.bound)} at most." if best.market else ""),
        SOURCE,
        {
            "case": ("Case", "text"),
            "spent": ("Spent", "money"),
            "value": (f"Brings in {meant}", "money"),
            "left": ("Left after cost", "money"),
        },
        aside=True,
    )


def spending_assumptions(best: Split, margin: float | None, why: str | None, fmt: Formats) -> tuple[Assumption, ...]:
    """What the split rests on; ``why`` there are no curves, where channels spend."""
    told = []
    if best.proposals:
        told.append(
            Assumption(
                "The effects and prices of the actions hold (see their sections); the best lines of each are paid first.",
                "low",
                "high",
            )
        )
    if best.market:
        response = best.market.curves.response
        panel = response.panel
        prior = (
            "each channel causes about 0.6 of the orders it claims, give or take a factor of two"
            if panel.claimed is not None
            else "the channels bring about 15% of the orders, in parts like their spend, give or take a factor of three"
        )
        told += [
            Assumption(
                "Once trend, season, prices and interventions are taken out, orders differ between weeks of more and less spend"
                " because of the spend. What moves with a channel's spend and is not in the data is taken for its effect.",
                "medium",
                "high",
            ),
            Assumption(f"Where the weeks say little, the answer leans on experience: {prior}.", "low", "medium"),
            Assumption(
                "An order that a channel brings is worth as much as the average "
                + ("order that the channels claim for" if panel.own_value else "order of")
                + f" the last year, {fmt.money(panel.order_value)} of revenue; later orders of new customers are not counted.",
                "medium",
                "medium",
            ),
            Assumption(
                "Each channel stays within weekly spends that have been seen, and keeps its pattern over the year."
                + (" For this budget some would have to go lower, where the curves are a guess." if best.freed else ""),
                "low" if best.freed else "high",
                "medium",
            ),
        ]
        if panel.small:
            told.append(
                Assumption(f"Too small or too short to be told, left as they are: {', '.join(panel.small)}.", "high", "low")
            )
    elif why:
        told.append(Assumption(f"What the channels cause cannot be told: {why}", "high", "medium"))
    if margin is None:
        told.append(
            Assumption(
                "Without a gross margin the split follows revenue. Spending that brings more revenue than it costs can still lose"
                " money.",
                "high",
                "high",
            )
        )
    return tuple(told)
