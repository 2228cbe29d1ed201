"""Average run lengths: our charts on drawn weeks, beside the exact ones of a Markov chain and those in print."""

import numpy as np
import pytest
from scipy.stats import norm

from playbook.methods.monitoring.charting.memory import LIMIT, REFERENCE, WEIGHT, WIDTH, cusum, ewma
from playbook.methods.monitoring.charting.rules import RULES, seen
from playbook.methods.monitoring.charting.sharpness import first_alarms

PATHS, WEEKS, TOLERANCE = 1500, 3500, 0.05
CELLS = 301


def stays(edges, centres, move):
    """Chances to go from one cell of a chart's scale to another in a week (Brook & Evans, Biometrika 1972)."""
    return norm.cdf(move(edges[1:], centres[:, None])) - norm.cdf(move(edges[:-1], centres[:, None]))


def mean_run(chances, start):
    return float(np.linalg.solve(np.eye(len(chances)) - chances, np.ones(len(chances)))[start])


def cusum_run(shift: float) -> float:
    """Of one upper sum: cell 0 holds everything below half a cell, as the sum is never negative."""
    width = 2 * LIMIT / (2 * CELLS - 1)
    centres = width * np.arange(CELLS)
    edges = np.concatenate([[-np.inf], centres + width / 2])
    return mean_run(stays(edges, centres, lambda edge, at: edge - at + REFERENCE - shift), 0)


def ewma_run(shift: float) -> float:
    limit = WIDTH * np.sqrt(WEIGHT / (2 - WEIGHT))
    edges = np.linspace(-limit, limit, CELLS + 1)
    centres = (edges[1:] + edges[:-1]) / 2
    return mean_run(stays(edges, centres, lambda edge, at: (edge - (1 - WEIGHT) * at) / WEIGHT - shift), CELLS // 2)


@pytest.fixture(scope="module")
def drawn():
    return np.random.default_rng(7).normal(size=(PATHS, WEEKS))


def run(found: np.ndarray) -> tuple[float, float]:
    """Mean weeks to the first alarm and its standard error; paths that never alarm are cut off, which is rare enough here."""
    weeks = np.where(found.any(axis=1), found.argmax(axis=1) + 1, found.shape[1])
    return weeks.mean(), weeks.std() / np.sqrt(len(weeks))


def zone(score, *ids):
    return np.any([seen(RULES[i], score, 0.0, side) for i in ids for side in (-1, 1)], axis=0)


def test_markov_chains_give_the_numbers_in_print():
    """Two-sided sums: Montgomery, table 9.3 (465 and 38, 10.4, 5.75, 4.01 weeks for shifts of 0.5, 1, 1.5 and 2)."""
    both = 1 / (2 / cusum_run(0.0))
    assert both == pytest.approx(465, rel=0.01)
    for shift, weeks in ((0.5, 38.0), (1.0, 10.4), (1.5, 5.75), (2.0, 4.01)):
        assert cusum_run(shift) == pytest.approx(weeks, rel=0.02)
    assert ewma_run(0.0) == pytest.approx(370, rel=0.02)


@pytest.mark.parametrize(("chart", "exact"), [(cusum, cusum_run(0.0) / 2), (ewma, ewma_run(0.0))])
def test_our_charts_with_a_memory_run_as_long_as_they_should(drawn, chart, exact):
    mean, error = run(chart(drawn, np.zeros(WEEKS)).alarm != 0)
    assert mean == pytest.approx(exact, rel=TOLERANCE, abs=2.5 * error)


def test_our_charts_find_a_shift_as_soon_as_they_should(drawn):
    """The average's limits are narrower in its first weeks than the chain's, so it is a little sooner."""
    none = np.zeros(200)
    sums, _ = run(cusum(drawn[:, :200] + 1.0, none).alarm == 1)
    average, _ = run(ewma(drawn[:, :200] + 1.0, none).alarm == 1)
    assert sums == pytest.approx(cusum_run(1.0), rel=TOLERANCE)
    assert 0.88 * ewma_run(1.0) < average < ewma_run(1.0)


@pytest.mark.parametrize(
    ("ids", "weeks"),
    [
        (("outside",), 370.4),
        (("outside", "near-limit"), 225.44),
        (("outside", "four-of-five"), 166.05),
        (("outside", "run"), 152.73),
        (("outside", "near-limit", "run"), 122.05),
        (("outside", "near-limit", "four-of-five", "run"), 91.75),
    ],
)
def test_zone_rules_run_as_long_as_champ_and_woodall_say(drawn, ids, weeks):
    """Champ & Woodall, Exact Results for Shewhart Control Charts with Supplementary Runs Rules, Technometrics 1987, table 1."""
    mean, error = run(zone(drawn, *ids))
    assert mean == pytest.approx(weeks, rel=TOLERANCE, abs=2.5 * error)


@pytest.mark.parametrize("rule", [r for r in RULES.values() if r.of and r.apart < 700], ids=lambda r: r.id)
def test_every_rule_states_how_far_apart_its_false_alarms_lie(drawn, rule):
    found = zone(drawn, rule.id) if rule.shape is None else seen(rule, drawn, 0.0)
    mean, error = run(found)
    assert mean == pytest.approx(rule.apart, rel=TOLERANCE, abs=2.5 * error)


def test_together_they_find_a_small_fall_sooner_than_zones_alone(drawn):
    """A fall of one standard deviation: one week outside takes 44 weeks, a chart with a memory a fourth of that."""
    fallen = drawn[:, :150] - 1.0
    alone, _ = run(zone(fallen, "outside"))
    together = first_alarms(fallen, np.zeros(150), 0.0, side=-1).mean()
    assert alone == pytest.approx(43.9, rel=0.1) and together < 9
