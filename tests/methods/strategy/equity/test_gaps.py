import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.equity.gaps import OTHERS, gap_of, grouped
from playbook.result.formats import Formats

FMT = Formats("EUR")


def _rows(*groups: tuple[str, int, int, int, int]) -> tuple[pd.Series, np.ndarray, np.ndarray, np.ndarray]:
    """From (group, rows, chosen, yes among the chosen, yes among the others)."""
    name, outcome, chosen = [], [], []
    for group, rows, picked, hits, missed in groups:
        name += [group] * rows
        chosen += [True] * picked + [False] * (rows - picked)
        outcome += [True] * hits + [False] * (picked - hits) + [True] * missed + [False] * (rows - picked - missed)
    chosen, outcome = np.array(chosen), np.array(outcome)
    return pd.Series(name), outcome, np.where(chosen, 0.6, 0.1), chosen


def test_rates_and_ratio_by_hand():
    group, outcome, chance, chosen = _rows(("f", 100, 30, 20, 5), ("m", 200, 100, 50, 50), (OTHERS, 10, 0, 0, 0))
    gap = gap_of("gender", group, outcome, chance, chosen)
    rows = gap.groups.set_index("group")
    assert rows["cases"].to_dict() == {"f": 100, "m": 200, OTHERS: 10}
    assert rows.loc[["f", "m"], "chosen"].tolist() == [0.3, 0.5]
    assert rows.loc[["f", "m"], "found"].tolist() == [0.8, 0.5] and np.isnan(rows.loc[OTHERS, "found"])
    assert rows.loc["f", "stated"] == pytest.approx(0.3 * 0.6 + 0.7 * 0.1)
    assert rows.loc["f", "off"] == pytest.approx(0.25 - 0.25) and rows.loc["m", "off"] == pytest.approx(0.35 - 0.5)
    assert rows.loc["m", "off_high"] < 0 and rows.loc["f", "off_low"] < 0 < rows.loc["f", "off_high"]
    assert (gap.ratio, gap.least, gap.most) == (0.6, "f", "m")  # those not known are not held against named groups
    assert gap.ratio_low < 0.6 < gap.ratio_high
    # The log of the ratio has a standard error of sqrt(0.7 / 30 + 0.5 / 100) = 0.168: four fifths is 1.71 of them away.
    assert gap.surely == pytest.approx(0.956, abs=0.02)
    assert gap.surely == gap_of("gender", group, outcome, chance, chosen).surely


def test_alike_nobody_chosen_and_one_group():
    alike = gap_of("g", *_rows(("f", 1000, 300, 20, 5), ("m", 1000, 300, 20, 5)))
    assert alike.ratio == 1 and alike.ratio_high == 1 and alike.surely > 0.95  # surely not below four fifths
    nobody = gap_of("g", *_rows(("f", 100, 0, 0, 5), ("m", 100, 0, 0, 5)))
    assert nobody.ratio == 1 and (nobody.groups["found"] == 0).all()
    assert gap_of("g", *_rows(("f", 100, 30, 20, 5), (OTHERS, 20, 5, 5, 0))) is None


def test_the_widest_of_many_gaps_between_groups_truly_alike_is_told_as_chance():
    """Eight groups of 100, all chosen with 20 percent: the lowest is about half the highest, and nothing is behind it."""
    rng, runs = np.random.default_rng(1), 60
    group = pd.Series(np.repeat([f"g{i}" for i in range(8)], 100))
    flat = np.full(800, 0.2)
    gaps = [gap_of("g", group, rng.random(800) < 0.2, flat, rng.random(800) < 0.2) for _ in range(runs)]
    assert np.mean([gap.ratio for gap in gaps]) < 0.6
    assert np.mean([gap.ratio_high >= 1 for gap in gaps]) > 0.75  # the 80 percent range holds the truth
    assert sum(gap.ratio < 0.8 and gap.surely >= 0.975 for gap in gaps) == 0


def test_a_gap_among_many_groups_that_is_there_is_shown():
    sizes = [(f"g{i}", 400, 120, 60, 60) for i in range(6)]
    gap = gap_of("g", *_rows(*sizes, ("last", 400, 40, 20, 60)))
    assert gap.least == "last" and gap.ratio == pytest.approx(1 / 3) and gap.surely > 0.99
    assert gap.ratio_low < 1 / 3 < gap.ratio_high < 0.6
    close = gap_of("g", *_rows(*sizes, ("last", 400, 116, 60, 60)))
    assert close.ratio > 0.8 and close.surely < 0.9  # within, but seven groups of 400 do not show it
    large = gap_of("g", *_rows(*((n, 50 * a, 50 * b, 50 * c, 50 * d) for n, a, b, c, d in sizes[:3])))
    assert large.ratio == 1 and large.surely > 0.99


def test_small_groups_are_others():
    given = pd.Series(["f"] * 60 + ["m"] * 50 + ["x"] * 49 + [None] * 5)
    assert grouped(given, FMT).value_counts().to_dict() == {"f": 60, OTHERS: 54, "m": 50}
    assert given.isna().sum() == 5


def test_numbers_go_by_quarter_and_few_numbers_by_value():
    ages = pd.Series(np.r_[np.arange(20.0, 60.0).repeat(10), np.nan])
    found = grouped(ages, FMT)
    assert sorted(found.value_counts()) == [1, 100, 100, 100, 100]
    assert found.iloc[0] == "20 to 29.75" and found.iloc[-1] == OTHERS
    assert set(grouped(pd.Series([1.0] * 60 + [2.0] * 60 + [np.nan] * 3), FMT)) == {"1", "2", OTHERS}
    assert set(grouped(pd.Series([True] * 60 + [False] * 60), FMT)) == {"True", "False"}
    assert set(grouped(pd.Series(pd.array([1] * 60 + [2] * 60 + [None] * 3, dtype="Int64")), FMT)) == {"1", "2", OTHERS}
    assert set(grouped(pd.Series(["Zürich"] * 60 + ["東京"] * 60, dtype="category"), FMT)) == {"Zürich", "東京"}
    assert set(grouped(pd.Series([np.nan] * 60), FMT)) == {OTHERS}
