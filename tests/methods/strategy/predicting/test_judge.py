import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from playbook.methods.strategy.predicting.judge import (
    area,
    area_difference,
    auc,
    calibration_error,
    calibration_table,
    gain_table,
    judged,
    profit,
)  # fmt: skip

YES = np.array([False, False, True, False, True, True])
CHANCE = np.array([0.1, 0.2, 0.2, 0.4, 0.7, 0.9])


def test_area_and_brier_by_hand():
    # Of 9 pairs the yes at 0.9 and 0.7 win 3 each, that at 0.2 wins one, ties one and loses one: 7.5 / 9.
    assert area(YES, CHANCE).value == pytest.approx(7.5 / 9)
    found = judged(YES, CHANCE)
    assert found["brier"] == pytest.approx((0.01 + 0.04 + 0.64 + 0.16 + 0.09 + 0.01) / 6)
    # Precision at each yes from the top: 1, 1, and 3 of 5 (the tied no comes along); each yes a third of the recall.
    assert found["pr_auc"] == pytest.approx((1 + 1 + 3 / 5) / 3)
    assert found["auc_low"] < found["auc"] < found["auc_high"] < 1


def test_error_of_the_area_by_hand():
    # DeLong: placements of the yes (0.5, 1, 1) with variance 1/12, of the no (1, 5/6, 2/3) with variance 1/36, three of each.
    assert area(YES, CHANCE).error == pytest.approx(np.sqrt((1 / 12 + 1 / 36) / 3))
    assert area_difference(YES, CHANCE, CHANCE) == (0, 0)
    assert area_difference(YES, CHANCE, 1 - CHANCE)[0] == pytest.approx(2 * 7.5 / 9 - 1)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=6, max_size=40))
def test_area_is_that_of_scikit_learn_and_lies_in_its_range(rows):
    outcome = np.array([True, False, True, False, *(yes for yes, _ in rows)])
    chance = np.array([0.2, 0.2, 0.6, 0.4, *(score / 5 for _, score in rows)])
    found = area(outcome, chance)
    assert found.value == pytest.approx(roc_auc_score(outcome, chance)) and auc(outcome, chance) == found.value
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_calibration_by_hand():
    outcome = np.tile([True, False, False, False, False, True, True, True, False, True], 2).reshape(2, 10).ravel()
    chance = np.tile([0.3] * 5 + [0.7] * 5, 2)
    table = calibration_table(outcome, chance, parts=2)
    assert table["cases"].tolist() == [10, 10]
    assert table["expected"].tolist() == pytest.approx([0.3, 0.7])
    assert table["seen"].tolist() == [0.2, 0.8]
    # Wilson at 80 percent (z = 1.2816) for 2 of 10.
    z2 = 1.2816**2
    middle, half = (0.2 + z2 / 20) / (1 + z2 / 10), np.sqrt(z2) / (1 + z2 / 10) * np.sqrt(0.016 + z2 / 400)
    assert table.loc[0, ["low", "high"]].tolist() == pytest.approx([middle - half, middle + half], abs=1e-4)
    few = calibration_table(YES, CHANCE)  # six rows make six parts of ten
    assert (
        few["cases"].tolist() == [1] * 6 and few["expected"].tolist() == CHANCE.tolist() and few["seen"].tolist() == YES.tolist()
    )
    steps = np.repeat(np.arange(10) / 10 + 0.05, 10)
    exact = np.concatenate([np.arange(10) < k for k in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)])
    assert calibration_error(exact, steps) == pytest.approx(0.05)
    assert calibration_error(exact, steps - 0.05) == pytest.approx(0)


def test_gain_table_by_hand():
    chance = np.arange(20) / 20
    outcome = np.isin(np.arange(20), [19, 18, 16, 3])  # the two best, one of the next two, one far below
    table = gain_table(outcome, chance)
    assert table["yes"].tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    assert table["found"].tolist() == [0.5, *[0.75] * 7, 1, 1]
    assert table["lift"].tolist()[:2] == [5, 2.5]  # 100 and 50 percent against 20
    assert table["expected"].iloc[0] == pytest.approx((0.95 + 0.9) / 2)


def test_profit_by_hand():
    outcome = np.array([True, True, False, True, False, False, False, False, False, False])
    chance = np.array([0.9, 0.8, 0.6, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1])
    found = profit(outcome, chance, np.full(10, 10.0), np.full(10, 5.0))
    assert found.threshold == 0.5 and found.share == 0.3
    assert found.best == pytest.approx((5 + 5 - 5) / 10)  # three worked on, two of them yes
    assert found.everybody == pytest.approx((3 * 10 - 10 * 5) / 10)
    assert found.gain == found.best  # everybody would lose money, so nobody is what is best without a score
    curve = found.curve.set_index("share")["profit"]
    assert curve.tolist() == pytest.approx([0, 0.5, 1, 0.5, 1, 0.5, 0, -0.5, -1, -1.5, -2])
    assert found.curve["random"].iloc[-1] == found.everybody
    assert found.low <= found.best <= found.high


def test_profit_where_worth_differs_works_the_large_first_and_nobody_where_nothing_pays():
    outcome = np.array([True, True, False])
    found = profit(outcome, np.array([0.2, 0.9, 0.5]), np.array([100.0, 4.0, 4.0]), np.full(3, 2.5))
    assert found.share == pytest.approx(2 / 3) and found.threshold is None
    assert found.curve["profit"].tolist() == pytest.approx([0, 97.5 / 3, 99 / 3, 96.5 / 3])
    none = profit(outcome, np.array([0.2, 0.9, 0.5]), np.ones(3), np.full(3, 2.0))
    assert (none.share, none.best, none.gain, none.threshold) == (0, 0, 0, 2)
