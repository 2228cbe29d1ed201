"""No single client's figure can be read off: for whatever is shown there are other clients who would look the same."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.stats.mstats import hdquantiles

from playbook.methods.evaluation.comparing.disclosure import NARROW, STRANGER, safe, worlds
from playbook.methods.evaluation.comparing.peers import FEWEST, quantiles
from playbook.methods.evaluation.comparing.quantiles import rounded, rounding, weights

POSITIVE = st.floats(0.01, 1e6)


def shown(values, shares):
    """What is published of these values, by scipy's own estimator."""
    return [rounded(float(x)) for x in hdquantiles(np.asarray(values), prob=list(shares))]


@pytest.mark.parametrize("n", [5, 6, 17])
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_quantiles_are_those_of_harrell_and_davis(n, share):
    values = np.sort(np.random.default_rng(n).gamma(2, 50, n))
    assert weights(n, share) @ values == pytest.approx(float(hdquantiles(values, prob=[share])[0]))
    assert weights(n, share).sum() == pytest.approx(1)
    assert weights(5, share).max() < 0.5  # no single figure makes up half of what is shown


def test_two_figures():
    assert [rounded(x) for x in (0.3349, 1288.0, -7.26, 99.6, 0.0)] == [0.33, 1300.0, -7.3, 100.0, 0.0]
    assert rounding(0.33) == pytest.approx((0.325, 0.335))
    assert rounding(1300.0) == pytest.approx((1250.0, 1350.0))
    assert rounding(100.0) == pytest.approx((99.5, 105.0))  # 99 is written as 99
    assert rounding(-0.01) == pytest.approx((-0.0105, -0.00995))


@settings(max_examples=25)
@given(values=st.lists(POSITIVE, min_size=FEWEST, max_size=8))
@example([1.0, 4579.0, 44502.0, 415308.0, 242181.0])  # shown as 100,000, below which steps are ten times as small
def test_whatever_is_shown_every_client_could_be_another_one(values):
    """Also for a reader who is one of the clients: two sets of clients, the reader's own figure in both, that are published
    just the same, and in which the figure looked for differs by a tenth at least, by a fifth for a stranger."""
    published = quantiles(np.array(values), "order_value")
    assume(published)
    figures, n = np.sort(values), len(values)
    assert shown(figures, published) == pytest.approx(list(published.values()))
    for reader in (None, 0, n - 1):
        known = {} if reader is None else {reader: figures[reader]}
        for place in (i for i in range(n) if i != reader):
            pair = worlds(n, published, (0.0, None), place, known)
            # a hair towards the true figures, away from the edge at which rounding turns
            low, high = (0.999 * world + 0.001 * figures for world in pair)
            for world in (low, high):
                assert (np.diff(world) >= -1e-6 * figures.max()).all()
                assert shown(world, published) == pytest.approx(list(published.values()))
                assert reader is None or world[reader] == pytest.approx(figures[reader])
            assert high[place] - low[place] >= 0.998 * (STRANGER if reader is None else NARROW) * figures[place]


@given(value=POSITIVE, n=st.integers(FEWEST, 12))
def test_of_clients_who_are_all_alike_three_equal_quartiles_are_never_shown(value, n):
    """They would say that all are alike; a median alone does not."""
    assert set(quantiles(np.full(n, value), "order_value")) <= {0.5}


@given(values=st.lists(POSITIVE, max_size=FEWEST - 1))
def test_fewer_than_five_are_never_shown(values):
    assert quantiles(np.array(values), "order_value") == {}


def test_a_plain_median_would_have_given_a_client_away():
    values = [100.0, 180.0, 260.0, 300.0, 420.0]
    assert not safe(values, {0.25: 200.0, 0.5: 200.0, 0.75: 200.0}, (0.0, None))  # all would have to be alike
    published = quantiles(np.array(values), "order_value")
    assert published and not set(published.values()) & set(values)
    assert quantiles(np.array([*values[:4], np.nan]), "order_value") == {}  # an unknown figure is no client


def test_shares_and_scores_keep_to_their_scale():
    assert max(quantiles(np.array([0.5, 0.7, 0.8, 0.9, 0.99, 0.6, 0.4]), "repeat_rate").values()) <= 1
    assert quantiles(np.array([-40.0, -10.0, 5.0, 30.0, 60.0, 12.0]), "nps")
