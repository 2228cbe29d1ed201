"""Price figures: reactions by group, what a step would bring, the course against competitors, and both on one map."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from playbook.methods.market_research.pricing.findings import TEN, fewer_sold
from playbook.methods.market_research.pricing.naming import group_name, group_names
from playbook.methods.market_research.pricing.panel import ONE_GROUP
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_axis
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, GOOD, HISTORY, ON_LINES, PALETTE, canvas, finish

__all__ = ["map_figure", "position_figure", "reaction_figure", "short_name", "steps_figure"]

SHOWN, NAMED, RIVALS = 12, 8, 4  # groups, names on the map, competitors
LONGEST = 26  # characters of a name
DOT = 3  # points, as type is measured, from the middle of a dot to its edge
FEWEST_POINTS = 3  # on a map
VERDICTS = {"could cost more": GOOD, "costs too much": FINDING}


def reaction_figure(told: pd.DataFrame, fmt: Formats, source: str) -> Figure | None:
    """A dot and its range for each group: change of units when its price rises by 10 percent."""
    if told.empty:
        return None
    frame = told.sort_values(["n_weeks", "category"], ascending=[False, True]).head(SHOWN)
    frame = frame.sort_values(["elasticity", "category"], ignore_index=True)
    changes = {"change": "elasticity", "least": "low", "most": "high"}
    frame = frame.assign(**{name: fewer_sold(frame[column]) for name, column in changes.items()})
    with canvas(height=1.0 + 0.36 * len(frame), grid="x") as (figure, ax):
        colours = np.where(frame["high"] < 0, FINDING, HISTORY)
        _dots(ax, frame, ("change", "least", "most"), colours, fmt.change)
        _rows(ax, [short_name(group_name(c, fmt)) for c in frame["category"]])
        low, high = min(0.0, frame["least"].min()), max(0.0, frame["most"].max())
        ax.set_xlim(low - 0.04 * (high - low), high + 0.16 * (high - low))
        ax.axvline(0, color=HISTORY, linewidth=0.8)
        ax.xaxis.set_major_formatter(lambda v, _: _tick(v, fmt, "0"))
        ax.locator_params(axis="x", nbins=5, steps=[1, 2, 5, 10])
        ax.set_xlabel(fmt.say("change of units sold at a price {up} higher", up=fmt.share(TEN, 0)))
        svg = finish(figure)
    frame = frame.assign(category=group_names(frame["category"], fmt))
    each = [
        fmt.say(
            "{group} {change} ({low} to {high})",
            group=r.category,
            change=fmt.change(r.change),
            low=fmt.change(r.least),
            high=fmt.change(r.most),
        )
        for r in frame.itertuples()
    ]
    up, level = fmt.share(TEN, 0), fmt.share(LEVEL)
    alt = fmt.say("Change of units sold at a price {up} higher: {groups}.", up=up, groups=fmt.listed(each))
    caption = fmt.say("Change of units sold when one price rises by {up}; bars hold {level}.", up=up, level=level)
    if len(told) > SHOWN:
        caption = fmt.sentences(caption, fmt.say("The {n} groups with most sales.", n=SHOWN))
    columns = {
        "category": ("Product group", "text"), "change": ("Change of units", "share"),
        "least": ("from", "share"), "most": ("to", "share"),
    }  # fmt: skip
    data = Table(frame, fmt.say("Change of units at a price {up} higher, by group.", up=up), source, columns)
    return Figure(svg, caption, source, alt, data)


def steps_figure(steps: pd.DataFrame, names: pd.Series, fmt: Formats, source: str) -> Figure | None:
    """The steps that would bring most margin a year, with their ranges."""
    frame = steps[steps["verdict"].isin(list(VERDICTS))].head(NAMED).reset_index(drop=True)
    if frame.empty:
        return None
    labels = zip(frame["product_id"], frame["step"], strict=True)
    frame = frame.assign(
        label=[
            fmt.say("{product}, {step}", product=short_name(names.get(p, p)), step=_tick(round(s, 2), fmt, "0"))
            for p, s in labels
        ]
    )
    with canvas(height=1.0 + 0.36 * len(frame), grid="x") as (figure, ax):
        _dots(ax, frame, ("gain", "gain_low", "gain_high"), frame["verdict"].map(VERDICTS), fmt.money)
        _rows(ax, frame["label"].tolist())
        ax.set_xlim(0, 1.18 * frame["gain_high"].max())
        ax.xaxis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
        ax.locator_params(axis="x", nbins=4)
        ax.set_xlabel(fmt.say("margin a year"))
        svg = finish(figure)
    each = [fmt.say("{product}: {gain}", product=r.label, gain=fmt.money(r.gain)) for r in frame.itertuples()]
    alt = fmt.say("Margin a year that one step of the price would bring: {steps}.", steps=fmt.listed(each))
    columns = {
        "label": ("Product and step of its price", "text"), "gain": ("Brings a year", "money"), "gain_low": ("from", "money"),
        "gain_high": ("to", "money"),
    }  # fmt: skip
    caption = fmt.say(
        "What one step of one price would bring in margin a year, within the prices already seen; bars hold {level}.",
        level=fmt.share(LEVEL),
    )
    return Figure(svg, caption, source, alt, Table(frame, "The steps with most to gain.", source, columns))


def position_figure(months: pd.DataFrame, fmt: Formats, source: str) -> Figure | None:
    """Own prices against each competitor's by month, all matched products together; names at the ends of the lines."""
    frame = months[months["category"] == ONE_GROUP]
    if frame.empty or frame["month"].nunique() < 2:
        return None
    largest = frame.groupby("competitor")["products"].sum().sort_values(ascending=False, kind="stable").index[:RIVALS]
    colours = dict(zip(sorted(largest), PALETTE, strict=False))
    frame = frame[frame["competitor"].isin(largest)].assign(above=lambda t: t["index"] - 1)
    frame = frame.sort_values(["competitor", "month"], ignore_index=True)
    ends = frame.groupby("competitor").tail(1).set_index("competitor")["above"].sort_values()
    first, last = frame["month"].min(), frame["month"].max()
    with canvas(height=3.4) as (figure, ax):
        for rival, part in frame.groupby("competitor"):
            ax.plot(part["month"], part["above"], color=colours[rival], marker="o", markersize=3)
        span = max(frame["above"].max(), 0) - min(frame["above"].min(), 0)
        for (rival, value), height in zip(ends.items(), _apart(ends.to_numpy(), 0.075 * max(span, 0.02)), strict=True):
            beside = {"xytext": (8, 0), "textcoords": "offset points", "va": "center", "bbox": ON_LINES}
            label = fmt.say("{rival} {change}", rival=short_name(rival), change=fmt.change(value))
            ax.annotate(label, (last, height), color=colours[rival], **beside)
        ax.axhline(0, color=HISTORY, linewidth=1, linestyle=(0, (4, 3)))
        ax.set_xlim(first, last + 0.34 * (last - first))
        date_axis(ax, fmt)
        ax.yaxis.set_major_formatter(lambda v, _: _tick(v, fmt, fmt.say("same price")))
        ax.locator_params(axis="y", nbins=6, steps=[1, 2, 5, 10])
        ax.margins(y=0.12)
        svg = finish(figure)
    each = [
        fmt.say("against {rival} {change} in its last month", rival=rival, change=fmt.change(value))
        for rival, value in ends.items()
    ]
    alt = fmt.say("Prices by month: {rivals}.", rivals=fmt.listed(each))
    columns = {
        "competitor": ("Competitor", "text"), "month": ("Month", "month"), "above": ("Above the competitor", "share"),
        "products": ("Products compared", "count"),
    }  # fmt: skip
    return Figure(
        svg,
        "The client's prices against each competitor's, for products that both sell: above the dashed line the client asks more.",
        source,
        alt,
        Table(frame, "Prices against competitors by month.", source, columns),
    )


