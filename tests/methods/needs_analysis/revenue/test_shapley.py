"""Shapley: the split against the known formula, and cents that add up."""

from fractions import Fraction

from playbook.methods.needs_analysis.revenue.shapley import shapley, to_the_cent


def test_shapley_is_the_known_formula():
    # dC x [(F0 V0 + F1 V1) / 3 + (F0 V1 + F1 V0) / 6], and the same for the others (Shorrocks 2013).
    c, f, v = (Fraction(3), Fraction(5)), (Fraction(2), Fraction(7, 2)), (Fraction(11), Fraction(10))
    parts = shapley((c[0], f[0], v[0]), (c[1], f[1], v[1]))
    assert parts[0] == (c[1] - c[0]) * ((f[0] * v[0] + f[1] * v[1]) / 3 + (f[0] * v[1] + f[1] * v[0]) / 6)
    assert sum(parts) == c[1] * f[1] * v[1] - c[0] * f[0] * v[0]


def test_rounding_is_half_to_even_and_the_largest_takes_the_rest():
    assert to_the_cent([Fraction(1, 2), Fraction(3, 2), Fraction(10)], 12) == [0, 2, 10]
    assert to_the_cent([Fraction(1, 3)] * 2 + [Fraction(4, 3)], 2) == [0, 0, 2]
