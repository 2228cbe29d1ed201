"""Date axis: months and days as the reader writes them."""

import pandas as pd
import pytest

from playbook.methods.evaluation.telling.date_axis import date_axis
from playbook.result.formats import Formats
from playbook.result.theme import canvas


@pytest.mark.parametrize(
    ("locale", "days", "mark"),
    [("en", 300, "Mar 2026"), ("zh", 300, "2026年3月"), ("en", 20, "8 Feb"), ("zh", 20, "2月8日")],
)
def test_marks_in_the_reader_s_language(locale, days, mark):
    first = pd.Timestamp("2026-02-01")
    with canvas() as (figure, ax):
        ax.plot([first, first + pd.Timedelta(days=days)], [0, 1])
        date_axis(ax, Formats("EUR", locale))
        figure.draw_without_rendering()
        marks = [label.get_text() for label in ax.get_xticklabels()]
    assert mark in marks and len(marks) <= 8
