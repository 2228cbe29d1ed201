"""Spending tables: the split over actions and channels, other budgets, and what it all rests on."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.spending.allocation import allocate, least
from playbook.methods.strategy.spending.split import NEXT, Split, sensitivity
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["allocation_frame", "allocation_table", "channels_table", "offered_table", "sensitivity_table", "spending_assumptions"]

CURVES = mark("marketing spend and orders by week")
SOURCE = mark("proposals of this report; linear programme")
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
        "reach": ("Share reached", "share"),
        "value": (fmt.say("Should bring in {meant}", meant=meant), "money"),
        "range": (fmt.say("{level} range", level=fmt.share(LEVEL)), "text"),
    }
    edges = zip(allocations["value_low"], allocations["value_high"], strict=True)
    shown = allocations.assign(range=[fmt.say("{low} to {high}", low=fmt.money(a), high=fmt.money(b)) for a, b in edges])
    return Table(shown, "What each action gets; best value for money first.", SOURCE, columns)


def channels_table(channels: pd.DataFrame, meant: str, fmt: Formats) -> Table:
    """What each channel spends, claims, causes and should spend."""
    one = fmt.money(1)
    edges = zip(channels["back"], channels["back_low"], channels["back_high"], strict=True)
    told = [[fmt.number(v) for v in row] for row in edges]
    shown = channels.assign(brings=[fmt.say("{value} ({low} to {high})", value=v, low=a, high=b) for v, a, b in told])
    columns = {
        "channel": ("Channel", "text"),
        "today": ("Spend in the last year", "money"),
        "advised": ("Advised", "money"),
        "cost": ("Cost per order caused", "money"),
        "claimed": (fmt.say("{one} claims", one=one), "number"),
        "brings": (fmt.say("{one} causes", one=one), "text"),
        "last": (fmt.say("The last {one} causes", one=one), "number"),
    }
    return Table(
        shown,
        fmt.say(
            "What the channels cost, and what each {one} brings in {meant}: by their own count, and judged by the weekly"
            " figures with the {level} range.",
            one=one,
            meant=meant,
            level=fmt.share(LEVEL),
        ),
        CURVES,
        {c: label for c, label in columns.items() if c in shown},
    )


def offered_table(best: Split, meant: str, fmt: Formats) -> Table:
    """What smaller budgets would bring a client who has not named one."""
    found = [allocate(best.options, max(share * best.spent - best.aside, least(best.options))) for share in OFFERED]
    curve = pd.DataFrame([(f.spent + best.aside, f.total, f.price) for f in found], columns=["budget", "value", "price"])
    return Table(
        curve.drop_duplicates("budget"),
        "What different budgets would bring in a year.",
        SOURCE,
        {
            "budget": ("Budget", "money"),
            "value": (fmt.say("Brings in {meant}", meant=meant), "money"),
            "price": (fmt.say("{one} more brings", one=fmt.money(1)), "money"),
        },
    )


def sensitivity_table(best: Split, meant: str, fmt: Formats) -> Table:
    """How the split stands in other cases, folded away."""
    share = fmt.share(NEXT, 0)
    words = {
        "advised": fmt.say("As advised"),
        "today": fmt.say("As today: channels as they are, no proposals"),
        "low": fmt.say("As advised, all returns at the low end of their range"),
        "low split": fmt.say("Split anew for returns at the low end of their range"),
        "less": fmt.say("{share} less budget", share=share),
        "more": fmt.say("{share} more budget", share=share),
    }
    cases = sensitivity(best)
    pieces = fmt.say("Curves are taken in straight pieces, which costs {bound} at most.", bound=fmt.money(best.bound))
    return Table(
        cases.assign(case=cases["case"].map(words)),
        fmt.sentences(fmt.say("How the split holds up if things turn out otherwise."), pieces if best.market else ""),
        SOURCE,
        {
            "case": ("Case", "text"),
            "spent": ("Spent", "money"),
            "value": (fmt.say("Brings in {meant}", meant=meant), "money"),
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
                "The effects and costs of the actions hold (see their sections); within each action, the best cases are"
                " paid first.",
                "low",
                "high",
            )
        )
    if best.market:
        told += _of_channels(best, fmt)
    elif why:
        text = fmt.sentences(fmt.say("What the channels cause cannot be judged."), fmt.told(why))
        told.append(Assumption(text, "high", "medium"))
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


def _of_channels(best: Split, fmt: Formats) -> list[Assumption]:
    panel = best.market.curves.response.panel
    value = fmt.money(panel.order_value)
    if panel.claimed is not None:
        prior = fmt.say(
            "Where the weekly figures say little, the answer leans on experience: each channel causes about 60% of the"
            " orders it claims, give or take a factor of two."
        )
    else:
        prior = fmt.say(
            "Where the weekly figures say little, the answer leans on experience: the channels bring about 15% of the"
            " orders, in proportion to their spend, give or take a factor of three."
        )
    if panel.own_value:
        order = fmt.say(
            "An order that a channel brings is worth as much as the average order that the channels claimed last year,"
            " {value} of revenue; later orders of new customers are not counted.",
            value=value,
        )
    else:
        order = fmt.say(
            "An order that a channel brings is worth as much as the average order of the last year, {value} of revenue; later"
            " orders of new customers are not counted.",
            value=value,
        )
    lower = fmt.say("This budget would take some of them lower, where the curves are a guess.") if best.freed else ""
    within = fmt.say("Each channel stays within weekly spend that has been seen, and keeps its pattern over the year.")
    told = [
        Assumption(
            "Once trend, season, prices and interventions are accounted for, orders differ between weeks of more and"
            " less spend because of the spend. Whatever moves with a channel's spend and is not in the data is taken for"
            " its effect.",
            "medium",
            "high",
        ),
        Assumption(prior, "low", "medium"),
        Assumption(order, "medium", "medium"),
        Assumption(fmt.sentences(within, lower), "low" if best.freed else "high", "medium"),
    ]
    if panel.small:
        small = fmt.say(
            "Too small, or too short in use, to be judged; left as they are: {channels}.", channels=fmt.listed(panel.small)
        )
        told.append(Assumption(small, "high", "low"))
    return told
