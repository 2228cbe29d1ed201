from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.keeping.at_risk import risk_by_contracts
from playbook.result.formats import Formats


def _worth(payments: float, n: int = 10) -> SimpleNamespace:
    """Contracts of 10 a month of which ``payments`` of twelve are expected by their curve."""
    ids = [f"c{i}" for i in range(n)]
    return SimpleNamespace(
        fmt=Formats("EUR"),
        customers=pd.DataFrame({"customer_id": ids, "order_value": 10.0, "expected_orders": payments, "alive": 1.0}),
    )


@pytest.mark.parametrize(("chance", "horizon"), [(0.4, 365), (0.4, 365.25), (0.1, 90), (0.3, 180), (0.0, 90)])
def test_what_leaving_takes_of_a_year_does_not_depend_on_the_horizon_it_is_told_for(chance, horizon):
    monthly = (1 - chance) ** (365.25 / 12 / horizon)
    payments = (monthly ** np.arange(1, 13)).sum()
    worth = _worth(payments)
    risk = risk_by_contracts(worth, pd.Series(chance, worth.customers["customer_id"]), horizon, 0.5)
    assert risk["at_risk"].to_numpy() == pytest.approx(np.full(10, 5 * (12 - payments)), rel=1e-4, abs=1e-4)
    assert np.allclose(risk["at_risk"], risk["stays"] - risk["expected"]) and np.allclose(risk["alive"], 1 - chance)
    curves = risk_by_contracts(worth, None, 0, 0.5)
    assert curves["at_risk"].sum() == pytest.approx(risk["at_risk"].sum(), rel=1e-4, abs=1e-4)


def test_after_the_horizon_a_contract_leaves_as_others_of_its_kind():
    # Nobody leaves by the curve: who stays the quarter (91.3 days, three months) pays all year.
    worth = _worth(12.0)
    risk = risk_by_contracts(worth, pd.Series({"c0": 0.271, "c1": 1.0}), 365.25 / 4, 1.0).set_index("customer_id")
    # A tenth leaves each month of three: payments of 0.9, 0.81, and ten times 0.729.
    assert risk.loc["c0", "expected"] == pytest.approx(10 * (0.9 + 0.81 + 10 * 0.729))
    assert risk.loc["c1", "at_risk"] == 120 and risk.loc["c1", "state"] == "slipping"
    assert risk.loc["c5", "alive"] == pytest.approx(1 - (0.271 + 1.0) / 2)  # not scored: the mean of the others
