"""How values are written. The patterns are those of Unicode CLDR, through Babel."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.result.formats import LEVEL, Formats

EUR = Formats("EUR")


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "€0"), (4.5, "€4.50"), (50, "€50"), (99.99, "€99.99"), (100, "€100"), (9412.4, "€9,412"), (12_345, "€12.3K"),
        (310_000, "€310K"), (999_999, "€1M"), (-999_500, "−€1M"), (999_499, "€999K"), (1_624_000, "€1.62M"),
        (-1_624_000, "−€1.62M"), (-45, "−€45"), (23_400_000, "€23.4M"), (2_500_000_000, "€2.5B"),
    ],
)  # fmt: skip
def test_money_has_about_three_figures(amount, written):
    assert EUR.money(amount) == written


@pytest.mark.parametrize(("amount", "written"), [(4596039.58, "€4,596,039.58"), (-0.5, "−€0.50"), (0, "€0.00")])
def test_exact_money_can_be_reconciled(amount, written):
    assert EUR.exact_money(amount) == written


def test_currencies_without_cents_have_none():
    assert Formats("JPY").exact_money(1500) == "¥1,500"


@pytest.mark.parametrize(
    ("share", "written"), [(0.27, "27%"), (0.094, "9.4%"), (0.0996, "10%"), (1, "100%"), (0, "0.0%"), (-0.031, "−3.1%")]
)
def test_shares(share, written):
    assert EUR.share(share) == written


def test_changes_carry_their_sign():
    assert (EUR.change(0.094), EUR.change(-0.25), EUR.change(0)) == ("+9.4%", "−25%", "+0.0%")
    assert (EUR.points(-0.03), EUR.points(0.125)) == ("−3.0 points", "+12.5 points")
    assert (EUR.signed_money(120), EUR.signed_money(-120)) == ("+€120", "−€120")


def test_counts_numbers_and_days():
    assert (EUR.count(1469307), EUR.count(2.6), EUR.number(1234.567), EUR.number(2.0)) == ("1,469,307", "3", "1,235", "2")
    assert EUR.day(date(2026, 10, 31)) == "31 October 2026"
    assert EUR.month(pd.Timestamp(2026, 10, 1)) == "October 2026"
    assert EUR.value(12.34, "days") == "12.3 days"


def test_amounts_that_are_compared_have_the_same_decimals():
    assert EUR.moneys(2_700_000, 3_071_000) == ("€2.70M", "€3.07M")
    assert EUR.moneys(3e6, -3_071_000, 950_000, 50) == ("€3.00M", "−€3.07M", "€950K", "€50")
    assert Formats("CNY", "zh").moneys(30_000, 37_400) == ("¥3.00万", "¥3.74万")
    assert EUR.moneys(float("nan"), 12) == ("–", "€12")


def test_a_range_names_the_one_level():
    assert LEVEL == 0.80
    assert EUR.interval(240_000, 380_000, "money") == "80% range €240K to €380K"


def test_the_ends_of_a_range_carry_signs_where_it_is_a_change():
    assert EUR.interval(-0.05, 0.2, "share") == "80% range −5.0% to +20%"
    assert EUR.interval(0.05, 0.2, "share") == "80% range 5.0% to 20%"


def test_a_range_whose_ends_read_the_same_is_written_once():
    assert EUR.interval(0.0016, 0.0021, "points") == "80% range about +0.2 points"
    assert Formats("CNY", "zh").interval(0.0016, 0.0021, "points") == "80%区间约+0.2个百分点"


@pytest.mark.parametrize("unit", ["money", "unit_money", "share", "points", "count", "number", "date", "month", "text"])
@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA, pd.NaT])
def test_what_is_not_there_is_a_dash(unit, nothing):
    assert EUR.value(nothing, unit) == "–"


@given(
    st.floats(-1e20, 1e20) | st.sampled_from([float("nan"), float("inf"), -float("inf")]),  # more than all the money there is
    st.sampled_from(["money", "unit_money", "share", "points", "count", "number", "days", "text"]),
)
def test_every_number_can_be_written(value, unit):
    written = EUR.value(value, unit)
    assert written
    assert "-" not in written or "e-" in written or unit == "text"


@given(st.floats(-1e12, 1e12))
def test_a_minus_stands_before_every_amount_below_zero_and_no_other(amount):
    assert EUR.money(amount).startswith("−") == (amount < 0 and any(digit in EUR.money(amount) for digit in "123456789"))


def test_no_minus_before_a_rounded_zero():
    assert (EUR.money(-0.001), EUR.share(-0.0001), EUR.number(-0.001), EUR.count(-0.2)) == ("€0", "0.0%", "0", "0")
