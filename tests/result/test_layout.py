"""Room for labels is what matplotlib's constrained layout makes, also where labels change with the room they leave."""

import pytest
from matplotlib.layout_engine import ConstrainedLayoutEngine

from playbook.result import layout
from playbook.result.layout import RoomForLabels
from playbook.result.theme import canvas, finish


def lines(figure, ax):
    ax.plot([0, 1, 2], [0, 1_250_000, 30])
    ax.set(title="Revenue", xlabel="month", ylabel="euros")


def label_at_the_end(figure, ax):
    ax.plot([0, 1, 2], [5, 3, 9])
    ax.annotate("Champions, the best of all customers", (2, 9), (5, 0), textcoords="offset points")


def label_that_will_stick_out(figure, ax):
    ax.barh(["A", "B"], [3, 100])
    ax.text(86, 1, "as much as all others")


def other_marks_at_that_size(figure, ax):
    ax.plot([0, 1], [0, 97])
    figure.set_size_inches(7.5, 1.75)


def legend_outside(figure, ax):
    ax.plot([0, 1], [0, 1], label="one")
    figure.legend(loc="outside upper left")


def second_axis(figure, ax):
    ax.twinx().plot([0, 1], [0, 1e6])


def hidden_text(figure, ax):
    ax.text(2, 2, "far away and not shown", visible=False)


CASES = [lines, label_at_the_end, label_that_will_stick_out, other_marks_at_that_size, legend_outside, second_axis, hidden_text]


def places(draw, engine):
    with canvas() as (figure, ax):
        figure.set_layout_engine(engine)
        draw(figure, ax)
        finish(figure)
        return [v * side for axes in figure.axes for v, side in zip(axes.get_position().extents, [540, 230] * 2, strict=True)]


@pytest.mark.parametrize("draw", CASES)
def test_every_axes_has_the_place_that_constrained_layout_gives_it(draw):
    assert places(draw, RoomForLabels()) == pytest.approx(places(draw, ConstrainedLayoutEngine()), abs=0.5)  # points


@pytest.mark.parametrize(("draw", "times"), [(lines, 1), (label_at_the_end, 2), (other_marks_at_that_size, 2), (second_axis, 0)])
def test_labels_are_measured_again_only_where_they_may_come_out_otherwise(draw, times, monkeypatch):
    measured, usual = [], layout._place
    monkeypatch.setattr(layout, "_place", lambda ax, renderer: measured.append(ax) or usual(ax, renderer))
    places(draw, RoomForLabels())
    assert len(measured) == times
