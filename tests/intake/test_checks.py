"""Every rule, on a few rows with one thing wrong; the clock is always set."""

from datetime import date, timedelta

import pytest

from playbook.errors import IntakeError
from playbook.intake.checks import Inventory, audit, require_sound
from playbook.intake.sources import fingerprint, source_files
from playbook.intake.tables import open_tables

TODAY = date(2026, 6, 30)
HEAD = "order,day,sum,who,what\n"
GOOD = [f"A{i},{date(2026, 1, 1) + timedelta(days=i)},{10 + i % 7},C{i % 5},P{i % 3}" for i in range(120)]


@pytest.fixture
def checks(make_client):
    """``checks(lines, ...)``: what the audit of these order lines (after 120 good ones) finds, by rule."""

    def run(*lines: str, good: bool = True, raw: dict | None = None, **more) -> dict:
        text = HEAD + "\n".join([*(GOOD if good else []), *lines]) + "\n"
        found = audit(make_client({"orders.csv": text, **(raw or {})}, **more), TODAY).checks
        return {check.rule: check for check in found}

    return run


def expect(found: dict, rule: str, level: str, rows: int, column: str | None, example: str):
    check = found[rule]
    assert (check.level, check.rows, check.column) == (level, rows, column)
    assert any(example in shown for shown in check.examples), check.examples
    assert check.reason.endswith(".")
    assert check.remedy.endswith(".")


def test_good_lines_give_no_check_and_a_total_to_reconcile(make_client):
    found = audit(make_client({"orders.csv": HEAD + "\n".join(GOOD)}), TODAY)
    assert found.checks == ()
    assert found.inventory == (
        Inventory("orders", "orders.csv", 120, date(2026, 1, 1), date(2026, 4, 30), 1557.0),
    )  # 17 * 91 + 10


@pytest.mark.parametrize(
    ("line", "rule", "level", "column", "example"),
    [
        (",2026-03-01,5,C1,P1", "empty-value", "stop", "order_id", "orders.csv line 122: empty"),
        ("B1,,5,C1,P1", "empty-value", "stop", "order_date", "line 122"),
        ("B1,2026-03-01,,C1,P1", "empty-value", "stop", "revenue", "line 122"),
        ('B1,2026-03-01,"12,x",C1,P1', "unreadable-value", "stop", "revenue", "orders.csv line 122: '12,x'"),
        ("B1,31.12.2025,5,C1,P1", "unreadable-value", "stop", "order_date", "'31.12.2025'"),
        ("B1,2026-07-01,5,C1,P1", "future-date", "stop", "order_date", "2026-07-01"),
        ("B1,1970-01-01,5,C1,P1", "very-old-date", "stop", "order_date", "1970-01-01"),
        ("B1,2026-03-01,-5,C1,P1", "unusual-value", "note", "revenue", "line 122: -5"),
        ("B1,2026-03-01,5,,P1", "missing-id", "note", "customer_id", "line 122: empty"),
        ("A1,2026-01-02,11,C1,P1", "repeated-line", "caution", None, "line 122: 'A1'"),
        ("B1,2026-03-01,16000,C1,P1", "extreme-line", "caution", "revenue", "line 122: 16,000"),
    ],
)
def test_one_bad_line_is_found_and_placed(checks, line, rule, level, column, example):
    expect(checks(line), rule, level, 1, column, example)


def test_an_order_with_two_customers(checks):
    expect(checks("A1,2026-01-02,3,C9,P9"), "two-customers", "caution", 2, "customer_id", "line 3: 'A1'")


def test_rows_after_the_as_of_day_are_noted_with_their_money(checks):
    found = checks("B1,2026-05-02,7,C1,P1", "B2,2026-05-03,5,C1,P1", keys={"as_of": "2026-05-01"})
    expect(found, "after-as-of", "note", 2, "order_date", "line 122: 2026-05-02")
    assert "€12" in found["after-as-of"].reason


def test_an_as_of_day_before_all_rows_is_a_stop(checks):
    trial = {"id": "spring", "start": "2026-03-02", "end": "2026-03-29"}
    found = checks(keys={"as_of": "2025-12-31", "interventions": [trial]})
    assert list(found) == ["nothing-counted"]  # nothing that only says it again, as what lies after the day and outside of it
    assert found["nothing-counted"].level == "stop"
    assert "to 1 January 2026 or later." in str(found["nothing-counted"].remedy)
    assert list(checks(keys={"as_of": "2026-01-01", "interventions": [trial]})) == ["intervention-outside", "after-as-of"]


def test_rows_that_all_lie_in_the_future_are_not_mended_by_a_later_day(checks):
    found = checks("B1,2093-01-01,7,C1,P1", good=False)
    assert found["nothing-counted"].remedy == "Please have the dates corrected: all of them lie in the future."


