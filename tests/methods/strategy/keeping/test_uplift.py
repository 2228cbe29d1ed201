import pickle

import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.keeping.uplift import AVERAGE, learn_uplift


def _planted(n: int = 2000, seed: int = 0, effect=lambda x: np.where(x > 0.5, 1.0, -0.5), share: float = 0.5):
    """One feature that tells the effect, one that tells the outcome, one of text; treated by lot."""
    rng = np.random.default_rng(seed)
    features = pd.DataFrame({"x": rng.random(n), "level": rng.normal(size=n), "place": rng.choice(["a", "b"], n)})
    treated = rng.random(n) < share
    outcome = 3 * features["level"].to_numpy() + effect(features["x"].to_numpy()) * treated + rng.normal(size=n)
    return features, treated, outcome


def test_mean_effect_and_who_is_persuaded_are_recovered():
    features, treated, outcome = _planted()
    found = learn_uplift(features, treated, outcome)
    # Half gain 1, half lose 0.5: mean 0.25. Noise of 1 in groups of 1,000: error about 0.045, though the outcome scatters by 3.
    assert found.effect == pytest.approx(0.25, abs=3 * 0.05)
    assert found.error < 0.06
    assert found.qini.low > 0 and found.qini.p < 0.001
    assert found.slope == pytest.approx(1, abs=0.25)
    expected, error = found.predict(pd.DataFrame({"x": [0.95, 0.05], "level": [0.0, 0.0], "place": ["a", "new"]}))
    assert expected == pytest.approx([1.0, -0.5], abs=0.35)
    assert (error > 0).all()


def test_unequal_groups_do_not_bias_the_effect():
    found = learn_uplift(*_planted(4000, 1, share=0.15))
    assert found.effect == pytest.approx(0.25, abs=0.15)
    assert found.qini.low > 0


def test_where_all_answer_alike_the_area_is_not_told_from_zero():
    areas = [learn_uplift(*_planted(600, seed, lambda x: np.full(len(x), 0.7))) for seed in range(6)]
    assert sum(found.qini.p < 0.1 for found in areas) <= 2
    spread = [np.std(found.expected) for found in areas]
    assert np.median(spread) < 0.2  # what is expected of customers stays near the mean


def test_same_input_same_output_inputs_kept_and_fit_for_keeping():
    features, treated, outcome = _planted(300)
    before = features.copy()
    one, two = learn_uplift(features, treated, outcome, 3), learn_uplift(features, treated, outcome, 3)
    assert (one.effects == two.effects).all() and (one.scores == two.scores).all()
    assert features.equals(before)
    again = pickle.loads(pickle.dumps(one))
    assert (again.predict(features)[0] == one.predict(features)[0]).all()
    assert list(one.tried["learner"])[-1] == AVERAGE
    assert one.predict(features.iloc[:0])[0].shape == (0,)


def test_gaps_flags_and_names_of_any_script_are_features():
    features, treated, outcome = _planted(400)
    features = features.assign(城市=features["place"], flag=features["x"] > 0.5)
    features.loc[:50, "x"] = np.nan
    found = learn_uplift(features, treated, outcome)
    assert np.isfinite(found.expected).all()


def test_too_few_or_nothing_to_learn_from_is_refused():
    features, treated, outcome = _planted(100)
    with pytest.raises(ValueError, match="too few"):
        learn_uplift(features, np.arange(100) < 5, outcome)
    with pytest.raises(ValueError, match="no feature differs"):
        learn_uplift(features[["x"]].assign(x=1.0), treated, outcome)
