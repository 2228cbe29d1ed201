from datetime import date

import pandas as pd
import pytest

from playbook.methods.strategy.planning.merged import dated, lists, merged, together
from playbook.result.contract import LINES, Proposal, Worklist
from playbook.result.formats import Formats

FMT, AS_OF = Formats("EUR"), date(2026, 10, 31)  # a Saturday


def proposal(id="mail", pool="purchases", values=None, cost=1.0, waits=True, lead=21, **changes):
    """A proposal with one line a key of ``values``; low is half, high double the value."""
    values = {"c1": 10.0, "c2": 5.0} if values is None else values
    lines = pd.DataFrame([(k, cost, v / 2, v, v * 2) for k, v in values.items()], columns=list(LINES))
    listed = Worklist(id, id, "Work through it.", lines, {"key": ("Customer", "text"), "value": ("Value", "money")}, "key")
    told = {
        "name": id,
        "action": "Write.",
        "whom": "Loyal",
        "owner": "sales",
        "kpi": "orders",
        "stop_rule": "Stop when it fails.",
    }
    return Proposal(
        id=id, pool=pool, lines=lines, lead_days=lead, review_days=91, worklist=listed, waits=waits, **{**told, **changes}
    )  # fmt: skip


def test_what_waits_for_money_comes_only_through_the_budget_and_what_needs_none_as_it_is():
    mail, stock = proposal(), proposal("stock", "stock", {"p1": 8.0}, cost=0.0, waits=False)
    assert [p.id for p in merged([mail, stock], [])] == ["stock"]
    assert [p.id for p in merged([mail, stock], [mail])] == ["mail", "stock"]


def test_a_customer_counts_in_the_better_of_two_offers_and_in_both_pools():
    mail, call = proposal(values={"c1": 10.0, "c2": 5.0}), proposal("call", values={"c1": 12.0, "c2": 4.0}, cost=2.0)
    price = proposal("price", "prices", {"c1": 3.0}, waits=False)
    kept = {p.id: p.lines["key"].tolist() for p in merged([price], [mail, call])}
    assert kept == {"mail": ["c2"], "call": ["c1"], "price": ["c1"]}


def test_dates_and_parts_by_hand():
    # 21 days after Saturday 31 October is Saturday 21 November: the Monday after, and 91 days on a Monday again
    mail, call = proposal(values={"c1": 10.0, "c2": 5.0}), proposal("call", values={"c1": 12.0}, lead=0)
    kept = merged([], [mail, call])
    rows = dated(kept, [mail, call], AS_OF, FMT).set_index("action_id")
    assert list(rows.index) == ["call", "mail"]
    assert rows["start"].dt.strftime("%Y-%m-%d").to_list() == ["2026-11-02", "2026-11-23"]
    assert rows["review"].dt.strftime("%Y-%m-%d").to_list() == ["2027-02-01", "2027-02-22"]
    assert rows.loc["mail", "whom"] == "Loyal (1 of 2)" and rows.loc["call", "whom"] == "Loyal"
    assert rows["cost"].to_list() == [1.0, 1.0] and rows["value"].to_list() == [12.0, 5.0]
    assert rows["days"].to_list() == [365, 365]
    assert dated([proposal(days=28)], [], AS_OF, FMT)["days"].to_list() == [28]


def test_nobody_starts_between_the_years():
    starts = dated([proposal(lead=21), proposal("b", lead=42)], [], date(2026, 12, 1), FMT)["start"]
    assert starts.dt.strftime("%Y-%m-%d").to_list() == ["2027-01-04", "2027-01-18"]


def test_a_list_holds_the_rows_of_the_plan_and_adds_up_to_it():
    mail, call = proposal(values={"c1": 10.0, "c2": 5.0}), proposal("call", values={"c1": 12.0})
    kept = merged([], [mail, call])
    found = {w.id: w.frame for w in lists(kept)}
    assert found["mail"]["key"].tolist() == ["c2"] and len(mail.worklist.frame) == 2
    rows = dated(kept, [mail, call], AS_OF, FMT).set_index("action_id")
    for id, frame in found.items():
        assert frame["value"].sum() == rows.loc[id, "value"]


def test_ranges_add_up_within_a_gain_and_as_squares_between_gains():
    # purchases 15 from 7.5 to 30, prices 4 from 2 to 8: down (7.5, 2), up (15, 4)
    actions = dated([proposal(), proposal("price", "prices", {"p": 4.0})], [], AS_OF, FMT)
    low, value, high = together(actions)
    assert value == 19.0
    assert low == pytest.approx(19 - (7.5**2 + 2**2) ** 0.5) and high == pytest.approx(19 + (15**2 + 4**2) ** 0.5)


def test_nothing_to_do():
    assert merged([], []) == () and dated([], [], AS_OF, FMT).empty
    assert together(dated([], [], AS_OF, FMT)) == (0.0, 0.0, 0.0)