def test_what_the_day_leaves_of_another_table_is_still_told(checks):
    pipeline = "deal,opened,state\n" + "\n".join(f"D{i},2026-05-{i:02d},open" for i in range(10, 20))
    columns = {"opportunity_id": "deal", "created_on": "opened", "stage": "state"}
    source = {"path": "raw/deals.csv", "columns": columns}
    found = checks("B1,2026-05-02,7,C1,P1", raw={"deals.csv": pipeline}, keys={"as_of": "2026-05-01"}, pipeline=source)
    assert (found["nothing-counted"].table, found["after-as-of"].table) == ("pipeline", "orders")


def test_orders_without_any_revenue_are_a_stop(checks):
    for amount in ("0", "-7"):
        found = checks(*(f"B{i},2026-05-0{i},{amount},C1,P1" for i in range(1, 5)), good=False)
        assert found["no-revenue"].level == "stop"


def test_orders_without_rows_are_a_stop_other_tables_a_caution(checks):
    found = checks(good=False, raw={"c.csv": "id\n"}, customers={"path": "raw/c.csv", "columns": {"customer_id": "id"}})
    assert found["empty-table"].level == "caution"  # the last by level
    with_stop = [c for c in found.values() if c.level == "stop"]
    assert not with_stop or with_stop[0].table == "orders"


def test_a_key_that_repeats_is_a_stop(checks):
    found = checks(
        raw={"c.csv": "id\nC0\nC1\nC2\nC3\nC4\nC1\nC1\n"}, customers={"path": "raw/c.csv", "columns": {"customer_id": "id"}}
    )
    expect(found, "duplicate-key", "stop", 2, "customer_id", "c.csv line 3: 'C1'")


def test_ids_that_point_nowhere_come_with_share_and_money(checks):
    found = checks(raw={"c.csv": "id\nC0\nC1\nC2\nC3\n"}, customers={"path": "raw/c.csv", "columns": {"customer_id": "id"}})
    expect(found, "unknown-id", "caution", 24, "customer_id", "'C4' in 24 rows")
    assert "20.0%" in found["unknown-id"].reason


def test_values_out_of_bounds_are_stops(checks):
    survey = {"path": "raw/s.csv", "columns": {"date": "day", "recommend": "nps"}}
    expect(
        checks(raw={"s.csv": "day,nps\n2026-01-01,11\n"}, surveys=survey),
        "impossible-value",
        "stop",
        1,
        "recommend",
        "s.csv line 2: 11",
    )
    expect(
        checks(raw={"s.csv": "day,nps\n2026-01-01,-1\n"}, surveys=survey),
        "impossible-value",
        "stop",
        1,
        "recommend",
        "s.csv line 2: -1",
    )


def test_an_unreadable_flag_is_only_a_caution(checks):
    columns = {"order_id": "order", "order_date": "day", "revenue": "sum", "flagged": "who"}
    assert checks(orders={"columns": columns})["unreadable-value"].level == "caution"


def test_separators_that_may_mislead(checks):
    lines = ["B1,2026-03-01,1.250,C1,P1", "B2,2026-03-01,2.300,C1,P1", "B3,2026-03-01,14.999,C1,P1"]
    expect(checks(*lines), "doubtful-separator", "caution", 3, "revenue", "'1.250'")
    assert "doubtful-separator" not in checks(*lines, "B4,2026-03-01,9.95,C1,P1")


def test_a_gap_in_time_is_found_and_a_shop_closed_on_sundays_is_none(checks):
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(150)]
    weekdays = [f"B{i},{d},{5 + i % 4},C1,P{i}" for i, d in enumerate(days) if d.weekday() < 5]
    assert "gap-in-time" not in checks(*weekdays, good=False)
    lost = [line for line, d in zip(weekdays, (d for d in days if d.weekday() < 5), strict=True) if d.month != 3]
    check = checks(*lost, good=False)["gap-in-time"]
    assert (check.level, check.rows, check.examples) == ("caution", 22, ("2026-03-02 to 2026-03-31 (22 days)",))


def test_a_table_that_ends_early_is_late(checks):
    found = checks(keys={"as_of": "2026-06-15"})
    expect(found, "late-table", "caution", 0, "order_date", "last row 2026-04-30")
    assert "46 days" in found["late-table"].reason
    assert "late-table" not in checks(keys={"as_of": "2026-05-02"})


def test_amounts_that_are_always_zero(checks):
    columns = {"date": "day", "channel": "channel", "spend": "spend"}
    raw = {"m.csv": "day,channel,spend\n2026-04-29,mail,0\n2026-04-30,mail,0.00\n"}
    expect(
        checks(raw=raw, marketing={"path": "raw/m.csv", "columns": columns}),
        "only-zeros",
        "caution",
        2,
        "spend",
        "m.csv line 2: 0",
    )


