"""What is known of a customer on the day of a deal: contracts signed later are not."""

from datetime import date

import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.strategy.predicting.asked import ask_deals

DEALS = pd.DataFrame(
    {
        "opportunity_id": ["d1", "d2", "d3", "d4"],
        "stage": ["won", "lost", "won", "quote"],
        "created_on": pd.to_datetime(["2026-01-10", "2026-01-10", None, "2026-05-01"]),
        "closed_on": pd.to_datetime(["2026-03-01", "2026-03-01", "2026-03-01", None]),
        "amount": 1000.0,
        "customer_id": ["a", "b", "b", "a"],
    }
)
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["a", "b"],
        "contract": ["full", "basic"],
        "fee": [300.0, 90.0],
        "contract_on": pd.to_datetime(["2026-03-20", "2025-05-01"]),
    }
)


def test_a_contract_signed_after_the_deal_was_opened_tells_nothing_of_it():
    features = ask_deals(DEALS, CUSTOMERS, date(2026, 6, 30), Assumptions(), ()).features
    assert "contract_on" not in features
    assert features["contract"].fillna("none").tolist() == ["none", "basic", "none", "full"]  # d3: nobody knows when it came up
    assert features["fee"].fillna(0).tolist() == [0.0, 90.0, 0.0, 300.0]


def test_contracts_without_a_first_day_of_their_own_stay():
    features = ask_deals(DEALS, CUSTOMERS.drop(columns="contract_on"), date(2026, 6, 30), Assumptions(), ()).features
    assert features["fee"].tolist() == [300.0, 90.0, 90.0, 300.0]
