"""Adstock and saturation by hand."""

import numpy as np
import pytest

from playbook.methods.strategy.spending.response import FORMS, LAGS, adstock, lagged, saturation


def test_spend_is_felt_for_some_weeks_and_adds_up():
    spend = np.zeros((20, 1))
    spend[10] = 100.0
    felt = adstock(lagged(spend), np.array([0.5]))[:, 0]
    total = 2 - 0.5 ** (LAGS - 1)  # 1 + 1/2 + ... over eight weeks
    assert felt[10:13] == pytest.approx(np.array([100, 50, 25]) / total)
    assert felt.sum() == pytest.approx(100) and felt[:10].sum() == 0 and felt[18:].sum() == 0
    assert adstock(lagged(spend), np.array([0.0]))[:, 0] == pytest.approx(spend[:, 0])


def test_steady_spend_is_felt_as_it_is():
    assert adstock(lagged(np.full((12, 2), 7.0)), np.array([0.3, 0.8])) == pytest.approx(np.full((12, 2), 7.0))
    many = adstock(lagged(np.full((12, 2), 7.0)), np.full((5, 2), 0.4))
    assert many.shape == (5, 12, 2)


@pytest.mark.parametrize("form", FORMS)
def test_answers_are_half_at_the_half_point_and_fall_off(form):
    spend = np.linspace(0, 50, 200)[:, None]
    answer = saturation(form, spend, np.array([2.0]))[:, 0]
    assert saturation(form, np.array([[2.0]]), np.array([2.0])) == pytest.approx(0.5)
    assert answer[0] == 0 and answer.max() <= 1
    assert (np.diff(answer) >= -1e-12).all() and (np.diff(answer, 2) <= 1e-12).all()