def map_figure(
    products: pd.DataFrame, against: pd.DataFrame, steps: pd.DataFrame, names: pd.Series, fmt: Formats, source: str
) -> Figure | None:
    """Each product by its price against competitors and its reaction; named are those where a step brings most."""
    frame = products.merge(
        against[["product_id", "against"]].astype({"product_id": products["product_id"].dtype}), on="product_id"
    )
    if len(frame) < FEWEST_POINTS:
        return None
    frame = frame.merge(steps[["product_id", "gain", "verdict"]], on="product_id", how="left")
    frame = frame.assign(above=frame["against"].astype(float) - 1, change=fewer_sold(frame["elasticity"]))
    frame = frame.assign(act=frame["verdict"].isin(list(VERDICTS)), gain=frame["gain"].astype(float).fillna(0.0))
    frame = frame.sort_values(["act", "gain", "product_id"], ascending=[False, False, True], ignore_index=True)
    with canvas(height=4.4) as (figure, ax):
        colours = [VERDICTS.get(v, BAR) for v in frame["verdict"]]
        ax.scatter(frame["above"], frame["change"], color=colours, s=34, zorder=3, linewidth=0)
        ax.axvline(0, color=HISTORY, linewidth=1, linestyle=(0, (4, 3)))
        ax.xaxis.set_major_formatter(lambda v, _: _tick(v, fmt, fmt.say("same price")))
        ax.yaxis.set_major_formatter(lambda v, _: _tick(v, fmt, "0"))
        ax.locator_params(axis="x", nbins=5, steps=[1, 2, 5, 10])
        ax.locator_params(axis="y", nbins=6, steps=[1, 2, 5, 10])
        ax.margins(x=0.14, y=0.1)
        ax.set_xlabel(fmt.say("price against the competitors' mean"))
        ax.set_ylabel(fmt.say("units sold at a price {up} higher", up=fmt.share(TEN, 0)))
        figure.get_layout_engine().execute(figure)  # lays the axes out, so that names can be measured against them
        _label(ax, frame, names)
        svg = finish(figure)
    dear, cheap = (int((frame["verdict"] == verdict).sum()) for verdict in ("costs too much", "could cost more"))
    dearer = fmt.say("Units at a price {up} higher", up=fmt.share(TEN, 0))
    alt = fmt.say(
        "Map of {n} products: {cheap} could cost more, {dear} cost too much.",
        n=fmt.count(len(frame)),
        cheap=fmt.count(cheap),
        dear=fmt.count(dear),
    )
    columns = {
        "name": ("Product", "text"), "above": ("Above competitors", "share"), "change": (dearer, "share"),
        "verdict": ("Verdict", "text"),
    }  # fmt: skip
    shown = frame.assign(verdict=[fmt.told(v) if isinstance(v, str) else None for v in frame["verdict"]])
    return Figure(
        svg,
        "Price against competitors (across) and reaction of customers (down: stronger), product by product. Green could cost "
        "more, rust costs too much, pale ones are best left; the largest gains are named.",
        source,
        alt,
        Table(shown, "Position and reaction by product.", source, columns),
    )


