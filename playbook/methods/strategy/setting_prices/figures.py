"""Pricing figures: prices by three ways side by side, what the changes bring, and what a discount brings in margin."""

import pandas as pd

from playbook.methods.market_research.pricing.figures import short_name
from playbook.methods.strategy.action_bars import action_bars, largest
from playbook.methods.strategy.setting_prices.shelf_findings import CENT
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, FORECAST, HISTORY, INK, canvas, finish

__all__ = ["discount_figure", "gains_figure", "ways_figure"]

SHOWN, LONGEST = 10, 21  # products, characters of a name
FARTHEST = 0.6  # price against that of now, beyond which a mark would squeeze all others
_WAYS = {
    "cost_plus": ("By cost", "share"),
    "rivals": ("Competitors", "share"),
    "value_based": ("By value", "share"),
    "advised": ("Advised", "share"),
}
_MARKS = {
    "cost_plus": ("s", HISTORY, 30),
    "rivals": ("D", BAR, 34),
    "value_based": ("o", FORECAST, 60),
    "advised": ("o", FINDING, 26),
}


def ways_figure(changes: pd.DataFrame, fmt: Formats, source: str) -> Figure | None:
    """A row for each of the largest changes: each way's price against that of now."""
    if changes.empty:
        return None
    rows = changes.head(SHOWN).reset_index(drop=True)
    ways = {c: w for c, w in _WAYS.items() if rows[c].notna().any()}
    frame = rows.assign(**{c: rows[c] / rows["price"] - 1 for c in ways})
    with canvas(height=1.3 + 0.36 * len(frame), grid="x") as (figure, ax):
        for column, (label, _) in ways.items():
            marker, colour, size = _MARKS[column]
            inside = frame[column].where(frame[column].abs() <= FARTHEST)
            ax.scatter(inside, frame.index, marker=marker, color=colour, s=size, label=fmt.told(label), zorder=3, linewidth=0)
        ax.axvline(0, color=INK, linewidth=1)
        ax.set_yticks(range(len(frame)), [short_name(n, LONGEST) for n in frame["name"]])
        ax.set_ylim(len(frame) - 0.5, -0.5)
        ax.margins(x=0.08)
        ax.locator_params(axis="x", nbins=6, steps=[1, 2, 5, 10])
        ax.xaxis.set_major_formatter(
            lambda v, _: fmt.say("price now") if abs(v) < 1e-9 else f"{'+' if v > 0 else '−'}{fmt.share(abs(v), 0)}"
        )
        figure.legend(loc="outside upper left", ncols=len(ways), frameon=False, handletextpad=0.2, columnspacing=1.2)
        svg = finish(figure)
    columns = {"name": ("Product", "text")} | ways
    advised = fmt.listed(f"{r.name} {fmt.change(r.advised)}" for r in frame.itertuples(index=False))
    far = int((frame[list(ways)].abs() > FARTHEST).sum().sum())
    caption = fmt.sentences(
        fmt.say("The price that each method gives, and the price advised, against today's."),
        fmt.say("Off the chart, more than {share} away: {n}.", share=fmt.share(FARTHEST, 0), n=fmt.count(far)) if far else "",
    )
    alt = fmt.say("Dots for each product's prices against today's; advised: {changes}.", changes=advised)
    return Figure(svg, caption, source, alt, Table(frame, "Prices against today's.", source, columns))


def gains_figure(changes: pd.DataFrame, fmt: Formats, source: str) -> Figure | None:
    """What the largest changes bring in margin a year, with ranges."""
    if changes.empty:
        return None
    rows = changes.head(SHOWN)
    moves = [
        fmt.change(r.step)
        if r.price < CENT
        else fmt.say("{price} to {new_price}", price=fmt.exact_money(r.price), new_price=fmt.exact_money(r.advised))
        for r in rows.itertuples()
    ]
    frame = pd.DataFrame(
        {
            "segment": [short_name(n, LONGEST) for n in rows["name"]], "name": moves, "low": rows["gain_low"].to_numpy(),
            "value": rows["gain"].to_numpy(), "high": rows["gain_high"].to_numpy(),
        }
    )  # fmt: skip
    data = largest(frame)
    svg = action_bars(data, fmt, fmt.say("margin a year"))
    columns = {
        "segment": ("Product", "text"), "name": ("Price", "text"), "value": ("Margin a year", "money"),
        "low": ("at least", "money"), "high": ("at most", "money"),
    }  # fmt: skip
    gains = fmt.listed(
        fmt.say("{name} {gain} ({change})", name=r.segment, gain=fmt.money(r.value), change=r.name)
        for r in data[::-1].itertuples()
    )
    caption = fmt.say(
        "What the most valuable price changes should bring in margin a year; the lines are the {level} range.",
        level=fmt.share(LEVEL),
    )
    alt = fmt.say("Bars of the yearly margin that price changes should bring: {gains}.", gains=gains)
    return Figure(svg, caption, source, alt, Table(data[::-1], "Margin a year of the largest changes.", source, columns))


def discount_figure(curve: pd.DataFrame, best: float, given: float, fmt: Formats, source: str) -> Figure | None:
    """Expected margin of a deal against the discount, with its range, the best one and that given on average."""
    if len(curve) < 2:
        return None
    with canvas(height=3.2) as (figure, ax):
        ax.fill_between(curve["discount"], curve["low"], curve["high"], color=BAR, alpha=0.5, linewidth=0)
        ax.plot(curve["discount"], curve["margin"], color=FORECAST)
        bottom, top = min(0.0, curve["low"].min()), curve["high"].max()
        ax.set_ylim(bottom, top + 0.22 * (top - bottom))
        told = {"best": fmt.share(best), "given": fmt.share(given)}
        marks = (
            (best, FINDING, fmt.say("best: {best}", **told)),
            (given, HISTORY, fmt.say("given now: {given}", **told)),
        )
        for height, (place, colour, text) in zip((0.98, 0.9), marks, strict=True):
            ax.axvline(place, color=colour, linewidth=1.2, linestyle=(0, (4, 3)))
            right = place > curve["discount"].mean()
            ax.annotate(
                text, (place, height), (-5 if right else 5, 0), xycoords=("data", "axes fraction"), textcoords="offset points",
                ha="right" if right else "left", va="top", color=colour,
            )  # fmt: skip
        ax.xaxis.set_major_formatter(lambda v, _: fmt.share(v, 0))
        ax.yaxis.set_major_formatter(lambda v, _: fmt.share(v, 0) if abs(v) > 1e-9 else "0")
        ax.set(xlabel=fmt.say("discount"), ylabel=fmt.say("expected margin, of the list price"))
        svg = finish(figure)
    columns = {
        "discount": ("Discount", "share"), "chance": ("Chance of winning", "share"),
        "margin": ("Expected margin, of list price", "share"),
        "low": ("at least", "share"), "high": ("at most", "share"),
    }  # fmt: skip
    caption = fmt.say(
        "Chance of winning times margin, had every deal of the last year been given the same discount; the band is the"
        " {level} range.",
        level=fmt.share(LEVEL),
    )
    alt = fmt.say("Curve of expected margin against discount: largest at {best}; given now {given}.", **told)
    return Figure(svg, caption, source, alt, Table(curve, "Expected margin by discount.", source, columns))
