"""First orders, where the numbers of two groups do not fit."""

import pandas as pd
import pytest

from playbook.methods.monitoring.campaigning.first_orders import first_orders


def test_more_buyers_than_customers_are_no_evidence():
    bought = pd.DataFrame({"day": pd.Timestamp("2026-01-01"), "treated": [True, True, False, False, False]})
    for treated, control in ((1, 1), (2, 2), (1, 4)):
        found = first_orders(bought, treated, control, pd.date_range("2026-01-01", periods=1))
        assert found.days["p_value"].tolist() == pytest.approx([1.0])
