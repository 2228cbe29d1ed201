"""Mix: what each channel spends, claims, causes and should spend; and the shift of channel money as a proposal."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.spending.panel import YEAR
from playbook.methods.strategy.spending.split import Split
from playbook.result.contract import LINES, Proposal, Worklist
from playbook.result.formats import EDGES, Formats

__all__ = ["CHANNEL_MIX", "OWNER", "channel_frame", "mix_proposal"]

CHANNEL_MIX = "channel-mix"
ROUNDING = 1e-6  # of all channel spend: a smaller change is none
OWNER = mark("head of marketing")
FIRST_REVIEW = 12  # weeks
_SHOWN = {
    "channel": ("Channel", "text"),
    "today": ("Spend in the last year", "money"),
    "advised": ("Spend a year from now on", "money"),
    "change": ("Change", "money"),
    "cost": ("Extra spend a year", "money"),
    "value": ("Should bring a year", "money"),
}


def channel_frame(best: Split, costs: pd.DataFrame | None) -> pd.DataFrame:
    """One row a channel, most spend first: today, advised, change (spend a year); caused_low, caused, caused_high (value that
    today's spend brings); back_low, back, back_high (the same for each unit spent), last (what the last unit brings); more_low,
    more, more_high (value of the advised spend beyond today's); low and high (range of spend seen); orders (caused), cost (of
    one of them); claimed (value claimed for each unit spent, a column where channels claim orders)."""
    market, curves = best.market, best.market.curves
    more, low, high = best.brought - best.before, *np.quantile(best.before, EDGES, axis=0)
    table = pd.DataFrame({"channel": curves.channels, "today": curves.today, "advised": best.amounts})
    table["change"] = table["advised"] - table["today"]
    table["caused_low"], table["caused"], table["caused_high"] = low, best.before.mean(axis=0), high
    for column, of in (("back_low", "caused_low"), ("back", "caused"), ("back_high", "caused_high")):
        table[column] = table[of] / table["today"]
    table["last"] = [float(curves.margins(i).mean()) * market.worth for i in range(len(table))]
    table["more_low"], table["more_high"] = np.quantile(more, EDGES, axis=0)
    table["more"] = more.mean(axis=0)
    table["low"], table["high"] = curves.low, curves.high
    table["orders"] = table["caused"] / market.worth
    table["cost"] = table["today"] / table["orders"]
    if costs is not None and "orders" in costs:
        claims = costs.set_index("channel")
        table["claimed"] = table["channel"].map((claims["orders"] / claims["spend"]).where(claims["spend"] > 0)) * market.worth
    return table.sort_values(["today", "channel"], ascending=[False, True], kind="stable", ignore_index=True)


def mix_proposal(best: Split, channels: pd.DataFrame, fmt: Formats) -> Proposal | None:
    """The shift of channel money as a proposal of one line, for what one channel gives pays what another gets; None where it is
    small.

    A channel that grows costs its additional spend and brings the additional value. One that shrinks costs nothing and brings the
    money it sets free less the value that is lost, so that value less cost adds up to what the shift leaves.
    """
    if not best.moved:
        return None
    moved = channels[channels["change"].abs() > ROUNDING * channels["today"].sum()]
    frame = moved[["channel", "today", "advised", "change"]].assign(
        shift=CHANNEL_MIX, cost=moved["change"].clip(lower=0), value=(-moved["change"]).clip(lower=0) + moved["more"]
    )
    cost = float(frame["cost"].sum())
    low, gain, high = best.gain()
    line = pd.DataFrame([(CHANNEL_MIX, cost, low + cost, gain + cost, high + cost)], columns=list(LINES))
    how = fmt.sentences(
        _move(moved, fmt),
        fmt.say("Make half of the move now and the rest after the review, and keep the pattern over the year."),
    )
    return Proposal(
        id=CHANNEL_MIX,
        name="shift of channel spend",
        action=how,
        whom=fmt.listed(moved["channel"]),
        owner=OWNER,
        kpi="orders a week against the forecast; orders caused per unit of spend when the curves are fitted again",
        stop_rule=fmt.sentences(
            _watched(float(moved["more"].sum()) / best.market.worth / YEAR, fmt),
            fmt.say(
                "Go back if, {n} weeks after a move, the refitted curves show less left after cost than before.",
                n=fmt.count(FIRST_REVIEW),
            ),
        ),
        pool="new customers",
        lines=line,
        lead_days=14,
        review_days=FIRST_REVIEW * 7,
        evidence="likely" if low > 0 else "indicative",
        worklist=Worklist(CHANNEL_MIX, "Shift of channel spend", how, frame.reset_index(drop=True), _SHOWN, "shift"),
        waits=False,
    )


def _move(moved: pd.DataFrame, fmt: Formats) -> str:
    up, down = _named(moved[moved["change"] > 0], fmt), _named(moved[moved["change"] < 0], fmt)
    if up and down:
        return fmt.say("Spend more on {up}, less on {down}.", up=up, down=down)
    return fmt.say("Spend more on {up}.", up=up) if up else fmt.say("Spend less on {down}.", down=down)


def _named(rows: pd.DataFrame, fmt: Formats) -> str:
    ordered = rows.sort_values("change", key=abs, ascending=False, kind="stable").itertuples(index=False)
    named = [fmt.say("{channel} ({change} a year)", channel=r.channel, change=fmt.signed_money(r.change)) for r in ordered]
    return fmt.listed(named)


def _watched(orders: float, fmt: Formats) -> str:
    """What the whole move should do to the ``orders`` of a week."""
    many, n = round(abs(orders), 1), fmt.number(abs(orders), 1)
    if orders < 0:
        return fmt.say_n(
            "The whole move should bring {n} fewer order a week.", "The whole move should bring {n} fewer orders a week.",
            many, n=n,
        )  # fmt: skip
    return fmt.say_n(
        "The whole move should bring {n} more order a week.", "The whole move should bring {n} more orders a week.",
        many, n=n,
    )  # fmt: skip
