import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.methods.market_research.network.variables import bands, driver_variables, money_classes, rate_classes, yes_no
from playbook.result.formats import Formats

FMT = Formats("EUR")


def _levels(series):
    return series.cat.categories.tolist()


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        (["under 30k", "30-60k", "60-90k", "over 90k"] * 5, ["30-60k and under", "60-90k and over"]),
        (["Under 15K", "15-24K", "25-34K", "100-124K", "250K+"] * 2 + ["250K+"] * 5, ["100-124K and under", "250K+"]),
        (["18-29", "30-39", "40-49", "50-64", "65+"] + ["40-49"] * 3, ["30-39 and under", "40-49 and over"]),
        (["1", "2", "3", "4", "5+"] + ["1"] * 6, ["1", "2 or more"]),
        (["1", "2", "3", "5+"] * 3, ["up to 2", "3 or more"]),
        (["<20", "20-50", ">50"] * 3, ["<20", "20-50 and over"]),
        (["North", "South"] * 3, ["North", "South"]),
        (["a"] * 5 + ["b"] * 4 + ["c"] * 3 + ["d"] * 2 + ["e"], ["a", "b", "c", "other"]),
        (["a", "b", "c", "d"], ["a", "b", "c", "d"]),
        (["Route 66", "Route 7", "East"], ["East", "Route 66", "Route 7"]),
        (["上海"] * 3 + ["北京"], ["上海", "北京"]),
        (["only"] * 4, ["only"]),
        ([None, None], []),
        (["", " "], []),
    ],
)
def test_bands(words, levels):
    found = bands(pd.Series(words, dtype=object), FMT)
    assert _levels(found) == levels
    assert found.isna().tolist() == [w is None or not w.strip() for w in words]


def test_rates_break_where_they_leave_gaps():
    rates = pd.Series([1.0, 2, 2] * 10 + [7, 8, 9] * 20 + [30, 40, 50] * 20 + [np.nan])
    found = rate_classes(rates, FMT)
    assert found.value_counts(sort=False).to_dict() == {"up to 3": 30, "4 to 17": 60, "18 or more": 60}
    assert found.isna().tolist() == rates.isna().tolist()
    assert rate_classes(pd.Series([5.0] * 9), FMT).nunique() == 1
    assert rate_classes(pd.Series([1.0] * 95 + [50.0] * 5), FMT).nunique() == 1  # one in twenty is no class


def test_amounts_fall_into_thirds_with_plain_borders():
    found = money_classes(pd.Series(np.arange(1, 1001.0)), FMT)
    assert _levels(found) == ["under €330", "€330 to €670", "€670 or more"]
    assert found.iloc[[0, 328, 329, 668, 669]].tolist() == [
        "under €330",
        "under €330",
        "€330 to €670",
        "€330 to €670",
        "€670 or more",
    ]
    assert money_classes(pd.Series([50.0] * 9), FMT).nunique() == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(0, 1e9)), min_size=1, max_size=60))
def test_every_known_amount_and_rate_has_a_class(values):
    series = pd.Series(values, dtype=float)
    for classes in (money_classes, rate_classes):
        found = classes(series, FMT)
        assert (found.isna() == series.isna()).all()
        assert len(set(found.cat.categories)) == len(found.cat.categories) <= 3


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=40))
def test_any_words_become_at_most_four_levels(words):
    found = bands(pd.Series(words, dtype=object), FMT)
    assert len(found.cat.categories) <= 4
    assert (found.isna() == [not w.strip() for w in words]).all()


def test_every_variable_has_its_words():
    tiers = [v.tier for v in driver_variables().values()]
    assert tiers == sorted(tiers) and tiers.count(5) == 1
    for variable in driver_variables().values():
        assert variable.label.strip() and "{level}" in variable.who and all(map(str.strip, variable.levels.values()))
        assert variable.bad is None or variable.bad in variable.levels
        assert variable.open == (variable.action is not None)


def test_flags_in_both_languages():
    flags = pd.Series([True, False, None], dtype="boolean")
    assert (
        yes_no("late_delivery", flags, FMT).tolist()[:2] == ["late", "on time"] and yes_no("late_delivery", flags, FMT).isna()[2]
    )
    assert yes_no("late_delivery", flags, Formats("CNY", "zh")).tolist()[:2] == ["逾期", "准时"]
