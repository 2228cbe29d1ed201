import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.monitoring.drifting.distance import FEWEST, distance, noise, psi


def test_index_by_hand():
    """Shares of 0.5 and 0.5 become 0.6 and 0.4: 0.1 ln 1.2 - 0.1 ln 0.8 = 0.1 ln 1.5 = 0.040547."""
    assert psi([50, 50], [60, 40]) == pytest.approx(0.1 * np.log(1.5))
    assert psi([50, 50], [60, 40]) == pytest.approx(0.040547, abs=1e-6)


def test_index_of_a_scorecard_by_hand():
    """Ten score bands, half a dozen of them moved, each term written out."""
    expected = [0.10] * 10
    actual = [0.08, 0.09, 0.10, 0.10, 0.12, 0.12, 0.11, 0.10, 0.10, 0.08]
    terms = [
        -0.02 * np.log(0.8), -0.01 * np.log(0.9), 0.0, 0.0, 0.02 * np.log(1.2), 0.02 * np.log(1.2), 0.01 * np.log(1.1), 0.0, 0.0,
        -0.02 * np.log(0.8),
    ]  # fmt: skip
    assert psi(expected, actual) == pytest.approx(sum(terms))
    assert sum(terms) == pytest.approx(0.018225, abs=1e-6)


def test_an_empty_part_counts_half_a_row_and_a_part_empty_twice_nothing():
    assert psi([10, 10, 0], [10, 0, 0]) == pytest.approx(psi([10.5, 10.5], [10.5, 0.5]))


def test_parts_have_to_match():
    with pytest.raises(ValueError, match="2 parts before and 3 now"):
        psi([1, 2], [1, 2, 3])


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=2, max_size=12))
def test_the_index_is_never_negative_and_the_same_both_ways(counts):
    before, now = (np.array(x) for x in zip(*counts, strict=True))
    if before.sum() and now.sum():
        assert psi(before, now) >= -1e-12
        assert psi(before, now) == pytest.approx(psi(now, before), abs=1e-9)


def test_noise_is_what_chance_brings():
    """Tenths of 200 and 300 rows: 9 (1/200 + 1/300) = 0.075; half of an index of 0.15, and nothing has changed."""
    assert noise(10, 200, 300) == pytest.approx(0.075)
    rng = np.random.default_rng(1)
    drawn = [distance(pd.Series(rng.normal(size=200)), pd.Series(rng.normal(size=300))).psi for _ in range(400)]
    assert np.mean(drawn) == pytest.approx(0.075, rel=0.25)  # edges are drawn too, which adds a little


@pytest.mark.parametrize("kind", ["numbers", "words"])
def test_chances_are_even_where_nothing_changed(kind):
    rng = np.random.default_rng(2)

    def draw(n):
        return pd.Series(rng.normal(size=n) if kind == "numbers" else rng.choice(list("abcd"), n))

    chances = np.array([distance(draw(300), draw(200)).chance for _ in range(400)])
    assert np.mean(chances < 0.1) == pytest.approx(0.1, abs=0.045)


def test_a_shift_of_numbers_and_of_words_is_found_and_named():
    rng = np.random.default_rng(3)
    moved = distance(pd.Series(rng.normal(size=500)), pd.Series(rng.normal(1, 1, 500)))
    assert moved.psi > 0.5 and moved.chance < 1e-10 and moved.now - moved.before == pytest.approx(1, abs=0.15)
    words = distance(pd.Series(["shop"] * 60 + ["web"] * 40), pd.Series(["shop"] * 20 + ["web"] * 80))
    assert (words.level, words.before, words.now) == ("shop", 0.6, 0.2) or words.level == "web"
    assert words.psi == pytest.approx(0.4 * np.log(3) + 0.4 * np.log(2))


def test_a_column_that_empties_has_changed():
    full = pd.Series(np.arange(200.0))
    holes = full.mask(full % 4 == 0)
    found = distance(full, holes)
    assert found.chance < 1e-6 and found.psi > 0.1
    gone = distance(pd.Series(["a", "b"] * 100), pd.Series(["a", "b"] * 50 + [None] * 100))
    assert gone.level == "not known" and gone.now == 0.5


def test_rare_words_are_one_together():
    before = pd.Series(["a"] * 95 + list("bcdef"))
    found = distance(before, pd.Series(["a"] * 95 + list("ghijk")))
    assert found.psi == pytest.approx(0)


def test_few_rows_or_one_value_cannot_be_compared():
    assert distance(pd.Series(np.arange(FEWEST - 1.0)), pd.Series(np.arange(500.0))) is None
    assert distance(pd.Series(["a"] * 80), pd.Series(["a"] * 80)) is None
    assert distance(pd.Series([3.0] * 80), pd.Series([3.0] * 80)) is None
    assert distance(pd.Series([np.nan] * 80), pd.Series([3.0] * 80)) is None


def test_nothing_has_not_moved():
    assert psi(np.zeros(3), np.zeros(3)) == 0
