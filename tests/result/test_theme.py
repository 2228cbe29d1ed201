import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest

from playbook.result.theme import BAR, FINDING, FORECAST, GOOD, GRID, HISTORY, INK, PALETTE, canvas, finish


def draw() -> str:
    with canvas() as (figure, ax):
        ax.plot([1, 2, 3], [2, 1, 3], color=HISTORY)
        ax.text(1, 2, "Revenue <now> & then", color=FINDING)
        return finish(figure)


def test_the_chart_is_well_formed_and_its_words_are_words():
    texts = [element.text for element in ET.fromstring(draw()).iter("{http://www.w3.org/2000/svg}text")]
    assert "Revenue <now> & then" in texts


def test_no_date_no_metadata_no_style_sheet_nothing_to_fetch():
    svg = draw()
    assert svg.startswith("<svg")
    assert not re.search(r"<metadata|<style|<script|<!DOCTYPE|<\?xml|dc:date|Matplotlib", svg)
    assert set(re.findall(r'https?://[^"\s]+', svg)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_two_drawings_are_equal_to_the_byte():
    assert draw() == draw()


def test_colours_follow_the_page_and_fonts_are_the_readers():
    svg = draw()
    assert f"var(--finding, {FINDING})" in svg
    assert f"var(--muted, {HISTORY})" in svg
    assert "system-ui" in svg
    assert "DejaVu" not in svg


def test_settings_do_not_leak():
    before = dict(mpl.rcParams)
    draw()
    assert dict(mpl.rcParams) == before


def test_settings_do_not_leak_when_drawing_fails():
    before = dict(mpl.rcParams)
    with pytest.raises(ZeroDivisionError), canvas():
        _ = 1 / 0
    assert dict(mpl.rcParams) == before


def test_each_role_has_a_colour_of_its_own():
    roles = [INK, HISTORY, GRID, FORECAST, FINDING, GOOD, BAR]
    assert len(set(roles)) == len(roles)
    assert len(set(PALETTE)) == len(PALETTE)


def test_words_in_any_script_stay_words_and_raise_no_warning():
    with canvas() as (figure, ax):
        ax.set_title("降噪耳机")
        svg = finish(figure)
    assert "降噪耳机" in svg


@pytest.mark.parametrize("style", [{}, {"weight": "bold"}, {"weight": 600, "size": 13}, {"linespacing": 1.5}])
def test_a_label_is_as_high_as_matplotlib_measures_it(monkeypatch, style):
    def measured():
        with canvas() as (figure, ax):
            label = ax.text(1, 2, "Orders\n销售 per week", **style)
            return label.get_window_extent(figure.canvas.get_renderer()).bounds

    ours = measured()
    monkeypatch.delattr("playbook.result.theme._Renderer._get_font_height_metrics")
    assert ours == pytest.approx(measured(), abs=1e-9)
