import pytest

from playbook.methods.monitoring.charting.constants import chart_constants

# Montgomery, Introduction to Statistical Quality Control, appendix VI.
PRINTED = {
    2: (1.128, 0.853, 0.7979, 0.0, 3.267, 1.880),
    3: (1.693, 0.888, 0.8862, 0.0, 2.574, 1.023),
    5: (2.326, 0.864, 0.9400, 0.0, 2.114, 0.577),
    7: (2.704, 0.833, 0.9594, 0.076, 1.924, 0.419),
    10: (3.078, 0.797, 0.9727, 0.223, 1.777, 0.308),
}


@pytest.mark.parametrize("size", PRINTED)
def test_constants_are_those_in_print(size):
    c = chart_constants(size)
    found = (c.d2, c.d3, c.c4, c.range_low, c.range_high, c.mean_width)
    assert found == pytest.approx(PRINTED[size], abs=0.0011)  # Montgomery's D4 of 3 is 2.574, of others rounded d3 were used


def test_single_values_have_limits_of_2_66_mean_ranges():
    assert chart_constants(2).single_width == pytest.approx(2.66, abs=0.002)


def test_one_value_has_no_range():
    with pytest.raises(ValueError, match="two values"):
        chart_constants(1)
