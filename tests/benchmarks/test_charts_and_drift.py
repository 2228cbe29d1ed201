"""Monitoring: tests under daily looks beside the usual one, and how long it takes to look over fifty clients."""

import json

import numpy as np
import pandas as pd
from scipy.stats import norm

from measure import cpu
from playbook.methods.monitoring.campaigning.first_orders import first_orders
from playbook.methods.monitoring.campaigning.sequential import always_valid, evidence, ranges
from playbook.methods.monitoring.campaigning.watch import watch_channels
from playbook.run.phases import PHASES
from playbook.run.watching import watch_clients, write_watch

LOOKS, TRIALS, LEVEL = 60, 20_000, 0.05
CLIENTS, FINDINGS = 50, 150


def arms(rng, rate, clicks, lift=1.0):
    """Estimates and variances at every look of two arms."""
    one, other = (rng.binomial(clicks, rate * f, (TRIALS, LOOKS)).cumsum(axis=1) for f in (lift, 1.0))
    cases = clicks * np.arange(1, LOOKS + 1)
    pooled = (one + other) / (2 * cases)
    return (one - other) / cases, np.maximum(2 * pooled * (1 - pooled) / cases, 1e-12)


def test_sixty_daily_looks(note):
    rng = np.random.default_rng(3)
    for rate, clicks in ((0.03, 200), (0.1, 500), (0.01, 100)):
        mixing = 0.25 * rate
        difference, variance = arms(rng, rate, clicks)
        ours = np.exp(-np.maximum(evidence(difference, variance, mixing), 0).max(axis=1)) <= LEVEL
        usual = (np.abs(difference) / np.sqrt(variance) > norm.isf(LEVEL / 2)).any(axis=1)
        low, high = ranges(difference, variance, mixing, 0.8)
        held = ((low <= 0) & (high >= 0)).all(axis=1).mean()
        note(f"quiet trials called shown, rate {rate}, {LOOKS} looks", f"{ours.mean():.3f}", "usual test", f"{usual.mean():.3f}")
        note(f"  80% range holds at all {LOOKS} looks", f"{held:.3f}")
        assert ours.mean() <= LEVEL and held >= 0.8 and usual.mean() > 4 * LEVEL
        difference, variance = arms(rng, rate, clicks, lift=1.3)
        found = np.exp(-np.maximum(evidence(difference, variance, mixing), 0).max(axis=1)) <= LEVEL
        once = np.abs(difference[:, -1]) / np.sqrt(variance[:, -1]) > norm.isf(LEVEL / 2)
        note("  30 percent more found, any look", f"{found.mean():.2f}", "one look at the end", f"{once.mean():.2f}")


def test_first_orders_of_customers_who_differ(note):
    rng, days = np.random.default_rng(5), pd.date_range("2026-03-02", periods=LOOKS)
    treated = np.arange(1200) < 600
    p_values, held = [], []
    for _ in range(400):
        day = rng.geometric(np.clip(rng.gamma(1, 0.02, 1200), 1e-5, 0.99))
        came = day <= LOOKS
        bought = pd.DataFrame({"day": days[day[came] - 1], "treated": treated[came]})
        found = first_orders(bought, 600, 600, days).days
        p_values.append(found["p_value"].iloc[-1])
        held.append(((found["low"] <= 1) & (found["high"] >= 1)).all())
    share = float(np.mean(np.array(p_values) <= LEVEL))
    note(f"quiet campaigns called shown, first orders, {LOOKS} looks", f"{share:.3f}")
    note("  80% range holds at all looks", f"{np.mean(held):.3f}")
    assert share <= LEVEL and np.mean(held) >= 0.8


def channel(rng, drift, lately=1.0):
    week = pd.date_range("2025-07-14", periods=64, freq="W-MON")
    level = np.exp(np.cumsum(rng.normal(0, drift, 64))) * np.where(week >= pd.Timestamp("2026-07-06"), lately, 1.0)
    clicks = rng.binomial(rng.poisson(50_000, 64), 0.01)
    orders = np.minimum(rng.negative_binomial(clicks * 0.03 * level / 0.5, 1 / 1.5), clicks)
    revenue = np.array([rng.gamma(2, 40, n).sum() for n in orders])
    return pd.DataFrame(
        {
            "channel": "a", "week": week, "spend": clicks * 0.5, "impressions": 50_000.0, "clicks": clicks, "orders": orders,
            "revenue": revenue,
        }
    )  # fmt: skip


def test_channels_looked_at_every_week(note):
    for name, drift, lately in (("quiet", 0.0, 1.0), ("drifting by 3% a week", 0.03, 1.0), ("30% fewer orders", 0.0, 0.7)):
        rng = np.random.default_rng(7)
        found = pd.concat([watch_channels(channel(rng, drift, lately)) for _ in range(300)])
        shown = found.groupby("measure")["p_value"].agg(lambda p: (p <= LEVEL).mean())
        note(f"channels called shown, {name}", f"conversion {shown['cvr']:.3f}, revenue on spend {shown['roas']:.3f}")
        assert name != "quiet" or shown.max() <= LEVEL


def test_fifty_clients(note, tmp_path):
    sections = [{"phase": p.id, "id": s, "status": "answered"} for p in PHASES for s in p.sections]
    kinds = [(s["phase"], s["id"]) for s in sections if s["phase"] != "strategy"]
    rng = np.random.default_rng(1)
    for k in range(CLIENTS):
        for day in ("2026-09-30", "2026-10-31"):
            folder = tmp_path / "reports" / f"client-{k:02d}" / day
            folder.mkdir(parents=True)
            text = "Act now: revenue was below the expected in the weeks before." * 3
            told = [
                {
                    "phase": phase, "section": section, "id": f"{section}-{i}", "sentence": text, "value": rng.normal(), "unit": "share",
                    "low": None, "high": None, "money": float(rng.integers(2) * rng.integers(1e6)), "money_text": "€1",
                    "evidence": "shown", "action": None,
                }
                for i in range(FINDINGS) for phase, section in [kinds[i % len(kinds)]]
            ]  # fmt: skip
            (folder / "findings.json").write_text(json.dumps(told))
            (folder / "manifest.json").write_text(json.dumps({"name": "x", "sections": sections, "finished": "2026"}))
    names = [f"client-{k:02d}" for k in range(CLIENTS)]
    rows, spent = cpu(lambda: watch_clients(tmp_path, names))
    write_watch(tmp_path, rows)
    note(f"watch over {CLIENTS} clients with {FINDINGS} findings each, two reports", f"{spent.cpu:.2f} s", "asked", "5 s")
    assert not any(r.broken for r in rows) and spent.cpu < 5


def test_evidence_never_falls_back():
    assert (np.diff(always_valid(np.random.default_rng(0).normal(0, 3, 200))) <= 0).all()
