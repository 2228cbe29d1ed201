"""Driver figures: the network, from who customers are to buying again; and the chances under each circumstance."""

from collections.abc import Sequence
from itertools import combinations, permutations
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from playbook.methods.market_research.network.answers import given_words
from playbook.methods.market_research.network.variables import driver_variables
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, HISTORY, ON_LINES, canvas, finish

__all__ = ["chances_figure", "columns_of", "network_figure"]

MOST_NODES, MOST_ROWS = 10, 12
BOX, HEIGHT = 0.74, 0.56  # of a column's width and of a row's height
THIN, THICK = 0.8, 3.4  # points; the width of an arrow that came back in half of the draws, and in all
LINE = 13  # characters of a box's line
LONGEST = 46  # characters of a row's label
SWEEPS, MOST_TRIED = 6, 6  # rounds of ordering, and nodes of a column of which all orders are tried
CROSSING = 2.0  # price of two lines that cross, in squared rows

Arrow = tuple[str, str]


def network_figure(edges: pd.DataFrame, target: str, fmt: Formats, source: str) -> Figure:
    """Boxes in columns by time, arrows as wide as they are sure; those on the way to the target in the colour of findings."""
    words = driver_variables()
    label = {id: fmt.told(variable.label) for id, variable in words.items()}
    shown = _most_telling(edges, target)
    arrows = list(zip(shown["cause"], shown["effect"], strict=True))
    columns, ways = columns_of(arrows, target)
    leading = _leading(arrows, target)
    tallest = max(len(column) for column in columns)
    place = {node: (number, y) for number, column in enumerate(columns) for node, y in _heights(column).items()}
    with canvas(height=0.6 + 0.72 * tallest) as (figure, ax):
        for arrow, strength in zip(arrows, shown["strength"], strict=True):
            acted = words[arrow[0]].open and arrow[0] in leading
            _draw_arrow(
                ax,
                [place[node] for node in ways[arrow]],
                THIN + (THICK - THIN) * 2 * max(0.0, strength - 0.5),
                FINDING if acted else HISTORY,
            )
        for node, (x, y) in place.items():
            if isinstance(node, str):
                _draw_box(ax, x, y, label[node], node == target)
        ax.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-tallest / 2, tallest / 2), xticks=[], yticks=[])
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        svg = finish(figure)
    alt = fmt.say("Arrows: {arrows}.", arrows=fmt.listed(f"{label[c]} → {label[e]}" for c, e in arrows))
    acted_on = any(words[c].open and c in leading for c, _ in arrows)
    caption = _caption(acted_on, len(edges) - len(shown), fmt)
    named = shown.assign(cause=shown["cause"].map(label), effect=shown["effect"].map(label))
    columns_shown = {"cause": ("Link from", "text"), "effect": ("Link to", "text"), "strength": ("Came back in", "share")}
    return Figure(svg, caption, source, alt, Table(named, "Links of the network.", source, columns_shown))


def _caption(acted_on: bool, left: int, fmt: Formats) -> str:
    wide = (
        fmt.say("What is linked with what: the wider an arrow, the surer the link; coloured ones can be acted on.")
        if acted_on
        else fmt.say("What is linked with what: the wider an arrow, the surer the link.")
    )
    more = fmt.say_n("The table holds {n} weaker link too.", "The table holds {n} weaker links too.", left) if left else ""
    return fmt.sentences(wide, more)


