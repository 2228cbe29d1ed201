"""Theme: colour roles, sizes and the way a chart is finished; the same for every figure in every report.

    with canvas(height=3.2) as (figure, ax):
        ax.plot(...)
        svg = finish(figure)

Text is measured with DejaVu Sans, which comes with matplotlib, Chinese text with Noto Sans CJK, which comes
with a package, and handed to the reader's own fonts in the SVG. Colours become the page's CSS variables, so
that charts follow light, dark and print.
"""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontEntry, FontProperties, fontManager, get_font

from playbook.result.canvases import blank, lay_in

__all__ = [
    "BAR",
    "FINDING",
    "FONT",
    "FORECAST",
    "GOOD",
    "GRID",
    "HISTORY",
    "INK",
    "ON_LINES",
    "PALETTE",
    "PAPER",
    "canvas",
    "finish",
    "make_ready",
]

INK, HISTORY, GRID, PAPER = "#1b212b", "#5b6472", "#dfe4ec", "#ffffff"
FORECAST, FINDING, GOOD, BAR = "#1f5fd0", "#b3541e", "#19734a", "#9fb3d9"
# Segments and other categories: Okabe and Ito's set for colour-blind readers, without the yellow that paper swallows.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#5b6472", "#7a5195")

# Behind a label that may lie on a line: the paper shows, the line does not.
ON_LINES = {"facecolor": PAPER, "linewidth": 0, "pad": 1.5}

_VARIABLES = {
    PAPER: "paper", INK: "ink", HISTORY: "muted", GRID: "line", FORECAST: "accent", FINDING: "finding", GOOD: "good", BAR: "bar",
}  # fmt: skip
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_LATIN = "DejaVu Sans"
_CHINESE = "Noto Sans CJK JP"  # the first face of the collection: Chinese, Japanese and Korean have the same widths
WIDTH = 7.5  # inches; the column of the page is 44 to 56 rem wide

_SETTINGS = {
    "font.family": [_LATIN, _CHINESE],
    "font.size": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "text.color": INK,
    "axes.labelcolor": HISTORY,
    "xtick.color": HISTORY,
    "ytick.color": HISTORY,
    "axes.edgecolor": HISTORY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titley": 1.0,  # no chart has marks above it that its title would have to stay clear of
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.bottom": True,
    "xtick.major.size": 3.5,
    "ytick.left": False,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": PAPER,
    "patch.force_edgecolor": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.parse_math": False,  # two dollar signs in a label are money, not mathematics
    "svg.fonttype": "none",
    "svg.hashsalt": "playbook",
    "axes.unicode_minus": True,
}

fontManager.ttflist.append(  # known by name without reading its 20 MB: it is opened when a Chinese character is measured
    FontEntry(fname=str(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc"), name=_CHINESE, weight=400)
)


class _Renderer(RendererSVG):
    """Knows how high a line of text is; matplotlib would look up its font and open the font's tables for every label anew."""

    def _get_font_height_metrics(self, font: FontProperties) -> tuple[float, float, float]:
        """Ascent, descent and the gap between two lines in points: matplotlib asks its own PDF and PS renderers for them."""
        return tuple(part * font.get_size_in_points() for part in _line(font.get_weight()))


@cache
def _line(weight: str | int) -> tuple[float, float, float]:
    """Ascent, descent and gap of a line as shares of its font's size."""
    font = get_font(fontManager.findfont(FontProperties(family=_LATIN, weight=weight)))
    told, size = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")["unitsPerEm"]
    return told["sTypoAscender"] / size, -told["sTypoDescender"] / size, told["sTypoLineGap"] / size


class _Page(FigureCanvasSVG):
    """An SVG page of which one renderer lays out, measures and draws all, so that it measures each text once."""

    def __init__(self, figure: Canvas):
        super().__init__(figure)
        self._written = io.StringIO()
        width, height = figure.bbox.size
        self._renderer = _Renderer(width, height, self._written, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))

    def get_renderer(self) -> RendererSVG:
        """What the figure measures its texts with."""
        return self._renderer

    def svg(self) -> str:
        """The figure as an SVG file, drawn once."""
        self.figure.draw(self._renderer)
        self._renderer.finalize()
        return self._written.getvalue()


@contextmanager
def canvas(
    rows: int = 1, columns: int = 1, height: float = 3.2, grid: Literal["x", "y"] = "y", **subplots
) -> Iterator[tuple[Canvas, Axes]]:
    """A figure of the page's width in the house style, with its axes (an array when there are several); its size stays, and it is
    finished once.

    ``grid``: the axis along which values run; its marks have grid lines.
    """
    with mpl.rc_context(_SETTINGS | {"axes.grid.axis": grid}), warnings.catch_warnings():
        # Clients write in any script: only the fonts that measure lack it, the reader's own fonts have it.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font", category=UserWarning)
        figure, axes = blank(rows, columns, **subplots)
        figure.set_size_inches(WIDTH, height)
        _Page(figure)
        yield figure, axes


def make_ready(count: int) -> None:
    """Make ``count`` canvases in advance for each direction of the values, for processes that are forked from this one."""
    for grid in ("x", "y"):
        with mpl.rc_context(_SETTINGS | {"axes.grid.axis": grid}):
            lay_in(count)


def finish(figure: Canvas) -> str:
    """The figure as an ``<svg>`` element: real text, the reader's fonts, colours as CSS variables, no date, no metadata."""
    for ax in figure.axes:
        ax.spines[:].set_in_layout(False)  # an axis and its marks take no room that their labels do not
        for axis in (ax.xaxis, ax.yaxis):
            if not axis.get_label_text():
                axis.set_label_coords(0, 0)  # no label: no need to measure all marks for a place beyond them
    svg = figure.canvas.svg()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style type=\"text/css\">.*?</style>\s*", "", svg, flags=re.DOTALL)  # one page, one style sheet
    svg = re.sub(r"font: ([^;\"]*?)'DejaVu Sans'[^;\"]*", rf"font: \g<1>{FONT}", svg)
    svg = re.sub(r"font-family: [^;\"]*", f"font-family: {FONT}", svg)
    for colour, role in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{role}, {colour})")
    return svg.strip()
