"""Sharing: what overlaps is credited once, whatever overlaps with what."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.evaluation.returning.sharing import reached, shares

ORDERS = pd.DataFrame({"customer_id": ["a", "b", "c", None]})
MEMBERS = pd.DataFrame(
    [("one", "a", "treated"), ("one", "b", "treated"), ("one", "c", "control"), ("two", "b", "treated"), ("two", "a", "control")],
    columns=["intervention_id", "customer_id", "group"],
)


def effects(*rows):
    frame = pd.DataFrame(rows, columns=["id", "label", "design", "start", "end"])
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


ONE = ("one", "One", "control group", "2026-01-01", "2026-01-10")
TWO = ("two", "Two", "control group", "2026-01-06", "2026-01-15")
ALL = ("all", "All", "own past", "2026-01-11", "2026-01-12")


def test_only_the_same_customers_on_the_same_days_are_shared():
    table = effects(ONE, TWO)
    got, rows = reached(table, ORDERS, MEMBERS)
    assert got[[rows[c] for c in "abc"]].tolist() == [[True, False], [True, True], [False, False]]
    found = shares(table, got)
    # one: 2 customers x 10 days, of which b on 5 days counts half; two: b on 10 days, of which 5 count half
    assert found["share"].tolist() == [pytest.approx(17.5 / 20), pytest.approx(7.5 / 10)]
    assert found["beside"].tolist() == ["Two", "One"]


def test_an_intervention_for_everybody_shares_with_all_that_run_then():
    table = effects(ONE, TWO, ALL)
    found = shares(table, reached(table, ORDERS, MEMBERS)[0])
    # all: a, b, c on 2 days; b shares both with two, which has 10 customer days: 5 and 2 halves
    assert found["share"].tolist() == [pytest.approx(17.5 / 20), pytest.approx(6.5 / 10), pytest.approx(5 / 6)]
    assert found.loc[2, "beside"] == "Two"


def test_an_intervention_in_some_regions_reached_those_who_live_there():
    table = effects(ONE, ("north", "North", "other regions", "2026-01-01", "2026-01-10"))
    people = pd.DataFrame({"customer_id": ["a", "b", "c"], "region": ["north", "south", "north"]})
    got, rows = reached(table, ORDERS, MEMBERS, people, {"north": ("north",)})
    assert got[[rows[c] for c in "abc"], 1].tolist() == [True, False, True]
    assert shares(table, got)["share"].tolist() == [0.75, 0.75]  # of two customers each, one in common


def test_without_customers_days_alone_decide():
    table = effects(("a", "A", "own past", "2026-01-01", "2026-01-10"), ("b", "B", "own past", "2026-01-10", "2026-01-10"))
    found = shares(table, reached(table, ORDERS[["customer_id"]].iloc[3:], None)[0])
    assert found["share"].tolist() == [pytest.approx(0.95), pytest.approx(0.5)]


@given(st.data())
def test_no_customer_and_day_counts_more_than_once(data):
    count, customers = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    start = data.draw(st.lists(st.integers(0, 20), min_size=count, max_size=count))
    length = data.draw(st.lists(st.integers(1, 15), min_size=count, max_size=count))
    row = st.lists(st.booleans(), min_size=count, max_size=count)
    got = np.array(data.draw(st.lists(row, min_size=customers, max_size=customers)))
    day = pd.Timestamp("2026-01-01")
    table = pd.DataFrame(
        {
            "id": range(count),
            "label": [str(i) for i in range(count)],
            "start": [day + pd.Timedelta(days=s) for s in start],
            "end": [day + pd.Timedelta(days=s + n - 1) for s, n in zip(start, length, strict=True)],
        }
    )
    found = shares(table, got)
    mine = got.sum(axis=0) * np.array(length)  # customer days of each, one unit brought on every one of them
    covered = sum(len({d for i in range(count) if row[i] for d in range(start[i], start[i] + length[i])}) for row in got)
    assert (found["share"] * mine).sum() == pytest.approx(covered)
    assert found["share"].between(0, 1).all()
