"""A canvas that was laid in draws what a new one draws, and is taken only where it would have been made the same."""

import matplotlib as mpl
import pytest

from playbook.result import canvases
from playbook.result.theme import canvas, finish, make_ready


@pytest.fixture
def laid_in(monkeypatch):
    monkeypatch.setattr(canvases, "_laid_in", [])
    make_ready(1)
    return lambda: len(canvases._laid_in)


def drawn(**shape) -> str:
    with canvas(**shape) as (figure, ax):
        ax.barh(["North", "South"], [3, 11_000]) if shape.get("grid") == "x" else ax.plot([1, 2, 30], [2, 1, 3])
        ax.set_title("Revenue")
        ax.set_xticks([1, 2])
        ax.tick_params(axis="y", length=0)
        return finish(figure)


@pytest.mark.parametrize("grid", ["x", "y"])
def test_one_laid_in_and_a_new_one_draw_the_same(laid_in, grid):
    taken = drawn(grid=grid, height=2.5)
    assert laid_in() == 1  # the other direction's
    assert taken == drawn(grid=grid, height=2.5)
    assert laid_in() == 1


def test_several_axes_and_changed_settings_get_new_ones(laid_in):
    with canvas(columns=2):
        assert laid_in() == 2
    with mpl.rc_context({"axes.titlesize": 30}):
        large = drawn()
        assert laid_in() == 2
    assert drawn() != large
    assert laid_in() == 1


def test_how_a_notebook_shows_its_own_charts_makes_no_difference(laid_in):
    with mpl.rc_context({"backend": "agg"}):
        drawn()
        assert laid_in() == 1