def columns_of(arrows: list[Arrow], target: str) -> tuple[list[list], dict[Arrow, list]]:
    """Nodes in columns, each right of all that lead to it and the target last, and the way of each arrow through them.

    An arrow over several columns passes places kept free for it (tuples), so that no line crosses a box. Rows are ordered
    so that lines are short and cross seldom (Sugiyama, Tagawa and Toda 1981).
    """
    nodes = sorted({node for arrow in arrows for node in arrow})
    rank = dict.fromkeys(nodes, 0)
    for _ in nodes:  # the longest way to each
        for cause, effect in arrows:
            rank[effect] = max(rank[effect], rank[cause] + 1)
    if target in rank:
        rank[target] = max(rank.values())
    columns: list[list] = [[node for node in nodes if rank[node] == number] for number in range(max(rank.values()) + 1)]
    ways = {}
    for cause, effect in arrows:
        kept = [(cause, effect, number) for number in range(rank[cause] + 1, rank[effect])]
        for place in kept:
            columns[place[2]].append(place)
        ways[cause, effect] = [cause, *kept, effect]
    links = [pair for way in ways.values() for pair in zip(way, way[1:], strict=False)]
    for _ in range(SWEEPS):
        for number, column in enumerate(columns):
            columns[number] = _best_order(column, columns, links)
    return columns, ways


def _best_order(column: list, columns: list[list], links: list[tuple]) -> list:
    """The order of a column that makes the lines to its neighbours shortest, with a price on crossings."""
    height = {node: y for other in columns for node, y in _heights(other).items()}
    own = set(column)
    near = [(a, b) if a in own else (b, a) for a, b in links if (a in own) != (b in own)]
    side = {pair: any(pair[0] == a for a, _ in links if (a, pair[1]) in links) for pair in near}

    def cost(order: tuple) -> float:
        y = _heights(order)
        length = sum((y[a] - height[b]) ** 2 for a, b in near)
        crossed = sum(
            (y[a] - y[c]) * (height[b] - height[d]) < 0 for (a, b), (c, d) in combinations(near, 2) if side[a, b] == side[c, d]
        )
        return length + CROSSING * crossed

    if len(column) > MOST_TRIED:
        mean = {n: np.mean([height[b] for a, b in near if a == n] or [height[n]]) for n in column}
        return sorted(column, key=lambda node: (-mean[node], str(node)))
    return list(min(permutations(column), key=cost))


def _heights(column: Sequence) -> dict:
    return {node: (len(column) - 1) / 2 - row for row, node in enumerate(column)}


def _most_telling(edges: pd.DataFrame, target: str) -> pd.DataFrame:
    """The arrows among at most MOST_NODES variables: those that lead to the target, then the surest others."""
    arrows = list(zip(edges["cause"], edges["effect"], strict=True))
    leading = _leading(arrows, target)
    first = [a for a in arrows if a[1] in leading | {target}]
    kept: set[str] = set()
    for arrow in [*first, *arrows]:
        if len(kept | set(arrow)) <= MOST_NODES:
            kept |= set(arrow)
    return edges[[cause in kept and effect in kept for cause, effect in arrows]].reset_index(drop=True)


def _leading(arrows: list[Arrow], target: str) -> set[str]:
    """Variables from which arrows lead to the target."""
    found: set[str] = set()
    while new := {cause for cause, effect in arrows if effect in found | {target}} - found:
        found |= new
    return found


