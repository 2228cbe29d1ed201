"""Price figures: reactions by group, what a step would bring, the course against competitors, and both on one map."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from playbook.methods.market_research.pricing.findings import TEN, fewer_sold
from playbook.methods.market_research.pricing.panel import ONE_GROUP
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, GOOD, HISTORY, ON_LINES, PALETTE, canvas, finish

__all__ = ["map_figure", "position_figure", "reaction_figure", "short_name", "steps_figure"]

SHOWN, NAMED, RIVALS = 12, 8, 4  # groups, names on the map, competitors
LONGEST = 26  # characters of a name
DOT = 4  # pixels from the middle of a point to its edge, and a little air
FEWEST_POINTS = 3  # on a map
VERDICTS = {"could ask more": GOOD, "asks too much": FINDING}


def reaction_figure(told: pd.DataFrame, fmt: Formats, source: str) -> Figure | None:
    """A dot and its range for each group: change of units when its price rises by 10 percent."""
    if told.empty:
        return None
    frame = told.sort_values(["n_weeks", "category"], ascending=[False, True]).head(SHOWN)
    frame = frame.sort_values(["elasticity", "category"], ignore_index=True)
    changes = {"change": "elasticity", "least": "low", "most": "high"}
    frame = frame.assign(**{name: fewer_sold(frame[column]) for name, column in changes.items()})
    with canvas(height=1.0 + 0.36 * len(frame)) as (figure, ax):
        colours = np.where(frame["high"] < 0, FINDING, HISTORY)
        _dots(ax, frame, ("change", "least", "most"), colours, fmt.change)
        _rows(ax, [short_name(c) for c in frame["category"]])
        low, high = min(0.0, frame["least"].min()), max(0.0, frame["most"].max())
        ax.set_xlim(low - 0.04 * (high - low), high + 0.16 * (high - low))
        ax.axvline(0, color=HISTORY, linewidth=0.8)
        ax.xaxis.set_major_formatter(lambda v, _: _tick(v, fmt, "0"))
        ax.locator_params(axis="x", nbins=5, steps=[1, 2, 5, 10])
        ax.set_xlabel(f"change of units sold at a price {fmt.share(TEN, 0)} higher")
        svg = finish(figure)
    alt = "; ".join(
        f"{r.category}: {fmt.change(r.change)} ({fmt.change(r.least)} to {fmt.change(r.most)})" for r in frame.itertuples()
    )
    more = f" The {SHOWN} groups with most sales." if len(told) > SHOWN else ""
    caption = f"Change of units sold when one price rises by {fmt.share(TEN, 0)}; bars hold {fmt.share(LEVEL)}.{more}"
    columns = {
        "category": ("Group", "text"), "change": ("Change of units", "share"),
        "least": ("from", "share"), "most": ("to", "share"),
    }  # fmt: skip
    data = Table(frame, f"Change of units at a price {fmt.share(TEN, 0)} higher, by group.", source, columns)
    return Figure(svg, caption, source, f"{alt}.", data)


def steps_figure(steps: pd.DataFrame, names: pd.Series, fmt: Formats, source: str) -> Figure | None:
    """The steps that would bring most margin a year, with their ranges."""
    frame = steps[steps["verdict"].isin(list(VERDICTS))].head(NAMED).reset_index(drop=True)
    if frame.empty:
        return None
    labels = zip(frame["product_id"], frame["step"], strict=True)
    frame = frame.assign(
        label=[f"{short_name(names.get(p, p))}, {'+' if s > 0 else '−'}{fmt.share(abs(s), 0)}" for p, s in labels]
    )
    with canvas(height=1.0 + 0.36 * len(frame)) as (figure, ax):
        _dots(ax, frame, ("gain", "gain_low", "gain_high"), frame["verdict"].map(VERDICTS), fmt.money)
        _rows(ax, frame["label"].tolist())
        ax.set_xlim(0, 1.18 * frame["gain_high"].max())
        ax.xaxis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
        ax.locator_params(axis="x", nbins=4)
        ax.set_xlabel("margin a year")
        svg = finish(figure)
    alt = "; ".join(f"{r.label}: {fmt.money(r.gain)} a year" for r in frame.itertuples())
    columns = {
        "label": ("Product and step of its price", "text"), "gain": ("Brings a year", "money"), "gain_low": ("from", "money"),
        "gain_high": ("to", "money"),
    }  # fmt: skip
    caption = "What one step of one price would bring in margin a year, within the prices already seen; "
    caption += f"bars hold {fmt.share(LEVEL)}."
    return Figure(svg, caption, source, f"{alt}.", Table(frame, "The steps with most to gain.", source, columns))


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
            ax.annotate(f"{short_name(rival)} {fmt.change(value)}", (last, height), color=colours[rival], **beside)
        ax.axhline(0, color=HISTORY, linewidth=1, linestyle=(0, (4, 3)))
        ax.set_xlim(first, last + 0.34 * (last - first))
        ticks = pd.DatetimeIndex(sorted(frame["month"].unique()))
        ticks = ticks[:: max(1, int(np.ceil(len(ticks) / 3)))]
        ax.set_xticks(ticks, [fmt.month(t) for t in ticks])
        ax.get_xticklabels()[0].set_ha("left")
        ax.yaxis.set_major_formatter(lambda v, _: _tick(v, fmt, "same price"))
        ax.locator_params(axis="y", nbins=6, steps=[1, 2, 5, 10])
        ax.margins(y=0.12)
        svg = finish(figure)
    alt = "; ".join(f"against {rival} {fmt.change(value)} in its last month" for rival, value in ends.items())
    columns = {
        "competitor": ("Competitor", "text"), "month": ("Month", "month"), "above": ("Above the competitor", "share"),
        "products": ("Products compared", "count"),
    }  # fmt: skip
    caption = "The client's prices against each competitor's, for products that both sell: above the dashed line it asks more."
    return Figure(
        svg, caption, source, f"Prices by month: {alt}.", Table(frame, "Prices against competitors by month.", source, columns)
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
        ax.xaxis.set_major_formatter(lambda v, _: _tick(v, fmt, "same price"))
        ax.yaxis.set_major_formatter(lambda v, _: _tick(v, fmt, "0"))
        ax.locator_params(axis="x", nbins=5, steps=[1, 2, 5, 10])
        ax.locator_params(axis="y", nbins=6, steps=[1, 2, 5, 10])
        ax.margins(x=0.14, y=0.1)
        ax.set(xlabel="price against the competitors' mean", ylabel=f"units sold at a price {fmt.share(TEN, 0)} higher")
        figure.draw_without_rendering()
        _label(ax, frame, names)
        svg = finish(figure)
    kinds = ", ".join(f"{fmt.count(int((frame['verdict'] == v).sum()))} {v}" for v in VERDICTS)
    caption = (
        "Price against competitors (across) and reaction of customers (down: stronger), product by product. Green could cost "
        "more, rust costs too much, pale ones are best left; the largest gains are named."
    )
    columns = {
        "name": ("Product", "text"), "above": ("Above competitors", "share"), "change": ("Units at a price 10% higher", "share"),
        "verdict": ("Verdict", "text"),
    }  # fmt: skip
    data = Table(frame, "Position and reaction by product.", source, columns)
    return Figure(svg, caption, source, f"Map of {fmt.count(len(frame))} products: {kinds}.", data)


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
    ax.grid(True, axis="x")
    ax.grid(False, axis="y")


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
