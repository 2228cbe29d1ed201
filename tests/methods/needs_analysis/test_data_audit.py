"""Data audit: the verdict in words, the order of what was found, and totals to the cent."""

from dataclasses import replace
from datetime import date

import pytest

from playbook.intake.verdict import Audit, Check, Inventory
from playbook.methods.needs_analysis.data_audit import data_audit
from playbook.result.formats import Formats

EUR = Formats("EUR")
ORDERS = Inventory("orders", "raw/orders.csv", 1200, date(2025, 1, 1), date(2025, 12, 31), 12345.67)
TICKETS = Inventory("tickets", "raw/tickets.jsonl", 7, None, None, None)
CAUTION = Check(
    "empty", "caution", "orders", "customer_id", 30, 1200, ("A-1",), "These orders have no customer.", "Ask for the ids."
)


def test_totals_can_be_reconciled_to_the_cent():
    result = data_audit(Audit((), (ORDERS, TICKETS)), EUR)
    assert result.headline == "The data are fit for use, and nothing stood out"
    assert [f.sentence for f in result.findings] == [
        "The orders table holds 1,200 rows from 1 January 2025 to 31 December 2025 and adds up to €12,345.67."
    ]
    assert len(result.tables) == 1
    assert result.table["rows"].tolist() == [1200, 7]


@pytest.mark.parametrize(
    ("levels", "headline"),
    [
        (("caution",), "The data are fit for use; 1 point deserves care"),
        (("caution", "note", "caution"), "The data are fit for use; 2 points deserve care"),
        (("note",), "The data are fit for use, and nothing stood out"),
        (("caution", "stop"), "The data are not yet fit for use: 1 fault makes numbers wrong"),
    ],
)
def test_the_headline_is_the_verdict(levels, headline):
    assert data_audit(Audit(tuple(replace(CAUTION, level=level) for level in levels), ()), EUR).headline == headline


def test_the_gravest_and_widest_come_first():
    checks = tuple(
        replace(CAUTION, level=level, rows=rows) for level, rows in [("note", 9), ("caution", 30), ("stop", 1), ("caution", 600)]
    )
    result = data_audit(Audit(checks, (ORDERS,)), EUR)
    assert result.tables[1].frame[["level", "rows"]].to_numpy().tolist() == [
        ["stop", 1],
        ["caution", 600],
        ["caution", 30],
        ["note", 9],
    ]
    assert [f.n for f in result.findings] == [
        1200,
        1200,
        1200,
        1200,
    ]  # a stop, two cautions, the total; the note stays in the table
    assert "examples" not in result.tables[1].frame


def test_a_finding_says_where_how_many_why_and_what_to_do():
    found = data_audit(Audit((CAUTION,), ()), EUR).findings[0]
    assert found.id == "data-audit-empty-orders-customer-id"
    assert found.sentence == "customer_id in table orders: 30 of 1,200 rows (2.5%). These orders have no customer."
    assert found.action == "Ask for the ids."
    whole = data_audit(Audit((replace(CAUTION, column=None, of=0),), ()), EUR).findings[0]
    assert whole.sentence.startswith("Table orders: 30 rows.")
    late = data_audit(Audit((replace(CAUTION, rows=0, of=1_200), replace(CAUTION, rows=1, of=1)), ()), EUR).findings
    assert [f.sentence.partition(".")[0].partition(": ")[2] for f in late] == ["1 row", "1,200 rows"]
    rare = data_audit(Audit((replace(CAUTION, rows=1, of=90_000),), ()), EUR).findings[0]
    assert rare.sentence.startswith("customer_id in table orders: 1 of 90,000 rows. ")


def test_nothing_sent_is_no_crash():
    result = data_audit(Audit((), ()), EUR)
    assert (result.tables, result.findings, result.figures()) == ((), (), ())
