from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.methods.market_research.demand import demand
from playbook.methods.monitoring.forecast_record.figures import held_figure
from playbook.methods.monitoring.forecast_record.judge import by_steps
from playbook.methods.monitoring.forecast_tracking import forecast_tracking
from playbook.result.contract import Locked
from playbook.result.formats import Formats
from playbook.result.remembered import Remembered

AS_OF = date(2026, 10, 31)
FMT = Formats("EUR")


def months(n=40, noise=0.03, jump=1.0):
    """A shop of 100,000 a month with a season; ``jump``: factor of the last six months."""
    rng = np.random.default_rng(4)
    month = pd.date_range(end="2026-10-01", periods=n, freq="MS")
    revenue = 1e5 * (1 + 0.2 * np.cos(2 * np.pi * month.month / 12)) * np.exp(rng.normal(0, noise, n))
    revenue = np.where(np.arange(n) >= n - 6, revenue * jump, revenue)
    return pd.DataFrame({"month": month, "revenue": revenue})


@pytest.fixture(scope="module")
def steady():
    return demand(months(), FMT, AS_OF)


def test_a_steady_shop_keeps_its_forecast(steady):
    result = forecast_tracking(steady, FMT, AS_OF)
    assert result.judgement.verdict == "keep" and result.headline.startswith("Keep the forecast")
    assert result.record["origin"].nunique() == 10
    assert [f.action for f in result.findings] == [None] * len(result.findings)
    assert any("from the next report on" in a.text for a in result.assumptions)
    joined = result.record.merge(steady.history, on="month")
    assert joined["actual"].tolist() == joined["revenue"].tolist()


def test_figures_say_what_they_show(steady):
    result = forecast_tracking(steady, FMT, AS_OF)
    record, held = result.figures()
    assert "forecasts made at 10 past days" in record.alt and "forecasts from past days" in record.svg
    assert "80%" in held.svg and "1 month" in held.alt
    assert forecast_tracking(steady, FMT, AS_OF).figure().svg == record.svg


def test_a_jump_that_the_forecast_could_not_know_shows():
    result = forecast_tracking(demand(months(jump=1.5), FMT, AS_OF), FMT, AS_OF)
    assert result.judgement.verdict in {"watch", "refit"}
    assert result.judgement.bias > 0.05
    assert "too low" in result.findings[0].sentence
    # The sentence also stands in the summary and the mail, where nobody knows the term: the section's own chart shows it.
    assert "racking signal" not in result.findings[0].sentence and "Tracking signal" in result.figure().svg


def test_the_last_report_s_forecast_counts_once_it_has_come_due(steady):
    last = steady.history.iloc[-1]
    told = Remembered(
        kind="forecast", id="revenue-2026-10", label="Revenue", value=last["revenue"] / 2, low=1.0, high=2.0, unit="money",
        since=date(2026, 10, 1),
    )  # fmt: skip
    result = forecast_tracking(steady, FMT, AS_OF, (told,))
    finding = next(f for f in result.findings if f.id == "forecast-tracking-published")
    assert finding.sentence.startswith("Earlier reports expected") and "for October 2026" in finding.sentence
    assert "outside the range" in finding.sentence
    assert finding.value == pytest.approx(last["revenue"] / 2)


def test_months_in_which_nothing_came_are_drawn_without_a_bias():
    record = pd.DataFrame({"origin": pd.date_range("2026-01-01", periods=4, freq="MS"), "step": 1, "actual": 0.0})
    steps = by_steps(record.assign(forecast=5.0, low=0.0, high=9.0, error=-5.0))
    assert steps["bias"].isna().all() and "–" in held_figure(steps, FMT, "orders").svg


def test_too_short_a_history_is_locked():
    result = forecast_tracking(demand(months(5), FMT, AS_OF), FMT, AS_OF)
    assert isinstance(result, Locked) and "5 so far" in result.unlock[0]


def test_input_stays_as_it_was(steady):
    before = steady.history.copy(deep=True), steady.tests.errors.copy()
    forecast_tracking(steady, FMT, AS_OF)
    pd.testing.assert_frame_equal(steady.history, before[0])
    np.testing.assert_array_equal(steady.tests.errors, before[1])
