"""Sharing: what overlaps is credited once, whatever overlaps with what."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.evaluation.returning.sharing import credited, reached

ORDERS = pd.DataFrame({"customer_id": ["a", "b", "c", None]})
MEMBERS = pd.DataFrame(
    [("one", "a", "treated"), ("one", "b", "treated"), ("one", "c", "control"), ("two", "b", "treated"), ("two", "a", "control")],
    columns=["intervention_id", "customer_id", "group"],
)


def effects(*rows):
    frame = pd.DataFrame(rows, columns=["id", "label", "design", "start", "end"])
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


ONE = ("one", "One", "other customers", "2026-01-01", "2026-01-10")
TWO = ("two", "Two", "other customers", "2026-01-06", "2026-01-15")
LOT, LOTS = (*ONE[:2], "control group", *ONE[3:]), (*TWO[:2], "control group", *TWO[3:])
ALL = ("all", "All", "own past", "2026-01-11", "2026-01-12")


def test_only_the_same_customers_on_the_same_days_are_shared():
    table = effects(ONE, TWO)
    got, rows = reached(table, ORDERS, MEMBERS)
    assert got[[rows[c] for c in "abc"]].tolist() == [[True, False], [True, True], [False, False]]
    found = credited(table, got).table
    # one: 2 customers x 10 days, of which b on 5 days counts half; two: b on 10 days, of which 5 count half
    assert found["share"].tolist() == [pytest.approx(17.5 / 20), pytest.approx(7.5 / 10)]
    assert found["beside"].tolist() == [("Two",), ("One",)] and found["less"].tolist() == [(), ()]


def test_a_comparison_by_lot_measures_its_own_effect_and_counts_whole():
    """Two lots among the same customers, and one beside a campaign for everybody that reached both of its groups."""
    both = credited(effects(LOT, LOTS), np.ones((4, 2), dtype=bool))
    assert both.parts.tolist() == np.eye(2).tolist() and both.table["share"].tolist() == [1, 1]
    table = effects(LOT, ("tv", "TV", "own past", "2026-01-01", "2026-01-10"))
    found = credited(table, reached(table, ORDERS, MEMBERS)[0])
    assert found.parts.tolist() == [
        [1, 0],
        [-1, 1],
    ]  # what came by the lot is part of what came to everybody
    assert found.table["less"].tolist() == [(), ("One",)] and found.table["beside"].tolist() == [(), ()]


def test_what_better_comparisons_found_is_taken_off_as_far_as_it_lies_in_the_same_days():
    """Of ten days of two, TV ran on six; the rest of two has nothing to do with it. Both are whole in what came to everybody."""
    table = effects(LOTS, ("tv", "TV", "own past", "2026-01-01", "2026-01-11"))
    assert credited(table, reached(table, ORDERS, MEMBERS)[0]).parts.tolist() == [[1, 0], [pytest.approx(-0.6), 1]]


def test_two_for_everybody_share_what_is_left():
    days = ("2026-01-01", "2026-01-10")
    table = effects(
        ("lot", "Lot", "control group", *days), ("tv", "TV", "own past", *days), ("radio", "Radio", "own past", *days)
    )
    found = credited(table, np.ones((3, 3), dtype=bool))
    assert found.parts @ [40.0, 100.0, 100.0] == pytest.approx([40, 30, 30])


def test_a_lot_among_those_who_got_something_is_part_of_it_and_one_among_all_is_not():
    """Half of the ten treated drew a mail, or half of everybody did: only the first one set treated and others apart."""
    table = effects(("mail", "Mail", "control group", "2026-01-01", "2026-01-10"), ONE)
    treated = np.arange(40) < 10
    inside, across = np.arange(40) < 5, np.arange(40) % 2 == 0
    assert credited(table, np.column_stack([inside, treated])).parts[1].tolist() == [-1, 1]
    assert credited(table, np.column_stack([across, treated])).parts[1].tolist() == [0, 1]


def test_an_intervention_in_some_regions_reached_those_who_live_there():
    table = effects(ONE, ("north", "North", "other regions", "2026-01-01", "2026-01-10"))
    people = pd.DataFrame({"customer_id": ["a", "b", "c"], "region": ["north", "south", "north"]})
    got, rows = reached(table, ORDERS, MEMBERS, people, {"north": ("north",)})
    assert got[[rows[c] for c in "abc"], 1].tolist() == [True, False, True]
    assert credited(table, got).table["share"].tolist() == [0.75, 0.75]  # of two customers each, one in common


def test_without_customers_days_alone_decide():
    table = effects(("a", "A", "own past", "2026-01-01", "2026-01-10"), ("b", "B", "own past", "2026-01-10", "2026-01-10"))
    found = credited(table, reached(table, ORDERS[["customer_id"]].iloc[3:], None)[0]).table
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
            "design": "other customers",
            "start": [day + pd.Timedelta(days=s) for s in start],
            "end": [day + pd.Timedelta(days=s + n - 1) for s, n in zip(start, length, strict=True)],
        }
    )
    found = credited(table, got).table
    mine = got.sum(axis=0) * np.array(length)  # customer days of each, one unit brought on every one of them
    covered = sum(len({d for i in range(count) if row[i] for d in range(start[i], start[i] + length[i])}) for row in got)
    assert (found["share"] * mine).sum() == pytest.approx(covered)
    assert found["share"].between(0, 1).all()
