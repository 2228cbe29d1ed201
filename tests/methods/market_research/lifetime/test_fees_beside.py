"""Contracts beside orders: the larger of the two says what customers are worth."""

import pandas as pd

from playbook.methods.market_research.lifetime.contract_worth import fees_beside

DAY = pd.Timestamp("2026-10-31")
CONTRACTS = pd.DataFrame({"customer_id": ["a", "b"], "start": pd.Timestamp("2024-01-01"), "end": [pd.NaT, DAY]})
FEES = pd.Series([100.0, 900.0])  # b has left


def _orders(revenue: float, day: str = "2026-05-01") -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["a", None], "day": pd.Timestamp(day), "revenue": [revenue, 1e6]})


def test_small_fees_stand_beside_large_orders():
    assert fees_beside(CONTRACTS, FEES, _orders(2_500.0), DAY) == 1_200.0  # twelve months of the contract that runs


def test_fees_that_are_most_of_the_business_lead():
    assert fees_beside(CONTRACTS, FEES, _orders(2_300.0), DAY) is None
    assert fees_beside(CONTRACTS, FEES, _orders(9_999.0, "2025-01-01"), DAY) is None  # more than a year ago
    assert fees_beside(CONTRACTS, FEES, None, DAY) is None