def test_a_kpi_that_nobody_knows(checks):
    raw = {"p.csv": "month,kpi,target\n2026-07-01,revenue,500\n2026-07-01,turnover,500\n"}
    plan = {"path": "raw/p.csv", "columns": {"period": "month", "kpi": "kpi", "target": "target"}}
    found = checks(raw=raw, plan=plan)
    expect(found, "unknown-kpi", "caution", 1, "kpi", "'turnover'")
    assert "future-date" not in found  # a plan looks ahead


def test_targets_that_cannot_be_a_plan_are_named(checks):
    raw = {
        "p.csv": "month,kpi,target\n2026-07-01,revenue,-5\n2026-07-01,repeat_rate,1.5\n2026-07-01,nps,-5\n2026-07-01,churn,0.1\n"
    }
    found = checks(raw=raw, plan={"path": "raw/p.csv", "columns": {"period": "month", "kpi": "kpi", "target": "target"}})
    expect(found, "odd-target", "caution", 2, "target", "line 2: -5")


def test_a_rollout_to_a_region_that_no_customer_has_is_named(checks):
    named = [{"id": "van", "start": "2026-02-01", "end": "2026-03-10", "regions": ["North", "Nrth"]}]
    customers = {"path": "raw/c.csv", "columns": {"customer_id": "id", "region": "where"}}
    listed = {"path": "raw/i.csv", "columns": {"intervention_id": "id", "customer_id": "who"}}
    raw = {"c.csv": "id,where\nC1,North\nC2,South\n", "i.csv": "id,who\nother,C1\n"}
    found = checks(raw=raw, customers=customers, interventions=listed, keys={"interventions": named})
    assert found["unknown-region"].examples == ("van: Nrth",) and "unlisted-intervention" not in found


def test_a_protected_attribute_that_no_column_bears_is_named(checks):
    found = checks(keys={"protected": ["religion", "customer_id"]})
    assert found["unknown-protected"].column == "religion" and found["unknown-protected"].level == "caution"


def test_interventions_in_client_yml_and_in_the_table(checks):
    listed = {"path": "raw/i.csv", "columns": {"intervention_id": "id", "customer_id": "who"}}
    named = [
        {"id": "mail", "start": "2026-02-01", "end": "2026-02-10"},
        {"id": "old", "start": "2024-02-01", "end": "2024-03-01"},
    ]
    found = checks(raw={"i.csv": "id,who\nmail,C1\nother,C1\n"}, interventions=listed, keys={"interventions": named})
    expect(found, "unnamed-intervention", "note", 1, "intervention_id", "'other'")
    expect(found, "unlisted-intervention", "note", 1, "intervention_id", "old")
    expect(found, "intervention-outside", "caution", 1, None, "old: 2024-02-01 to 2024-03-01")


def test_the_gravest_come_first_and_repeats_are_equal(make_client):
    text = HEAD + "\n".join([*GOOD, "B1,2026-03-01,-5,C1,P1", "A1,2026-01-02,11,C1,P1", "B2,soon,5,C1,P1"])
    engagement = make_client({"orders.csv": text})
    found = audit(engagement, TODAY)
    assert [c.level for c in found.checks] == ["stop", "caution", "note"]
    audit.cache_clear()
    assert audit(engagement, TODAY) == found
    assert audit(engagement, TODAY, stops_only=True).stops == found.stops


def test_all_stops_come_as_one_error_and_no_table_is_opened(make_client):
    lines = ["B1,2026-03-01,x,C1,P1", "B2,2126-03-01,5,C1,P1", ",2026-03-01,5,C1,P1"]
    raw = {"orders.csv": HEAD + "\n".join([*GOOD, *lines]), "c.csv": "id\nC1\nC1\n"}
    engagement = make_client(raw, customers={"path": "raw/c.csv", "columns": {"customer_id": "id"}})
    before = fingerprint(source_files(engagement, "orders"))
    with pytest.raises(IntakeError) as raised:
        require_sound(audit(engagement, TODAY), "acme")
    assert len(raised.value.problems) == 4
    assert "orders > revenue: 1 of 123 rows (orders.csv line 122: 'x'). " in str(raised.value)
    with pytest.raises(IntakeError) as again:
        open_tables(engagement)
    assert again.value.problems[0] == raised.value.problems[0]
    assert fingerprint(source_files(engagement, "orders")) == before


def test_soundness_passes_silently(make_client):
    assert require_sound(audit(make_client(), TODAY), "acme") is None


@pytest.mark.parametrize("lines", [[], GOOD[:1], GOOD[:2]])
def test_few_rows_are_no_trouble(checks, lines):
    found = checks(*lines, good=False)
    assert set(found) == ({"empty-table"} if not lines else set())
