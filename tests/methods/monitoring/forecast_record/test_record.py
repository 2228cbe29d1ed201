from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.methods.market_research.forecasting.ranges import widths
from playbook.methods.market_research.outlook.outlook import SumRange
from playbook.methods.monitoring.forecast_record.record import published_record, trial_record
from playbook.result.remembered import Remembered

HISTORY = pd.DataFrame({"month": pd.date_range("2026-01-01", periods=8, freq="MS"), "revenue": np.arange(100.0, 180.0, 10)})


def missed(errors, back, unit=None):
    errors = np.array(errors, dtype=float)
    return SumRange(errors, np.ones(len(errors)) if unit is None else np.array(unit), np.array(back), np.ones(errors.shape[1]))


def test_each_forecast_stands_beside_the_month_it_was_for():
    """Two months before the end June (150) is known: July 160 was forecast as 155, August 170 as 180."""
    record = trial_record(HISTORY, missed([[5, -10], [20, np.nan]], [2, 1]))
    assert record["origin"].dt.month.tolist() == [6, 6, 7]
    assert record["month"].dt.month.tolist() == [7, 8, 8]
    assert record["step"].tolist() == [1, 2, 1]
    assert record["forecast"].tolist() == [155, 180, 150]
    assert record["actual"].tolist() == [160, 170, 170]
    assert record[["low", "high"]].isna().all(axis=None)  # nothing was known of errors by then


def test_a_range_rests_on_errors_that_were_known_then_and_in_the_money_of_then():
    errors = [[4.0], [-8.0], [2.0], [6.0], [-100.0], [1.0]]
    record = trial_record(HISTORY, missed(errors, [6, 5, 4, 3, 2, 1], unit=[1, 1, 1, 1, 1, 2]))
    assert record["low"].notna().tolist() == [False] * 4 + [True] * 2
    before = np.abs(np.array(errors[:4]))
    assert record.loc[4, "high"] - record.loc[4, "forecast"] == pytest.approx(widths(before, 1, 4)[0])
    wide = widths(np.abs(np.array(errors[:5])), 1, 5)[0]
    assert record.loc[5, "high"] - record.loc[5, "forecast"] == pytest.approx(wide / 2)


def test_an_untested_forecast_has_no_record():
    none = SumRange(np.empty((0, 0)), np.empty(0), np.empty(0, dtype=int), np.ones(3))
    assert trial_record(HISTORY, none).empty


def test_published_forecasts_count_once_their_month_is_over():
    def told(month, value, **more):
        return Remembered(kind="forecast", id=f"revenue-{month}", label="Revenue", value=value, unit="money", since=month, **more)

    memory = (
        told(date(2026, 9, 1), 200.0, made=date(2026, 6, 30)),
        told(date(2026, 8, 1), 150.0, low=140.0, high=165.0, made=date(2026, 6, 29)),  # June was not over
        told(date(2026, 7, 1), 150.0, made=date(2026, 6, 30)),
        Remembered(kind="promise", id="buyers", label="Buyers", value=3.0),
    )
    record = published_record(memory, HISTORY)
    assert record["month"].dt.month.tolist() == [7, 8] and record["step"].tolist() == [1, 3]
    assert record["origin"].dt.month.tolist() == [6, 5]
    assert record["error"].tolist() == [10, 20]
    assert record["low"].isna().tolist() == [True, False]
    assert published_record((), HISTORY).empty
