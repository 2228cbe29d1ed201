"""What moves orders beside advertising, as columns."""

import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.spending.controls import BEND, SEASON, controls

WEEKS = pd.date_range("2024-01-01", periods=104, freq="W-MON")


def test_columns_by_kind():
    odd = np.zeros(104, dtype=bool)
    odd[7] = True
    price = np.linspace(-0.1, 0.1, 104)
    columns, kinds, spread = controls(WEEKS, price, np.eye(104)[:, [3]], odd)
    assert columns.shape == (104, len(kinds)) and len(spread) == len(kinds)
    assert {k: int((kinds == k).sum()) for k in kinds} == {
        "level": 1,
        "trend": 1,
        BEND: 3,
        SEASON: 12,
        "price": 1,
        "event": 1,
        "odd": 1,
    }
    assert columns[:, kinds == "odd"].sum() == columns[7, kinds == "odd"].sum() == 1
    assert columns[:, kinds == "price"].std() == pytest.approx(1)
    assert columns[26, kinds == BEND].tolist() == [0, 0, 0] and columns[-1, kinds == BEND][0] == pytest.approx(77 / 52)


def test_the_season_comes_back_after_a_year():
    columns, kinds, _ = controls(WEEKS, None, np.zeros((104, 0)), np.zeros(104, dtype=bool))
    waves = columns[:, kinds == SEASON]
    assert (
        np.abs(waves[:52] - waves[52:]).max() < 0.25
    )  # a year is a day and a bit longer than 52 weeks; the sixth wave feels it most
    assert "price" not in kinds and "odd" not in kinds
