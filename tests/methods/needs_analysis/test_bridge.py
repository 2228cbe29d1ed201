"""Bridge: parts worked out by hand, and to the cent whatever comes."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.locale.data import data_file
from playbook.methods.needs_analysis.bridge import bridge
from playbook.methods.needs_analysis.needs import _ADVICE
from playbook.result.contract import Locked
from playbook.result.formats import Formats
from playbook.result.told import told

EUR, DAY = Formats("EUR"), date(2026, 10, 31)
EARLY, LATE = pd.Timestamp("2025-03-01"), pd.Timestamp("2026-03-01")
OLDEST = pd.Timestamp("2024-11-01")


def orders(*rows: tuple[pd.Timestamp, str | None, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "customer_id", "revenue"])
    return frame.assign(day=pd.to_datetime(frame["day"]), order_id=range(len(frame)))


def test_three_factors_by_hand():
    # Before: 1 customer x 1 order x 12. After: 2 customers x 2 orders x 24 = 96 (4 orders). Every factor doubles,
    # so each has the same part of the change of 84: 28.
    frame = orders((OLDEST, "a", 12.0), *[(LATE, c, 24.0) for c in "aabb"])
    result = bridge(frame, DAY, EUR)
    assert (result.before, result.after) == (12, 96)
    assert result.parts.set_index("part")["change"].to_dict() == {"customers": 28, "frequency": 28, "order_value": 28}


ORDER = st.tuples(
    st.sampled_from([OLDEST, EARLY, LATE]), st.sampled_from(["a", "b", "c", None]),
    st.decimals(-5000, 100000, places=2, allow_nan=False).map(float),
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(ORDER, min_size=1, max_size=12))
def test_parts_add_up_to_the_cent(rows):
    result = bridge(orders((OLDEST, "a", 1.0), *rows), DAY, EUR)
    cents = [round(change * 100) for change in result.parts["change"]]
    assert sum(cents) == round(result.after * 100) - round(result.before * 100)


def test_orders_without_a_customer_are_a_part_of_their_own():
    frame = orders((OLDEST, "a", 10.0), (EARLY, None, 5.0), (LATE, "a", 10.0), (LATE, None, 8.0))
    assert bridge(frame, DAY, EUR).parts.set_index("part")["change"].to_dict() == {
        "customers": 0, "frequency": 0, "order_value": 0, "unknown": 3,
    }  # fmt: skip
    without = bridge(frame.drop(columns="customer_id"), DAY, EUR)
    assert without.parts["part"].tolist() == ["orders", "order_value"]
    assert without.parts["change"].sum() == 3


def test_a_window_without_orders_puts_all_into_customers():
    result = bridge(orders((OLDEST, None, 0.0), (LATE, "a", 10.0), (LATE, "b", 20.0)), DAY, EUR)
    assert result.parts.set_index("part")["change"].to_dict() == {"customers": 30, "frequency": 0, "order_value": 0}
    gone = bridge(orders((OLDEST, "a", 10.0)), DAY, EUR)
    assert gone.headline == "Revenue fell 100%, above all because fewer customers bought"
    assert gone.findings[1].money == 10


def test_windows_are_years_where_there_are_two():
    windows = bridge(orders((OLDEST, "a", 10.0), (LATE, "a", 10.0)), DAY, EUR).windows
    assert (windows.start, windows.middle, windows.end) == (OLDEST, pd.Timestamp("2025-11-01"), pd.Timestamp(DAY))


def test_a_short_history_sets_half_against_half_and_says_so():
    # Data from 2 May: May counts as full. Six full months to October (as of 15 November): three against three.
    result = bridge(
        orders((pd.Timestamp("2026-05-02"), "a", 10.0), (pd.Timestamp("2026-09-01"), "a", 5.0)), date(2026, 11, 15), EUR
    )
    assert (result.windows.start, result.windows.middle) == (pd.Timestamp("2026-05-01"), pd.Timestamp("2026-08-01"))
    assert (result.windows.end, result.windows.months) == (pd.Timestamp("2026-10-31"), 3)
    assert "season" in result.assumptions[1].text
    assert "different seasons" in result.findings[0].sentence
    assert {f.evidence for f in result.findings} == {"indicative"}
    assert (result.findings[1].value, result.findings[1].money) == (-5, None)  # a season's loss is not blown up to a year


@pytest.mark.parametrize("rows", [[], [(pd.Timestamp("2026-10-01"), "a", 5.0)]])
def test_too_little_is_locked(rows):
    assert isinstance(bridge(orders(*rows), DAY, EUR), Locked)


def test_nothing_changed_and_nothing_sold():
    assert bridge(orders((OLDEST, "a", 10.0), (LATE, "b", 10.0)), DAY, EUR).headline == "Revenue did not change"
    assert bridge(orders((OLDEST, "a", 0.0), (LATE, "b", 0.0)), DAY, EUR).findings[0].value == 0
    hardly = bridge(orders((OLDEST, "a", 10_000.0), (LATE, "b", 10_001.0)), DAY, EUR)
    assert hardly.headline == "Revenue did not change"


def test_a_loss_beside_which_everything_else_is_large_is_left_to_the_table():
    frame = orders((OLDEST, "a", 1000.0), (OLDEST, None, 5.0), (LATE, "a", 1000.0), (LATE, "b", 1000.0))
    result = bridge(frame, DAY, EUR)
    assert result.parts.set_index("part")["change"].to_dict()["unknown"] == -5
    assert [f.id for f in result.findings] == ["bridge-total"]


def test_the_figure_names_every_part_and_inputs_stay():
    frame = orders((OLDEST, "a", 100.0), (LATE, "a", 30.0), (LATE, "b", 40.0))
    copy = frame.copy()
    figure = bridge(frame, DAY, EUR).figure()
    assert "Change of revenue: −€30" in figure.alt
    assert "Value of an order" in figure.svg
    pd.testing.assert_frame_equal(frame, copy)


def test_prices_and_units_are_told_by_product_group():
    frame = orders((OLDEST, "a", 100.0), (LATE, "a", 60.0))
    months = pd.DataFrame(
        {
            "product_id": ["p", "p"], "category": ["Tea", "Tea"], "month": pd.to_datetime(["2024-11-01", "2026-03-01"]),
            "revenue": [100.0, 60.0], "units": [10.0, 10.0],
        }
    )  # fmt: skip
    result = bridge(frame, DAY, EUR, product_months=months)
    assert result.groups[["category", "change", "price"]].to_dict("records") == [
        {"category": "Tea", "change": -40.0, "price": -40.0}
    ]
    group = next(f for f in result.findings if f.id == "bridge-group")
    assert group.sentence == "'Tea' lost most revenue, from €100 to €60, above all because prices fell."
    assert (group.money, group.evidence) == (40.0, "shown")
    assert "Prices: −€40" in result.figures()[1].alt


def test_visits_are_told_where_they_end_in_most_orders():
    frame = orders((OLDEST, "a", 10.0), (LATE, "a", 10.0), (LATE, "b", 10.0))
    steps = [
        (f"{day.year}{n}", step, day + pd.Timedelta(hours=hour))
        for day, count in ((OLDEST, 1), (LATE, 2))
        for n in range(count)
        for step, hour in (("visit", 0), ("paid", 1))
    ]
    journeys = pd.DataFrame(steps, columns=["journey_id", "step", "step_at"])
    result = bridge(frame, DAY, EUR, journey_steps=journeys)
    assert result.visits.set_index("part")["change"].to_dict() == {"visits": 10.0, "conversion": 0.0, "order_value": 0.0}
    assert "+€10 because there were more visits" in result.findings[-1].sentence


def test_goods_sent_back_are_no_orders():
    # The same customer bought once for 100 in both years and sent more back in the later one.
    frame = orders((OLDEST, "a", 100.0), (LATE, "a", 100.0), (LATE, "a", -30.0), (LATE, None, -10.0))
    result = bridge(frame, DAY, EUR)
    parts = {"customers": 0, "frequency": 0, "order_value": 0, "returns": -40}
    assert result.parts.set_index("part")["change"].to_dict() == parts
    assert result.headline == "Revenue fell 40%, above all because more was sent back"
    assert result.table.set_index("part").loc["frequency", ["before", "after"]].tolist() == ["1", "1"]
    assert needs_key(result) == "bridge-returns"


def needs_key(result) -> str:
    worst = f"bridge-{result.parts.loc[result.parts['change'].idxmin(), 'part']}"
    return worst if worst in _ADVICE else f"{worst} is no need"


def test_what_to_do_is_a_sentence_for_every_part():
    parts = data_file("playbook.methods.needs_analysis.revenue", "parts.yml")
    assert parts["returns"]["action"] == "Look for the products that come back most, and ask why."
    assert all(isinstance(text, str) for part in parts.values() for text in part.values())


def test_a_group_that_lost_by_lines_without_units_does_not_blame_prices():
    frame = orders((OLDEST, "a", 100.0), (LATE, "a", 60.0))
    rows = [("p", "Tea", "2024-11-01", 100.0, 0.0), ("p", "Tea", "2026-03-01", 60.0, 0.0)]
    months = pd.DataFrame(rows, columns=["product_id", "category", "month", "revenue", "units"])
    result = bridge(frame, DAY, EUR, product_months=months.assign(month=pd.to_datetime(months["month"])))
    assert "above all because lines without units fell" in result.findings[-1].sentence


def test_visits_recorded_since_a_while_are_no_rise_in_visits():
    frame = orders((OLDEST, "a", 10.0), (EARLY, "a", 10.0), (LATE, "a", 10.0), (LATE, "b", 10.0))
    steps = [(f"{day}{n}", step, day) for day, n in ((EARLY, 1), (LATE, 1), (LATE, 2)) for step in ("visit", "paid")]
    journeys = pd.DataFrame(steps, columns=["journey_id", "step", "step_at"])
    assert bridge(frame, DAY, EUR, journey_steps=journeys).visits is None


def test_one_month_is_told_in_the_singular():
    result = bridge(orders((pd.Timestamp("2026-09-01"), "a", 10.0), (pd.Timestamp("2026-10-01"), "a", 20.0)), DAY, EUR)
    assert result.headline.startswith("Revenue rose 100% on the month before")
    assert "the last month is set against the month before" in result.assumptions[1].text


def test_parts_of_about_the_same_size_are_named_together():
    # Twice the orders of twice the value, by one customer: both factors have the same part.
    result = bridge(orders((OLDEST, "a", 10.0), (LATE, "a", 20.0), (LATE, "a", 20.0)), DAY, EUR)
    assert result.headline == "Revenue rose 300%, above all because customers ordered more often and orders were larger"


def test_parts_and_reasons_are_told_in_the_readers_language():
    frame = orders((OLDEST, "a", 100.0), (LATE, "a", 60.0))
    result = bridge(frame, DAY, Formats("CNY", "zh_Hans_CN"))
    assert result.parts["label"].tolist() == ["客户数", "每位客户的订单数", "客单价"]
    loss = next(f for f in told(result).findings if f.id == "bridge-loss")
    assert "订单金额变小" in loss.sentence and loss.action == "检查折扣、价格和搭配推荐。"
