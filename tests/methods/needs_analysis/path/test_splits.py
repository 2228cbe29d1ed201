"""Splits: who does better beyond chance, what levelling up brings, and that chance alone brings no ranking."""

import numpy as np
import pandas as pd
import pytest

from playbook.methods.needs_analysis.path.leaks import Path
from playbook.methods.needs_analysis.path.splits import reference_of, splits_at

STEPS = ("visit", "paid")


def path(worth: float | None = 100.0, own: float = 100.0, **dimensions: dict[str, tuple[int, int]]) -> Path:
    """A path of two steps with groups (came, reached) by dimension."""
    rows = [
        {"by": by, "group": group, "step": "paid", "cases": came, "came": came, "reached": hits,
         "conversion": hits / came if came else np.nan,
         "days": 2.0, "worth": np.nan if worth is None else own}
        for by, groups in dimensions.items() for group, (came, hits) in groups.items()
    ]  # fmt: skip
    first = next(iter(dimensions.values()))
    came, hits = (sum(g[k] for g in first.values()) for k in (0, 1))
    stages = pd.DataFrame({"step": STEPS, "reached": [came, hits], "came": [came, came]})
    return Path("journeys", "journeys", next(iter(dimensions)), stages, pd.DataFrame(rows), 1.0, worth)


GOOD = {"mail": (1000, 700), "social": (2000, 400)}


def test_a_better_channel_is_the_reference_and_prices_the_rest():
    split = splits_at(path(channel=GOOD), "paid")[0]
    assert (split.by, split.evidence) == ("channel", "shown")
    assert split.groups["group"].tolist() == ["mail", "social"]
    assert split.level == pytest.approx(0.7, abs=0.01)  # a third of the cases is more than the best quarter
    assert split.gain == pytest.approx((0.7 - 0.2) * 2000 * 100, rel=0.03)
    assert split.low < split.gain < split.high
    assert split.groups["gain"].tolist() == pytest.approx([0, split.gain], abs=50)
    assert split.groups["point"].tolist() == pytest.approx([1000, 2000])
    found = reference_of(split)
    assert (found.group, found.rest, found.n) == ("mail", 0.2, 1000)
    assert found.conversion == pytest.approx(0.7, abs=0.01)


def test_chance_alone_names_no_one():
    rng = np.random.default_rng(2)
    sellers = {f"seller {k}": (int(n), int(rng.binomial(n, 0.4))) for k, n in enumerate(rng.integers(5, 150, 30))}
    split = splits_at(path(owner=sellers), "paid")[0]
    assert split.evidence != "shown"
    assert reference_of(split) is None
    assert np.ptp(split.groups["expected"]) < 0.5 * np.ptp(split.groups["conversion"])


def test_a_small_perfect_group_is_no_reference():
    split = splits_at(path(owner={"one": (2, 2), "two": (900, 300), "three": (900, 200)}), "paid")[0]
    assert reference_of(split).group == "two"


def test_dimensions_come_in_order_of_evidence_and_money():
    even = {"a": (1500, 550), "b": (1500, 550)}
    splits = splits_at(path(product=even, channel=GOOD), "paid")
    assert [s.by for s in splits] == ["channel", "product"]
    assert [s.evidence for s in splits] == ["shown", "indicative"]


def test_without_a_value_or_a_second_group():
    split = splits_at(path(worth=None, channel=GOOD), "paid")[0]
    assert (split.gain, split.low, split.high) == (None, None, None)
    assert reference_of(split).gain is None
    assert splits_at(path(channel={"only": (50, 20)}), "paid") == ()
    assert splits_at(path(channel={"only": (50, 20), "nobody": (0, 0)}), "paid") == ()


def test_each_group_is_priced_at_its_own_worth():
    frame = path(channel=GOOD)
    frame.groups.loc[frame.groups["group"] == "social", "worth"] = 1.0
    split = splits_at(frame, "paid")[0]
    assert split.gain == pytest.approx((0.7 - 0.2) * 2000 * 1, rel=0.03)
