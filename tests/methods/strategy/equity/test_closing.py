import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.methods.strategy.equity.closing import equal_choice, equal_finding, stand_ins

GROUP = np.array(["a"] * 6 + ["b"] * 4)
WORTH = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.65, 0.35, 0.3, 0.2])
CHOSEN = WORTH > 0.55  # four of a, one of b
YES = np.array([1, 0, 1, 0, 0, 1, 0, 1, 0, 1], dtype=bool)


def test_equal_choice_by_hand():
    # Five of ten are chosen: half of a (its best three) and half of b (its best two).
    found = equal_choice(GROUP, WORTH, CHOSEN)
    assert np.flatnonzero(found).tolist() == [0, 1, 2, 6, 7]


def test_equal_finding_by_hand_stops_at_the_last_yes_wanted():
    # Two of five yes are found today: 40 percent. Of three yes in a that is one, the first row; of two in b one, its second row.
    found = equal_finding(GROUP, WORTH, CHOSEN, YES)
    assert np.flatnonzero(found).tolist() == [0, 6, 7]


def test_nobody_everybody_and_no_yes():
    for wanted in (np.zeros(10, dtype=bool), np.ones(10, dtype=bool)):
        assert np.array_equal(equal_choice(GROUP, WORTH, wanted), wanted)
    assert not equal_finding(GROUP, WORTH, CHOSEN, np.zeros(10, dtype=bool)).any()
    all_yes = equal_finding(GROUP, WORTH, np.ones(10, dtype=bool), YES)
    assert np.flatnonzero(~all_yes).size == 0  # the last of either group is a yes
    last = YES & (np.arange(10) != 5)
    assert np.flatnonzero(~equal_finding(GROUP, WORTH, np.ones(10, dtype=bool), last)).tolist() == [3, 4, 5]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(-5, 5), st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_shares_are_equal_but_for_rounding(rows):
    group, worth, chosen, yes = (np.array(column) for column in zip(*rows, strict=True))
    before = group.copy(), worth.copy(), chosen.copy(), yes.copy()
    same, found = equal_choice(group, worth, chosen), equal_finding(group, worth, chosen, yes)
    share = chosen[yes].mean() if yes.any() else 0
    for name in np.unique(group):
        inside = group == name
        assert abs(same[inside].sum() - chosen.mean() * inside.sum()) <= 0.5
        assert abs((found & yes)[inside].sum() - share * yes[inside].sum()) <= 0.5
        for picked in (same, found):  # nobody is passed over for one who is worth less
            if picked[inside].any() and not picked[inside].all():
                assert worth[inside & picked].min() >= worth[inside & ~picked].max()
    assert all(np.array_equal(a, b) for a, b in zip((group, worth, chosen, yes), before, strict=True))


def test_stand_ins_by_hand_and_noise_is_none():
    rng = np.random.default_rng(0)
    group = np.repeat(["f", "m"], 500)
    features = pd.DataFrame(
        {
            "copy": np.repeat(["x", "y"], 500),
            "flag": np.r_[np.repeat([1.0, 0.0], [400, 100]), np.repeat([1.0, 0.0], [100, 400])],
            "noise": rng.normal(size=1000), "same": 1.0, "empty": np.nan, "word": rng.choice(["a", "b", "c"], 1000),
            "id": [f"k{i}" for i in range(1000)],
        }
    )  # fmt: skip
    found = stand_ins(features, group).set_index("column")["told"]
    assert found.index.tolist() == ["copy", "flag"]
    # Halves are one bit; a flag that is right for four of five tells 1 - H(0.2) = 0.278 bits of it. Noise of one degree of
    # freedom would seem to tell 1 / (2 x 1000) nats.
    off = 1 / 2000 / np.log(2)
    assert np.allclose(found, [1 - off, 0.2781 - off], atol=1e-4)


def test_equal_values_stay_together_whatever_the_order_of_rows():
    # 95 percent zeros in both groups, with rows in the order of the groups: nothing is told.
    column = pd.DataFrame({"x": np.tile(np.r_[np.zeros(95), np.arange(1, 6)], 10)})
    assert stand_ins(column, np.repeat(["f", "m"], 500)).empty
    assert stand_ins(column, np.repeat(["f"], 1000)).empty