def _label(ax: Axes, frame: pd.DataFrame, names: pd.Series) -> None:
    """Names beside the first points, on a side where they touch no name, no point and no edge; without such a side, none."""
    points = ax.transData.transform(frame[["above", "change"]].to_numpy(dtype=float))
    taken = [Bbox.from_extents(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in points]
    inside = ax.get_window_extent()
    for place, row in enumerate(frame[frame["act"]].head(NAMED).itertuples()):
        for shift, align in (((7, 0), "left"), ((-7, 0), "right"), ((0, 10), "center"), ((0, -10), "center")):
            text = ax.annotate(
                short_name(names.get(row.product_id, row.product_id)), (row.above, row.change), shift, textcoords="offset points",
                ha=align, va="center", fontsize=9, color=VERDICTS[row.verdict],
            )  # fmt: skip
            box = text.get_window_extent()
            free = not any(box.overlaps(other) for other in (*taken[:place], *taken[place + 1 :]))
            if free and inside.x0 <= box.x0 and box.x1 <= inside.x1 and inside.y0 <= box.y0 and box.y1 <= inside.y1:
                taken.append(box)
                break
            text.remove()


def _dots(ax: Axes, frame: pd.DataFrame, columns: tuple[str, str, str], colours, write) -> None:
    """A dot on its range in each row, with its value to the right."""
    middle, low, high = (frame[c].to_numpy(dtype=float) for c in columns)
    places = np.arange(len(frame))
    ax.hlines(places, low, high, color=BAR, linewidth=5)
    ax.scatter(middle, places, color=list(colours), s=36, zorder=3, linewidth=0)
    for place, colour in zip(places, colours, strict=True):
        beside = {"xytext": (7, 0), "textcoords": "offset points", "va": "center", "bbox": ON_LINES}
        ax.annotate(write(middle[place]), (high[place], place), color=colour, **beside)


def _tick(value: float, fmt: Formats, origin: str) -> str:
    """A mark of an axis of changes: whole percents where it is one."""
    if abs(value) < 1e-9:
        return origin
    whole = abs(100 * value - round(100 * value)) < 1e-6
    return f"{'+' if value > 0 else '−'}{fmt.share(abs(value), 0)}" if whole else fmt.change(value)


def _rows(ax: Axes, labels: list[str]) -> None:
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)


def _apart(values: np.ndarray, gap: float) -> np.ndarray:
    """Heights of labels for rising ``values``, at least ``gap`` apart and centred on where they belong."""
    heights = values.astype(float).copy()
    for place in range(1, len(heights)):
        heights[place] = max(heights[place], heights[place - 1] + gap)
    return heights - (heights - values).mean()


def short_name(name: object, longest: int = LONGEST) -> str:
    """At most ``longest`` characters; an id in brackets at the end, which tells namesakes apart, stays."""
    text = str(name)
    if len(text) <= longest:
        return text
    base, bracket, id = text.rpartition(" (")
    tail = f"… ({id}" if bracket and len(id) < longest // 2 else "…"
    return f"{(base if len(tail) > 1 else text)[: longest - len(tail)].rstrip()}{tail}"
