"""Date axis: few marks, as the reader writes them, and only where there are data."""

import pandas as pd
import pytest

from playbook.result.date_axis import date_axis, date_marks
from playbook.result.formats import Formats
from playbook.result.theme import canvas

EN, ZH = Formats("EUR", "en"), Formats("EUR", "zh")


def marks(days, fmt=EN, **asked) -> list[str]:
    with canvas() as (figure, ax):
        ax.plot(days, range(len(days)))
        date_axis(ax, fmt, **asked)
        figure.draw_without_rendering()
        return [label.get_text() for label in ax.get_xticklabels()]


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        ("2026-02-06", "2026-02-08", ["6 Feb\n2026", "7 Feb", "8 Feb"]),
        ("2026-02-02", "2026-02-24", ["2 Feb\n2026", "9 Feb", "16 Feb", "23 Feb"]),
        ("2025-12-20", "2026-02-10", ["22 Dec\n2025", "5 Jan\n2026", "19 Jan", "2 Feb"]),
        ("2025-10-15", "2026-03-15", ["Nov\n2025", "Dec", "Jan\n2026", "Feb", "Mar"]),
        ("2025-10-01", "2026-09-01", ["Nov\n2025", "Jan\n2026", "Mar", "May", "Jul", "Sep"]),
        ("2024-06-01", "2026-10-01", ["Jul\n2024", "Jan\n2025", "Jul", "Jan\n2026", "Jul"]),
        ("2022-11-01", "2026-10-31", ["2023", "2024", "2025", "2026"]),
        ("1900-01-01", "2026-10-31", ["1900", "1950", "2000"]),
    ],
)
def test_the_longer_the_chart_the_wider_the_steps(first, last, written):
    assert marks(pd.date_range(first, last)) == written


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        ("2026-02-06", "2026-02-07", ["2月6日\n2026年", "2月7日"]),
        ("2025-12-01", "2026-02-15", ["12月\n2025年", "1月\n2026年", "2月"]),
        ("2025-01-01", "2027-10-01", ["2025年", "2026年", "2027年"]),
    ],
)
def test_in_chinese(first, last, written):
    assert marks(pd.date_range(first, last), ZH, most=4) == written


def test_no_more_than_asked_for():
    days = pd.date_range("2025-10-01", "2026-09-30")
    assert marks(days, most=3) == ["Jan\n2026", "Jul"]


def test_the_room_beside_the_data_stays_free():
    days = pd.date_range("2026-01-01", "2026-04-01")
    with canvas() as (figure, ax):
        ax.plot(days, range(len(days)))
        ax.set_xlim(days[0], pd.Timestamp("2026-12-31"))
        date_axis(ax, EN)
        assert [label.get_text() for label in ax.get_xticklabels()] == ["Jan\n2026", "Feb", "Mar", "Apr"]
        assert ax.get_xlim()[1] == 20818  # 31 December 2026, in days since 1970


def test_charts_that_share_their_days_share_the_marks():
    long, short = pd.date_range("2026-01-01", "2026-04-01"), pd.date_range("2026-03-01", "2026-04-01")
    with canvas(rows=2, sharex=True) as (figure, (above, below)):
        above.plot(long, range(len(long)))
        below.plot(short, range(len(short)))
        date_axis(below, EN)
        assert [label.get_text() for label in below.get_xticklabels()] == ["Jan\n2026", "Feb", "Mar", "Apr"]


def test_at_the_points_themselves_from_the_last_one_backwards():
    ends = pd.date_range("2025-09-30", "2026-09-30", freq="QE")
    assert marks(ends, at=ends, most=3) == ["Sep\n2025", "Mar\n2026", "Sep"]


def test_one_day_alone_and_none():
    assert date_marks(pd.DatetimeIndex(["2026-10-01"]), EN) == ["Oct\n2026"]
    assert date_marks(pd.DatetimeIndex([]), EN) == []
