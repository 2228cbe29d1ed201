"""Shares: churn and satisfaction counted on tables small enough to count by hand."""

from datetime import date

import pandas as pd

from playbook.methods.needs_analysis.kpis.data import Data
from playbook.methods.needs_analysis.kpis.shares import share_counts


def orders(*rows: tuple[str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "customer_id", "revenue"])
    return frame.assign(day=pd.to_datetime(frame["day"]), order_id=range(len(frame)))


def test_churn_counts_those_who_bought_in_the_window_before_and_not_since():
    # Windows of two months. January and February: a, b, c (c only sent goods back: no customer). March and April: a, d.
    frame = orders(
        ("2026-01-01", "a", 10), ("2026-02-03", "b", 10), ("2026-02-04", "c", -5),
        ("2026-03-05", "a", 10), ("2026-04-06", "d", 10),
    )  # fmt: skip
    counts = share_counts("churn", Data(date(2026, 4, 30), order_totals=frame), 2)
    assert counts.to_dict("index") == {pd.Timestamp("2026-04-01"): {"hits": 1, "cases": 2}}


def test_churn_needs_two_windows():
    frame = orders(("2026-01-01", "a", 10), ("2026-03-05", "a", 10))
    assert share_counts("churn", Data(date(2026, 3, 31), order_totals=frame), 2).empty


def test_contracts_churn_when_they_end():
    # On 1 March 2026, before the window of March and April: a and b are bound, c has left, d comes later, e leaves in the window.
    frame = pd.DataFrame(
        {
            "customer_id": list("abcde"),
            "start": pd.to_datetime(["2026-01-01", "2026-01-01", "2026-01-01", "2026-03-15", "2026-02-01"]),
            "end": pd.to_datetime([None, None, "2026-02-10", None, "2026-04-30"]),
        }
    )
    counts = share_counts("churn", Data(date(2026, 4, 30), contracts=frame), 2)
    assert counts.loc[pd.Timestamp("2026-04-01")].to_dict() == {"hits": 1, "cases": 3}


def test_contracts_of_which_none_ever_ended_say_nothing_of_churn():
    frame = pd.DataFrame({"customer_id": ["a"], "start": pd.to_datetime(["2026-01-01"]), "end": pd.to_datetime([None])})
    assert share_counts("churn", Data(date(2026, 4, 30), contracts=frame)).empty


def test_four_and_five_of_five_are_satisfied():
    answers = pd.DataFrame(
        {"date": pd.to_datetime(["2026-01-01", "2026-01-15", "2026-01-31", "2026-01-31"]), "satisfaction": [5, 4, 3, None]}
    )
    counts = share_counts("csat", Data(date(2026, 1, 31), survey_answers=answers))
    assert counts.to_numpy().tolist() == [[2, 3]]
