import numpy as np
import pytest

from playbook.methods.market_research.lifetime.likelihood import covariance_at, likeliest

SEEN = np.array([1.0, 3.0])


def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
    """Of a mean of values that scatter by 1 around it, and of a second parameter that makes no difference."""
    return float(((SEEN - at[0]) ** 2).mean() / 2), np.array([at[0] - SEEN.mean(), 0.0])


def test_the_likeliest_mean_is_that_of_the_values():
    at, least, edge = likeliest(loss, np.zeros(2), 7.0)
    assert at == pytest.approx([2.0, 0.0], abs=1e-6)
    assert least == pytest.approx(0.5)
    assert edge.tolist() == [False, False]


def test_a_parameter_that_ran_to_its_bound_is_told():
    at, _, edge = likeliest(loss, np.zeros(2), 1.5)
    assert at[0] == pytest.approx(1.5)
    assert edge.tolist() == [True, False]


def test_the_variance_of_a_mean_of_two_is_a_half_and_a_flat_direction_has_none():
    assert covariance_at(loss, np.array([2.0, 0.0]), cases=2) == pytest.approx(np.array([[0.5, 0.0], [0.0, 0.0]]))


def test_what_is_known_has_no_variance():
    assert not covariance_at(loss, np.array([2.0, 0.0]), cases=2, known=np.array([True, False])).any()
