import numpy as np
import pandas as pd

from playbook.methods.strategy.keeping.churn import contract_states, learn_churn
from playbook.result.formats import Formats

AS_OF, FMT = pd.Timestamp("2026-06-30"), Formats("EUR")


def _contracts(n: int, seed: int = 0, loyals: float = 0.5) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Who uses the product less ends sooner; use is told a month at a time."""
    rng = np.random.default_rng(seed)
    loyal = rng.random(n) < loyals
    start = pd.Series(AS_OF - pd.to_timedelta(rng.integers(200, 900, n), "D"))
    held = pd.to_timedelta((rng.exponential(np.where(loyal, 4000, 500)) + 30).round(), "D")
    end = (start + held).where(start + held <= AS_OF)
    ids = [f"c{i}" for i in range(n)]
    contracts = pd.DataFrame({"customer_id": ids, "start": start, "end": end, "fee": 20.0, "contract": "basic"})
    customers = pd.DataFrame({"customer_id": ids, "feature: note": "x", "left_on": end, "acquired_on": start})
    months = pd.date_range("2025-01-01", "2026-06-01", freq="MS")
    use = np.where(loyal, 20.0, 5.0)[:, None] + rng.normal(0, 3, (n, len(months)))
    activity = pd.DataFrame(
        {"customer_id": np.repeat(ids, len(months)), "period": np.tile(months, n), "feature: logins": use.ravel()}
    )
    return contracts, customers, activity


def test_states_are_those_of_the_day():
    contracts, customers, activity = _contracts(50)
    day = pd.Timestamp("2026-03-10")
    states = contract_states(contracts, customers, day, activity)
    running = contracts[(contracts["start"] <= day) & ~(contracts["end"] <= day)]
    assert list(states.index) == list(running["customer_id"])
    assert not {"left_on", "end", "acquired_on"} & set(states)
    changed = activity.assign(**{"feature: logins": activity["feature: logins"].where(activity["period"] < "2026-03-01", 99.0)})
    assert states.equals(contract_states(contracts, customers, day, changed))
    known = activity[(activity["customer_id"] == states.index[0]) & activity["period"].between("2025-12-01", "2026-02-01")]
    assert np.isclose(states["feature: logins (mean of 3 months)"].iloc[0], known["feature: logins"].mean())


def test_who_leaves_is_learnt_from_earlier_days():
    contracts, customers, activity = _contracts(900)
    found = learn_churn(contracts, customers, AS_OF, FMT, activity)
    assert found.horizon == 180 and found.learned.by_time  # too few ended in a quarter
    assert found.area["auc_low"] > 0.6
    use = activity.groupby("customer_id")["feature: logins"].mean().reindex(found.chance.index)
    assert found.chance[use < 12].mean() > 2 * found.chance[use >= 12].mean()
    most = found.chance.idxmax()
    assert "logins" in found.why[most]
    assert set(found.chance.index) == set(contracts.loc[contracts["end"].isna(), "customer_id"])


def test_months_not_known_yet_are_left_out_on_earlier_days_too():
    contracts, customers, activity = _contracts(900)
    known = activity[activity["period"] < "2026-04-01"]
    late = learn_churn(contracts, customers, AS_OF, FMT, known)
    assert late.area["auc_low"] > 0.6 and late.shifted is None
    states = contract_states(contracts, customers, AS_OF, known, 3)
    assert states["feature: logins (mean of 3 months)"].notna().mean() > 0.9


def test_where_all_slide_at_once_the_order_is_kept_and_not_the_level():
    contracts, customers, activity = _contracts(1500, loyals=0.7)
    slid = activity.copy()
    slid.loc[slid["period"] >= "2026-04-01", "feature: logins"] -= 12
    found = learn_churn(contracts, customers, AS_OF, FMT, slid)
    assert found.shifted > 2 * found.ended / found.rows
    assert np.isclose(found.chance.mean(), found.ended / found.rows)
    assert found.chance.nunique() > 1


def test_too_few_ends_give_none():
    contracts, customers, _ = _contracts(60)
    assert learn_churn(contracts, customers, AS_OF, FMT) is None
    assert learn_churn(contracts.iloc[:0], customers.iloc[:0], AS_OF, FMT) is None
