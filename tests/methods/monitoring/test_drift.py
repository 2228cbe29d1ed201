from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from playbook.methods.monitoring.drift import drift
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT = Formats("EUR")
WEEKS = pd.date_range(end="2026-10-26", periods=80, freq="W-MON")


def snapshots(shift=1.0, n=400, bought=1.0):
    rng = np.random.default_rng(0)
    parts = [
        pd.DataFrame(
            {"customer_id": range(n), "cut_off": pd.Timestamp(day), "tenure_days": 900, "orders_365": rng.poisson(4, n) + 1.0,
             "revenue_365": rng.gamma(2, 500, n) * factor, "orders_next_90": known, "revenue_next_90": known}
        )
        for day, factor, known in (("2025-11-05", 1.0, bought), ("2026-08-02", 1.0, bought), ("2026-10-31", shift, np.nan))
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def products(price=1.0):
    rng = np.random.default_rng(1)
    rows = [
        (p, "ab"[p % 2], week, 100.0, 100.0 * (10 + p) * np.exp(rng.normal(0, 0.01)) * (price if k >= 67 else 1))
        for k, week in enumerate(WEEKS)
        for p in range(12)
    ]
    return pd.DataFrame(rows, columns=["product_id", "category", "week", "units", "revenue"])


def test_nothing_drifts_where_nothing_changed():
    result = drift(FMT, customer_snapshots=snapshots(), product_weeks=products())
    assert result.headline.startswith("Nothing that matters has drifted")
    assert {f.evidence for f in result.findings} == {"not shown"} and all(f.action is None for f in result.findings)
    assert {f.id for f in result.findings} == {"drift-customers", "drift-mix", "drift-price"}


def test_what_shifted_heads_the_report_with_what_to_do():
    result = drift(FMT, customer_snapshots=snapshots(shift=2.5), product_weeks=products())
    assert result.headline == "The customer base has changed strongly"
    first = result.findings[0]
    assert first.id == "drift-customers" and first.evidence == "shown" and first.action
    assert "spent in the last year (€2" in first.sentence and "a year ago" in first.sentence


def test_lower_prices_are_priced_by_the_year():
    result = drift(FMT, product_weeks=products(price=0.93))
    finding = next(f for f in result.findings if f.id == "drift-price")
    quarter = products(price=0.93).query("week >= @WEEKS[67]")["revenue"].sum()
    assert finding.value == pytest.approx(-0.07, abs=0.005)
    assert finding.money == pytest.approx(4 * quarter * 0.07 / 0.93, rel=0.1)
    assert "€6" in finding.sentence and "less than in the same weeks a year before" in finding.sentence
    raised = next(f for f in drift(FMT, product_weeks=products(price=1.07)).findings if f.id == "drift-price")
    assert raised.money is None and "more than" in raised.sentence


def test_a_short_history_says_that_it_may_be_the_season():
    result = drift(FMT, product_weeks=products(price=0.9).query("week > '2026-03-01'"))
    finding = next(f for f in result.findings if f.id == "drift-price")
    assert finding.evidence == "indicative" and "may be the season" in finding.sentence and finding.money is None
    assert result.headline.endswith("; this may be the season")


def test_the_costliest_move_between_segments_is_told():
    """Then 300 in Best, now 200; those who fell to Quiet bring 100 instead of 5,000."""
    flows = pd.DataFrame(
        [("Best", "Best", 200, 9e4, 9e4), ("Best", "Quiet", 100, 5000.0, 100.0), ("Quiet", "Quiet", 300, 50.0, 50.0),
         ("New since", "Best", 10, 0.0, 900.0), ("Quiet", "Best", 20, 10.0, 500.0)],
        columns=["then", "now", "customers", "revenue_before", "revenue_after"],
    )  # fmt: skip
    result = drift(FMT, segments=SimpleNamespace(migration=flows))
    finding = next(f for f in result.findings if f.id == "drift-moves")
    assert finding.value == -4900 and "100 customers from Best to Quiet, who brought €100 instead of €5,000" in finding.sentence
    assert {row for row in result.rows["kind"]} == {"segments"}


def test_figures_and_tables_say_what_they_show():
    result = drift(FMT, customer_snapshots=snapshots(shift=2.5), product_weeks=products())
    bars, parts = result.figures()
    assert f"every test counted (here {len(result.rows)}; " in result.assumptions[0].text  # also where it is one
    assert "Strong: spent in the last year" in bars.alt and "strong" in bars.svg
    assert "Revenue by product group" in parts.svg
    assert result.tables[0].frame["grade"].iloc[0] == "strong"
    again = drift(FMT, customer_snapshots=snapshots(shift=2.5), product_weeks=products())
    assert again.figure().svg == bars.svg


def test_nothing_to_compare_is_locked():
    assert isinstance(drift(FMT), Locked)
    short = products().query("week > '2026-09-01'")
    result = drift(FMT, product_weeks=short, customer_snapshots=snapshots().query("cut_off == '2026-10-31'"))
    assert isinstance(result, Locked) and "26 weeks" in result.unlock[0] and "history is too short" in result.headline
    days = pd.date_range("2025-01-06", "2026-03-01")
    one_channel = pd.DataFrame({"day": days, "revenue": 9.0, "channel": "shop"})
    for orders in (one_channel, one_channel.drop(columns="channel")):  # 60 weeks: what lacks is something to compare
        assert drift(FMT, order_totals=orders).headline.endswith("too little is known of who buys what, by which channel")


def test_input_stays_as_it_was():
    given = snapshots(), products()
    before = [frame.copy(deep=True) for frame in given]
    drift(FMT, customer_snapshots=given[0], product_weeks=given[1])
    for frame, old in zip(given, before, strict=True):
        pd.testing.assert_frame_equal(frame, old)
