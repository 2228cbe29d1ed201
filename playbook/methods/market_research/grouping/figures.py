"""Segment figures: who brings the money, how segments differ, and why there are so many of them."""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from playbook.locale import mark
from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats
from playbook.result.theme import BAR, FINDING, FORECAST, HISTORY, ON_LINES, canvas, finish

__all__ = ["choice_figure", "profile_figure", "share_figure"]

_NAME = 26  # characters of a segment's name beside a bar; clients may write longer ones
_STRONGEST = 0.85  # darkest tint of the heat map; text stays readable on it


def share_figure(profiles: pd.DataFrame, fmt: Formats, source: str) -> Figure:
    """Two bars a segment: its share of customers and of the last year's revenue."""
    import seaborn as sns  # here, because loading it takes a second that kernels without this chart can save

    words = {"customer_share": mark("{share} of customers"), "revenue_share": mark("{share} of revenue")}
    # Places, not names: cut short, two names can be the same.
    bars = profiles.assign(place=range(len(profiles))).melt("place", list(words), "of", "share")
    with canvas(height=0.9 + 0.62 * len(profiles)) as (figure, ax):
        colours = {"customer_share": BAR, "revenue_share": FINDING}
        sns.barplot(bars, x="share", y="place", orient="h", hue="of", palette=colours, saturation=1, legend=False, ax=ax)
        for container, word in zip(ax.containers, words.values(), strict=True):
            labels = [fmt.say(word, share=fmt.share(share)) for share in container.datavalues]
            ax.bar_label(container, labels, padding=5, fontsize=9)
        ax.set(xlabel="", ylabel="", xticks=[], xlim=(min(0, profiles["revenue_share"].min()), 1.28 * _largest(profiles)))
        ax.set_yticks(range(len(profiles)), [_short(name) for name in profiles["segment"]])
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        svg = finish(figure)
    alt = fmt.sentences(
        *(
            fmt.say(
                "{segment}: {customers} of customers, {revenue} of revenue.",
                segment=r.segment, customers=fmt.share(r.customer_share), revenue=fmt.share(r.revenue_share),
            )
            for r in profiles.itertuples()
        )
    )  # fmt: skip
    columns = {
        "segment": ("Segment", "text"),
        "customer_share": ("Share of customers", "share"),
        "revenue_share": ("Share of revenue", "share"),
    }
    caption = mark("How many customers each segment holds, and what it brings in twelve months.")
    return Figure(svg, caption, source, alt, Table(profiles, "Shares of customers and of revenue.", source, columns))


def profile_figure(profiles: pd.DataFrame, fmt: Formats, source: str) -> Figure:
    """A heat map in the reader's units; the stronger the colour, the better among the segments."""
    columns = {
        "recency_days": ("Days since last order", "count"),
        "orders_per_year": ("Orders a year", "number"),
        "order_value": ("Order value", "money"),
        "yearly": ("Mean revenue a customer", "money"),
    }
    frame = profiles.assign(yearly=profiles["revenue_year"] / profiles["customers"])
    ranks = frame[list(columns)].rank(pct=True)
    ranks["recency_days"] = frame["recency_days"].rank(pct=True, ascending=False)
    with canvas(height=1.0 + 0.42 * len(frame)) as (figure, ax):
        tints = ranks.to_numpy() * _STRONGEST
        for row, segment in enumerate(frame.to_dict("records")):
            for column, (name, (_, unit)) in enumerate(columns.items()):
                ax.add_patch(
                    Rectangle((column + 0.02, row + 0.04), 0.96, 0.92, facecolor=BAR, alpha=tints[row, column], linewidth=0)
                )
                text = fmt.number(segment[name], 1) if unit == "number" else fmt.value(segment[name], unit)
                ax.text(column + 0.5, row + 0.5, text, ha="center", va="center")
        labels = [fmt.told(label).replace(" ", "\n", 1) for label, _ in columns.values()]
        ax.set(
            xlim=(0, len(columns)),
            ylim=(len(frame), 0),
            xticks=np.arange(len(columns)) + 0.5,
            yticks=np.arange(len(frame)) + 0.5,
            xticklabels=labels,
            yticklabels=[_short(name) for name in frame["segment"]],
        )
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        svg = finish(figure)
    alt = fmt.sentences(
        *(
            fmt.say(
                "{segment}: last order {days} ago, {orders} orders a year, {value} an order.",
                segment=r.segment, days=fmt.days(round(r.recency_days)), orders=fmt.number(r.orders_per_year, 1),
                value=fmt.money(r.order_value),
            )
            for r in frame.itertuples()
        )
    )  # fmt: skip
    table = Table(frame, "Profile of each segment.", source, {"segment": ("Segment", "text"), **columns})
    return Figure(svg, "How segments differ: the stronger the colour, the better among the segments.", source, alt, table)


def choice_figure(quality: pd.DataFrame, chosen: int, fmt: Formats, source: str) -> Figure:
    """Separation and stability by number of groups, with the number chosen."""
    best = quality.set_index("k").loc[chosen]
    with canvas(height=2.8) as (figure, ax):
        for column, colour, word in (
            ("stability", HISTORY, fmt.say("comes back when redrawn")),
            ("silhouette", FORECAST, fmt.say("separates customers")),
        ):
            ax.plot(quality["k"], quality[column], color=colour, marker="o", markersize=4)
            ax.annotate(
                word,
                (quality["k"].iloc[-1], quality[column].iloc[-1]),
                (10, 0),
                textcoords="offset points",
                color=colour,
                va="center",
                bbox=ON_LINES,
            )
        ax.axvline(chosen, color=FINDING, linestyle="--", linewidth=1.2)
        ax.annotate(
            fmt.say_n("{n} group", "{n} groups", chosen), (chosen, 1.04), (5, 0), textcoords="offset points", color=FINDING,
            va="center", bbox=ON_LINES,
        )  # fmt: skip
        ax.set(
            xticks=quality["k"],
            xlabel=fmt.say("number of groups"),
            ylim=(min(0, quality["silhouette"].min()), 1.1),
            xlim=(quality["k"].min() - 0.3, quality["k"].max() + 0.45 * max(4, len(quality))),
        )
        svg = finish(figure)
    alt = fmt.say(
        "Among {fewest} to {most} groups, {chosen} were chosen: separation {silhouette}, stability {stability}, votes of the "
        "three measures {votes}.",
        fewest=quality["k"].min(), most=quality["k"].max(), chosen=chosen, silhouette=fmt.number(best["silhouette"]),
        stability=fmt.number(best["stability"]), votes=fmt.count(best["votes"]),
    )  # fmt: skip
    columns = {
        "k": ("Groups", "count"),
        "silhouette": ("Separation (silhouette)", "number"),
        "stability": ("Stability", "number"),
        "gap": ("Gap to evenly spread customers", "number"),
        "votes": ("Votes of three measures", "count"),
    }
    return Figure(
        svg,
        "Why this number of groups: both measures are better when higher, 1 is perfect; with the gap to evenly spread customers "
        "they vote.",
        source,
        alt,
        Table(quality, "Quality by number of groups.", source, columns),
    )


def _largest(profiles: pd.DataFrame) -> float:
    return float(max(profiles["customer_share"].max(), profiles["revenue_share"].max()))


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1].rstrip()}…"
