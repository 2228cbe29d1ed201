"""Layout: room for the labels around a figure's axes, as matplotlib's constrained layout makes it, in less time.

Constrained layout measures every label twice, for labels may come out otherwise once the axes have their places. Of a single
axes most do not.
"""

from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox

__all__ = ["RoomForLabels"]

PAD = 3.0  # points around all: what constrained layout leaves
NEAR = 0.5  # points that nobody sees


class RoomForLabels(ConstrainedLayoutEngine):
    """Of a figure that holds one axes and nothing else, measures what sticks out of it and makes it as large as that leaves;
    a second time only where other marks are shown at that size, or where a text in the axes reaches its edge. Any other figure
    is matplotlib's to lay out."""

    def execute(self, fig: Figure) -> None:
        """Place all axes."""
        if len(fig.axes) != 1 or len(fig.get_children()) > 2:  # a figure's first child is its paper
            return super().execute(fig)
        ax, renderer = fig.axes[0], fig.canvas.get_renderer()
        marks, text_at_edge = _marks(ax), _place(ax, renderer)
        if text_at_edge or _marks(ax) != marks or _text_sticks_out(ax, renderer):
            _place(ax, renderer)
        return None


def _place(ax: Axes, renderer: RendererBase) -> bool:
    """Give the axes its place; whether a text in it settled that."""
    page, frame = ax.figure.bbox, ax.get_position(original=True).transformed(ax.figure.transFigure)
    box, texts = ax.get_tightbbox(renderer, for_layout_only=True), _texts(ax, renderer)
    low, high = frame.min - box.min + PAD, page.max - (box.max - frame.max) - PAD
    ax.set_position(Bbox([low, high]).transformed(ax.figure.transFigure.inverted()))
    return texts is not None and bool((abs(texts.get_points() - box.get_points()) < NEAR).any())


def _marks(ax: Axes) -> list[list[float]]:
    return [list(axis.get_majorticklocs()) for axis in (ax.xaxis, ax.yaxis)]


def _texts(ax: Axes, renderer: RendererBase) -> Bbox | None:
    boxes = [text.get_tightbbox(renderer) for text in ax.texts if text.get_in_layout() and text.get_visible()]
    return Bbox.union(boxes) if boxes else None


def _text_sticks_out(ax: Axes, renderer: RendererBase) -> bool:
    texts, page = _texts(ax, renderer), ax.figure.bbox.padded(NEAR - PAD)
    return texts is not None and bool((texts.min < page.min).any() or (texts.max > page.max).any())
