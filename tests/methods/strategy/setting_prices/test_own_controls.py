"""Own controls: a rival that brings discounts and losses alike no longer hides what a discount does."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions
from playbook.methods.strategy.setting_prices.deal_notes import alike_in
from playbook.methods.strategy.setting_prices.discounts import discount_guide, known_deals
from playbook.methods.strategy.setting_prices.own_controls import own_controls
from playbook.result.formats import Formats

AS_OF, SLOPE = date(2026, 6, 30), 0.6  # log odds per tenth of discount


@pytest.fixture(scope="module")
def deals():
    """2,400 deals; against the rival twelve points more discount are given, and the odds are far lower."""
    rng, n = np.random.default_rng(2), 2400
    rival = rng.random(n) < 0.5
    discount = np.clip(0.06 + 0.12 * rival + rng.normal(0, 0.04, n), 0, 0.4).round(3)
    chance = 1 / (1 + np.exp(-(-0.2 + SLOPE / 0.1 * discount - 1.6 * rival)))
    won = rng.random(n) < chance
    created = pd.Timestamp(AS_OF) - pd.to_timedelta(rng.integers(30, 360, n), "D")
    waits = np.arange(n) >= n - 100
    return pd.DataFrame(
        {
            "opportunity_id": [f"d{i}" for i in range(n)], "stage": np.where(waits, "quote", np.where(won, "won", "lost")),
            "created_on": created, "closed_on": (created + pd.Timedelta(days=20)).where(~waits), "amount": 1e3 * (1 - discount),
            "discount": discount, "cost": 600.0, "feature: 竞争对手": np.where(rival, "德峰", "无"),
            "feature: reason": np.where(waits, None, np.where(won, "liked it", "too dear")),
            "feature: note": [f"text {i}" for i in range(n)],
        }
    )  # fmt: skip


def test_only_what_was_known_before_the_end_and_says_few_words(deals):
    known, _ = known_deals(deals, AS_OF, None)
    assert own_controls(known) == ("feature: 竞争对手",)  # the reason tells the end, a note is each time another
    assert own_controls(known.drop(columns=[c for c in known if c.startswith("feature")])) == ()


def test_the_slope_is_found_beside_the_rival(deals):
    found = discount_guide(deals, AS_OF, Assumptions())
    assert found.model.coefficients[1] == pytest.approx(SLOPE, abs=3 * found.model.error[1])
    assert found.raw.coefficients[1] < 0 < found.effect[4]  # without the rival discounts would seem to lose deals
    assert alike_in(found, Formats("EUR")) == "size and 竞争对手"
    assert len(found.open) == 100 and found.open["chance"].between(0, 1).all()


def test_empty_words_count_as_one_more(deals):
    some = deals.assign(**{"feature: 竞争对手": deals["feature: 竞争对手"].where(deals.index % 20 > 0)})
    found = discount_guide(some, AS_OF, Assumptions())
    assert found.model.coefficients[1] == pytest.approx(SLOPE, abs=4 * found.model.error[1])
