import numpy as np
import pandas as pd
import pytest

from playbook.methods.monitoring.drifting.distance import distance
from playbook.methods.monitoring.drifting.grades import COLUMNS, STRONG, graded


def row(kind="customers", size=0.3, noise=0.01, chance=1e-6):
    return dict.fromkeys(COLUMNS) | {"kind": kind, "name": "x", "size": size, "noise": noise, "chance": chance}


def grades(*rows):
    return graded(pd.DataFrame(rows, columns=COLUMNS))["grade"].tolist()


@pytest.mark.parametrize(
    ("size", "chance", "grade"),
    [
        (0.3, 1e-6, STRONG),
        (0.2, 1e-6, "moderate"),
        (0.05, 1e-6, "slight"),
        (0.9, 0.06, "none"),
        (-0.3, 1e-6, STRONG),
        (0.9, 0.01, "moderate"),
    ],
)
def test_strong_is_large_and_more_than_chance(size, chance, grade):
    assert grades(row(size=size, chance=chance)) == [grade]


def test_what_chance_brings_is_taken_off():
    assert grades(row(size=0.3, noise=0.1)) == ["moderate"]


def test_many_tests_ask_for_more_but_columns_do_not_drown_the_rest():
    """0.01 alone is shown; the best of ten columns with 0.01 is 0.1; the scores are a family of their own."""
    columns = [row(chance=0.01), *(row(chance=0.9) for _ in range(9))]
    assert set(grades(*columns)) == {"none"}
    found = graded(pd.DataFrame([*columns, row("calibration", chance=0.01)], columns=COLUMNS))
    assert found.iloc[0][["kind", "grade"]].tolist() == ["calibration", "moderate"]


def test_nothing_to_grade():
    assert graded(pd.DataFrame([], columns=COLUMNS)).empty


@pytest.mark.parametrize("n", [60, 300, 2000])
def test_noise_is_seldom_an_alert_and_hardly_ever_a_strong_one(n):
    """Twenty columns in which nothing changed: with 60 rows an index alone would call nearly half of them strong."""
    rng = np.random.default_rng(n)
    strong, stirred, raw, runs = 0, 0, 0, 60
    for _ in range(runs):
        found = [distance(pd.Series(rng.normal(size=n)), pd.Series(rng.normal(size=n))) for _ in range(20)]
        rows = pd.DataFrame([row(size=f.psi, noise=f.noise, chance=f.chance) for f in found], columns=COLUMNS)
        told = graded(rows)
        strong += (told["grade"] == STRONG).sum()
        stirred += (told["grade"] != "none").any()
        raw += (rows["size"] >= 0.25).sum()
    assert strong <= 1
    assert stirred / runs <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / runs)
    if n == 60:
        assert raw > 0.3 * 20 * runs


def test_of_the_alerts_that_chance_raises_at_most_one_in_twenty_is_strong():
    """One test a run, large whatever its chance: alerts are those of a chance below 0.05, strong those below 0.0025."""
    chances = np.random.default_rng(0).uniform(size=40_000)
    told = pd.concat([graded(pd.DataFrame([row(size=5.0, chance=c)], columns=COLUMNS)) for c in chances[chances < 0.06]])
    alerts = told[told["grade"] != "none"]
    assert (alerts["grade"] == STRONG).mean() <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / len(alerts))
    assert len(alerts) == pytest.approx(2000, rel=0.1)
