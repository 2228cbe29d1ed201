"""Ticks below a chart, in the reader's language."""

from datetime import date

import pandas as pd
import pytest

from playbook.methods.monitoring.ticks import month_ticks, short_day
from playbook.result.formats import Formats
from playbook.result.theme import canvas


@pytest.mark.parametrize(("locale", "written"), [("en", "5 Oct"), ("zh", "10月5日")])
def test_a_day_has_no_year(locale, written):
    assert short_day(date(2026, 10, 5), Formats("EUR", locale)) == written


@pytest.mark.parametrize(("locale", "year", "month"), [("en", "2026", "Jul"), ("zh", "2026年", "7月")])
def test_january_is_written_as_its_year(locale, year, month):
    with canvas() as (figure, ax):
        ax.plot(pd.date_range("2025-10-01", periods=12, freq="MS"), range(12))
        month_ticks(ax.xaxis, Formats("EUR", locale), 6)
        figure.canvas.draw()
        written = [tick.get_text() for tick in ax.get_xticklabels()]
    assert {year, month} <= set(written) and len(written) <= 7
