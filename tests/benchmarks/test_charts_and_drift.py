"""Charts and drift: how long charts run before a false alarm and after a fall, how often quiet data raise an alert."""

import numpy as np
import pandas as pd
import pytest

from measure import cpu
from playbook.methods.monitoring.charting.limits import WATCHED, control_limits
from playbook.methods.monitoring.charting.memory import cusum, ewma
from playbook.methods.monitoring.charting.rules import RULES, seen
from playbook.methods.monitoring.charting.sharpness import first_alarms, sharpness
from playbook.methods.monitoring.charting.spells import events
from playbook.methods.monitoring.drifting.distance import distance
from playbook.methods.monitoring.drifting.grades import COLUMNS, STRONG, graded
from playbook.methods.monitoring.forecast_record.judge import judge

PATHS, WEEKS = 6000, 4000
PUBLISHED = {"outside": 370.4, "ewma": 370.0, "cusum": 465.0}  # Montgomery, ch. 6 and 9; Lucas & Saccucci 1990
SEASON = np.array([0.94, 0.76, 0.88, 0.92, 0.95, 0.90, 0.86, 0.92, 1.00, 1.06, 1.42, 1.39])


def run_length(alarm):
    return np.where(alarm.any(axis=1), alarm.argmax(axis=1) + 1, alarm.shape[1])


def test_run_lengths_are_those_in_print(note):
    rng, lengths = np.random.default_rng(0), {name: [] for name in PUBLISHED}
    for _ in range(PATHS // 500):
        score = rng.normal(size=(500, WEEKS))
        alarms = {
            "outside": seen(RULES["outside"], score, 0.0, 1) | seen(RULES["outside"], score, 0.0, -1),
            "ewma": ewma(score, np.zeros(WEEKS)).alarm != 0,
            "cusum": cusum(score, np.zeros(WEEKS)).alarm != 0,
        }
        for name, alarm in alarms.items():
            lengths[name].append(run_length(alarm))
    for name, published in PUBLISHED.items():
        mean = np.concatenate(lengths[name]).mean()
        note(f"weeks between false alarms: {name}", f"{mean:.1f}", "in print", f"{published:.1f}")
        assert mean == pytest.approx(published, rel=0.05)


@pytest.mark.parametrize("shift", [0.5, 1.0, 2.0])
def test_weeks_until_a_fall_is_noticed(note, shift):
    fallen = np.random.default_rng(1).normal(size=(4000, 500)) - shift
    ours = first_alarms(fallen, np.zeros(500), 0.0, side=-1).mean()
    plain = run_length(np.abs(fallen) > 3).mean()
    note(f"weeks until a fall of {shift} standard deviations is noticed", f"{ours:.1f}", "one week outside alone", f"{plain:.1f}")
    assert ours < plain


@pytest.mark.parametrize(("seasonal", "carry"), [(False, 0.0), (True, 0.0), (False, 0.3), (True, 0.3)])
def test_false_alarms_on_quiet_weeks_are_those_stated(note, seasonal, carry):
    rng, charts, count, stated = np.random.default_rng(3), 400, 0, []
    for place in range(charts):
        n = 156 if seasonal else 52
        noise = rng.normal(0, 0.06, n)
        for week in range(1, n):
            noise[week] = carry * noise[week - 1] + np.sqrt(1 - carry**2) * noise[week]
        index = pd.date_range("2021-01-04", periods=n, freq="W-MON")
        values = pd.Series(1000 * np.exp(noise), index=index)
        if seasonal:
            values *= SEASON[(index + pd.Timedelta(days=3)).month - 1] * np.exp(0.003 * np.arange(n))
        limits = control_limits(values)
        count += len(events(limits))
        stated += [sharpness(limits).false_alarms] if place % 20 == 0 else []
    found, said = count / charts * 52 / WATCHED, float(np.mean(stated))
    kind = f"{'three years with a season' if seasonal else 'one year'}, carry {carry}"
    note(f"false alarms a chart and year: {kind}", f"{found:.2f}", "stated by the charts", f"{said:.2f}")
    assert found < 2.2 * said


def test_a_sound_forecast_is_seldom_refit_and_a_biased_one_often(note):
    rng = np.random.default_rng(4)
    month = pd.date_range("2025-01-01", periods=10, freq="MS")

    def refit(bias, times=600):
        called = 0
        for _ in range(times):
            error = rng.normal(bias, 1, 10)
            record = pd.DataFrame(
                {"origin": month - pd.DateOffset(months=1), "step": 1, "month": month, "forecast": 100.0, "low": 98.7184,
                 "high": 101.2816, "actual": 100 + error, "error": error, "scale": 1.0}
            )  # fmt: skip
            called += judge(record, 0.1).verdict == "refit"
        return called / times

    sound, biased = refit(0.0), refit(1.5)
    drawn = rng.normal(size=(4000, 10))
    four = np.mean(np.abs(drawn.sum(axis=1)) > 4 * np.abs(drawn).mean(axis=1))
    note("sound forecasts that are told to be refit", f"{sound:.3f}", "by Brown's limit of 4", f"{four:.3f}")
    note("forecasts off by 1.5 of their errors that are", f"{biased:.3f}")
    assert sound <= 0.06 and biased > 0.5


@pytest.mark.parametrize("n", [60, 300, 2000])
def test_noise_is_hardly_ever_a_strong_drift(note, n):
    rng, strong, alerts, raw, total = np.random.default_rng(5), 0, 0, 0, 0
    for _ in range(150):
        found = [distance(pd.Series(rng.normal(size=n)), pd.Series(rng.normal(size=n))) for _ in range(20)]
        each = [(f.psi, f.noise, f.chance) for f in found]
        rows = pd.DataFrame(each, columns=["size", "noise", "chance"]).assign(kind="customers").reindex(columns=COLUMNS)
        told = graded(rows)
        strong += int((told["grade"] == STRONG).sum())
        alerts += int((told["grade"] != "none").sum())
        raw += int((told["size"] >= 0.25).sum())
        total += len(told)
    note(f"noise called strong, {n} rows", f"{strong / total:.4f}", "index of 0.25 alone", f"{raw / total:.4f}")
    note(f"noise that is any alert, {n} rows", f"{alerts / total:.4f}")
    assert strong <= 1 and alerts <= 0.05 * total


def test_time_of_three_charts(note):
    values = 1000 * np.exp(np.random.default_rng(6).normal(0, 0.08, 156))
    weekly = pd.Series(values, index=pd.date_range("2023-11-06", periods=156, freq="W-MON"))
    _, spent = cpu(lambda: [sharpness(control_limits(weekly)) for _ in range(3)])
    note("limits and sharpness of three charts, 156 weeks", f"{spent.cpu:.2f} s")