def _draw_arrow(ax: Axes, points: list[tuple[float, float]], width: float, colour: str) -> None:
    """A smooth line through the points, level at each of them, from the side of the first box to that of the last."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    side = np.sign(x1 - x0) * BOX / 2
    stops = [(x0 + side, y0), *points[1:-1], (x1 - side, y1)]
    vertices, codes = [stops[0]], [Path.MOVETO]
    for (xa, ya), (xb, yb) in zip(stops, stops[1:], strict=False):
        middle = (xa + xb) / 2
        vertices += [(middle, ya), (middle, yb), (xb, yb)]
        codes += [Path.CURVE4] * 3
    ax.add_patch(
        FancyArrowPatch(
            path=Path(vertices, codes), arrowstyle="-|>", mutation_scale=7 + 2 * width, linewidth=width, color=colour,
            shrinkA=0, shrinkB=0, capstyle="butt", zorder=1,
        )
    )  # fmt: skip


def _draw_box(ax: Axes, x: float, y: float, text: str, target: bool) -> None:
    edge = FINDING if target else BAR
    ax.add_patch(
        FancyBboxPatch(
            (x - BOX / 2, y - HEIGHT / 2), BOX, HEIGHT, boxstyle="round,pad=0,rounding_size=0.08", mutation_aspect=1,
            facecolor=BAR if not target else "none", alpha=0.35 if not target else 1, edgecolor=edge, linewidth=1.4, zorder=2,
        )
    )  # fmt: skip
    ax.text(x, y, "\n".join(wrap(text, LINE)), ha="center", va="center", fontsize=9, zorder=3, linespacing=1.05)


def chances_figure(answers: pd.DataFrame, within: int, fmt: Formats, source: str) -> Figure:
    """A dot and a line for the range for each circumstance; a thin line marks all cases."""
    everybody = answers.iloc[0]
    rows = _shown(answers.iloc[1:])
    labels = [_words(given, fmt) for given in rows["given"]]
    left = everybody["probability"] < 0.7  # room for the words at the right of the line
    with canvas(height=0.9 + 0.36 * len(rows), grid="x") as (figure, ax):
        y = np.arange(len(rows))[::-1]
        ax.axvline(everybody["probability"], color=HISTORY, linewidth=1)
        ax.hlines(y, rows["low"], rows["high"], color=BAR, linewidth=4)
        ax.plot(rows["probability"], y, "o", color=FINDING, markersize=6)
        for row, probability in zip(y, rows["probability"], strict=True):
            ax.text(1.1, row, fmt.share(probability), va="center", ha="right", fontsize=9)
        ax.annotate(
            fmt.say("all cases {share}", share=fmt.share(everybody["probability"])), (everybody["probability"], len(rows) - 0.45),
            (4 if left else -4, 0), textcoords="offset points", va="bottom", ha="left" if left else "right", fontsize=9,
            color=HISTORY, bbox=ON_LINES,
        )  # fmt: skip
        ticks = [0, 0.25, 0.5, 0.75, 1]
        ax.set(xlim=(0, 1.1), ylim=(-0.6, len(rows) + 0.05), yticks=y, yticklabels=labels, xticks=ticks)
        ax.set_xticklabels([fmt.share(tick, 0) for tick in ticks])
        ax.tick_params(axis="y", length=0, labelsize=9)
        svg = finish(figure)
    told = zip(labels, rows["probability"], strict=True)
    alt = fmt.sentences(
        fmt.say("All cases: {share}.", share=fmt.share(everybody["probability"])),
        *(fmt.say("{circumstance}: {share}.", circumstance=label, share=fmt.share(p)) for label, p in told),
    )
    caption = fmt.say(
        "Share that buys again within {within} under each circumstance; lines hold the {level} range.",
        within=fmt.days(within), level=fmt.share(LEVEL),
    )  # fmt: skip
    table = Table(
        rows.assign(who=labels).drop(columns="given"), "Chances behind the figure.", source,
        {"who": ("Circumstances", "text"), "probability": ("Buy again", "share"), "low": ("Low", "share"),
         "high": ("High", "share"), "cases": ("Cases", "count")},
    )  # fmt: skip
    return Figure(svg, caption, source, alt, table)


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """At most MOST_ROWS: the first pairs, half of them, and circumstances one by one, those farthest from all cases first."""
    pair = rows["given"].map(len) > 1
    pairs = list(rows.index[pair][: MOST_ROWS // 2])
    farthest = rows.loc[~pair, "difference"].abs().sort_values(ascending=False, kind="stable").index
    return rows[rows.index.isin([*pairs, *farthest[: MOST_ROWS - len(pairs)]])]


def _words(given: dict[str, str], fmt: Formats) -> str:
    """ "Orders a year: 14 or more + satisfied": words that a variable has of its own speak for themselves in a pair."""
    alone = {v for v in given if driver_variables()[v].levels and len(given) > 1}
    parts = [state if v in alone else given_words({v: state}, fmt) for v, state in given.items()]
    text = " + ".join(parts)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
