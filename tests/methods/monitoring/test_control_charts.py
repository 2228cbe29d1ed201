from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.methods.monitoring.control_charts import control_charts
from playbook.result.contract import Locked
from playbook.result.formats import Formats

AS_OF = date(2026, 10, 31)
FMT = Formats("EUR")


def shop(n: int = 150, last: dict[int, tuple[float, float]] | None = None) -> pd.DataFrame:
    """A steady shop of 1,000 orders of 50 a week; ``last``: weeks from the end -> factors on orders and order value."""
    rng = np.random.default_rng(2)
    week = pd.date_range(end="2026-10-19", periods=n, freq="W-MON")
    orders, value = 1000 * np.exp(rng.normal(0, 0.03, n)), 50 * np.exp(rng.normal(0, 0.02, n))
    for back, (o, v) in (last or {}).items():
        orders[-back], value[-back] = 1000 * o, 50 * v
    orders = orders.round()
    return pd.DataFrame(
        {"week": week, "revenue": orders * value, "orders": orders.astype(int), "customers": 0, "order_value": value}
    )


def test_quiet_weeks_say_so():
    result = control_charts(shop(), AS_OF, FMT)
    assert result.headline.startswith("The last 13 weeks were quiet")
    assert result.signals.empty and all(table.aside for table in result.tables)
    assert [f.id for f in result.findings] == ["control-charts-quiet"]
    assert "No week stands out" in result.figure().alt
    assert "A fall of revenue by 15% would show after 1 week" in result.findings[0].sentence
    memory = result.figures()[1]
    assert "Neither leaves its limits" in memory.alt and len(memory.data.frame) == 13


def test_measures_and_charts_that_show_one_change_are_one_finding():
    """Half the orders in two weeks: revenue and orders leave their limits, by several rules, and it is one matter."""
    result = control_charts(shop(last={3: (0.5, 1.0), 2: (0.5, 1.0)}), AS_OF, FMT)
    assert set(result.signals["kpi"]) == {"revenue", "orders"} and len(result.findings) == 1
    assert result.findings[0].sentence.endswith("The number of orders explains it.")
    assert "more to explain" not in result.headline
    assert result.tables[0].frame["matter"].tolist() == [1, 1]
    fired = result.patterns.set_index("rule_id")["seen"]
    assert set(fired["outside"]) == {"revenue", "orders"} and fired["zigzag"] == ()


def test_a_small_fall_that_lasts_is_told_since_when():
    """Less by one and a half times the noise for eight weeks: no week leaves the limits, the charts that remember find it."""
    weeks = shop(last={back: (1.0, 0.97) for back in range(1, 9)})
    signal = control_charts(weeks, AS_OF, FMT).signals.set_index("kpi").loc["order_value"]
    assert "outside" not in signal["rule_ids"]
    assert signal["side"] == -1 and signal["weeks"] >= 6 and signal["lasting"]


def test_a_lost_week_is_priced_at_the_missing_revenue():
    """Half the orders in one week: 500 orders of 50 are missing, 25,000."""
    result = control_charts(shop(last={3: (0.5, 1.0)}), AS_OF, FMT)
    signals = result.signals.set_index("kpi")
    assert set(signals.index) == {"revenue", "orders"}
    assert signals.loc["revenue", "money"] == pytest.approx(-25_000, rel=0.06)
    assert signals.loc["orders", "money"] == pytest.approx(-25_000, rel=0.06)
    assert signals.loc["orders", "expected"] == pytest.approx(1000, rel=0.03)
    assert signals["week"].tolist() == [pd.Timestamp("2026-10-05")] * 2
    assert not signals["ongoing"].any()
    finding = result.findings[0]
    assert finding.evidence == "shown" and finding.low < finding.value < finding.high < 0
    assert finding.money == pytest.approx(25_000, rel=0.06)  # over and done: not brought to a year
    assert "in the week of 5 October 2026" in finding.sentence


def test_a_lasting_loss_is_stated_a_year():
    result = control_charts(shop(last={back: (0.8, 1.0) for back in range(1, 6)}), AS_OF, FMT)
    revenue = result.signals.set_index("kpi").loc["revenue"]
    assert revenue["lasting"] and revenue["weeks"] == 5
    finding = next(f for f in result.findings if "revenue" in f.id)
    assert finding.money == pytest.approx(0.2 * 50_000 * 52, rel=0.15)


def test_order_value_is_priced_at_the_orders_of_its_weeks():
    """A fifth more per order at 1,000 orders: 10,000 a week."""
    result = control_charts(shop(last={2: (1.0, 1.2)}), AS_OF, FMT)
    value = result.signals.set_index("kpi").loc["order_value"]
    assert value["money"] == pytest.approx(10_000, rel=0.08)
    assert value["side"] == 1


@pytest.mark.parametrize("n", [0, 1, 24])
def test_too_few_weeks_lock_the_section(n):
    result = control_charts(shop(150).tail(n) if n else shop(150).head(0), AS_OF, FMT)
    assert isinstance(result, Locked)
    assert f"there {'is' if n == 1 else 'are'} {n}" in result.headline and result.unlock


def test_weeks_without_sales_do_not_break_it():
    weeks = shop(60)
    weeks.loc[[5, 40, 58], ["revenue", "orders"]] = 0
    weeks.loc[[5, 40, 58], "order_value"] = np.nan
    result = control_charts(weeks, AS_OF, FMT)
    assert pd.Timestamp("2026-10-12") in result.signals["week"].tolist()
    empty = weeks.assign(revenue=0.0, orders=0, order_value=np.nan)
    assert isinstance(control_charts(empty, AS_OF, FMT), Locked)


def test_short_history_warns_of_seasons_and_figures_have_every_chart():
    result = control_charts(shop(60), AS_OF, FMT)
    assert any("Christmas" in a.text for a in result.assumptions)
    peak = control_charts(shop(60, last={3: (1.5, 1.0)}), AS_OF, FMT)
    assert "above the half year before" in peak.headline and {f.evidence for f in peak.findings} == {"indicative"}
    assert all(f.money is None for f in peak.findings)  # what came in is not at stake
    figure = result.figure()
    for label in ("Revenue a week", "Orders a week", "Order value"):
        assert label in figure.svg
    assert len(figure.data.frame) == 3 * 52


def test_input_stays_as_it_was_and_answers_repeat():
    weeks = shop()
    before = weeks.copy(deep=True)
    first, second = control_charts(weeks, AS_OF, FMT), control_charts(weeks, AS_OF, FMT)
    pd.testing.assert_frame_equal(weeks, before)
    pd.testing.assert_frame_equal(first.series, second.series)
    assert first.figure().svg == second.figure().svg
