"""Uplift: the Qini of both of Hillstrom's mails and of planted persuadables next to a plain T-learner of random forests."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import StratifiedKFold

from measure import cpu
from playbook.engagement import open_engagement
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.strategy.keeping.churn import learn_churn
from playbook.methods.strategy.keeping.qini import measure_qini, qini_coefficient
from playbook.methods.strategy.keeping.trials import order_trials
from playbook.methods.strategy.keeping.uplift import FOLDS, learn_uplift
from playbook.result.formats import Formats

FMT = Formats("EUR")
FEATURES = ["recency", "history", "mens", "womens", "zip_code", "newbie", "channel"]


def _forests(features: pd.DataFrame, treated: np.ndarray, outcome: np.ndarray, seed: int = 0) -> np.ndarray:
    """Places by the difference of two random forests, one a group, as the library comes, told of customers not seen."""
    rows, places = pd.get_dummies(features, dtype=float).fillna(-1.0).to_numpy(), np.zeros(len(treated))
    for known, new in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(treated, treated):
        told = [
            RandomForestRegressor(random_state=seed).fit(rows[known][group], outcome[known][group]).predict(rows[new])
            for group in (treated[known], ~treated[known])
        ]
        places[new] = pd.Series(told[0] - told[1]).rank(pct=True).to_numpy()
    return places


@pytest.mark.realdata
@pytest.mark.parametrize("arm", ["Womens E-Mail", "Mens E-Mail"])
def test_hillstrom(note, shared_data, arm):
    rows = pd.read_csv(shared_data / "hillstrom" / "hillstrom.csv")
    rows = rows[rows["segment"].isin([arm, "No E-Mail"])]
    treated, visit = (rows["segment"] == arm).to_numpy(), rows["visit"].to_numpy(dtype=float)
    ours, cost = cpu(lambda: learn_uplift(rows[FEATURES], treated, visit))
    theirs, forest_cost = cpu(lambda: measure_qini(_forests(rows[FEATURES], treated, visit), ours.effects))
    note(
        f"uplift, {arm}, visit",
        f"{cost.cpu:.1f} s",
        "T-learner of random forests",
        f"{forest_cost.cpu:.1f} s",
        cost.cpu / forest_cost.cpu,
    )
    note("  Qini per 100 customers", f"{_per_100(ours.qini)}", "T-learner of random forests", f"{_per_100(theirs)}")
    assert ours.effect == pytest.approx(visit[treated].mean() - visit[~treated].mean(), abs=0.1 * ours.error + 5e-4)
    if arm == "Womens E-Mail":
        assert ours.qini.low > 0 and ours.qini.p < 1e-6
        assert ours.qini.value > theirs.value
    else:
        assert ours.qini.value > theirs.value - ours.qini.error


def test_persuadables_of_aurora_audio(note):
    client = open_engagement("aurora-audio")
    tables = open_tables(client)
    frames = [FRAMES[name].build(tables) for name in ("memberships", "order_totals", "customers")]
    trial = next(t for t in order_trials(client.interventions, *frames, client.as_of, None) if t.id == "spring-mail")
    truth = pd.read_parquet(client.folder / "truth" / "customers.parquet").set_index("customer_id")
    added = truth["added revenue if treated: spring-mail"].reindex(trial.features.index).to_numpy()
    best = qini_coefficient(added, added)
    ours, cost = cpu(lambda: learn_uplift(trial.features, trial.treated, trial.outcome))
    numbers = trial.features.select_dtypes("number")
    theirs, forest_cost = cpu(lambda: _forests(numbers, trial.treated, trial.outcome))
    reached = [qini_coefficient(places, added) / best for places in (ours.scores, theirs)]
    note(
        "uplift, 1,200 customers",
        f"{cost.cpu:.2f} s",
        "T-learner of random forests",
        f"{forest_cost.cpu:.2f} s",
        cost.cpu / forest_cost.cpu,
    )
    note("  part of the true Qini reached", f"{reached[0]:.2f}", "T-learner of random forests", f"{reached[1]:.2f}")
    assert reached[0] > max(reached[1], 0.65)


@pytest.mark.realdata
def test_telco_churn(note, shared_data):
    rows = pd.read_csv(shared_data / "telco_churn" / "Telco-Customer-Churn.csv")
    day = pd.Timestamp("2026-06-30")
    ago = np.random.default_rng(0).integers(0, 14, len(rows))
    contracts = pd.DataFrame(
        {
            "customer_id": rows["customerID"],
            "start": day - pd.to_timedelta((rows["tenure"] * 30.4375 + 15).round().astype(int), "D"),
            "end": pd.Series(day - pd.to_timedelta(ago, "D")).where(rows["Churn"] == "Yes"),
            "fee": rows["MonthlyCharges"],
            "contract": rows["Contract"],
        }
    )
    features = rows.drop(columns=["customerID", "tenure", "Churn", "MonthlyCharges", "Contract", "TotalCharges"])
    found, cost = cpu(
        lambda: learn_churn(contracts, features.add_prefix("feature: ").assign(customer_id=rows["customerID"]), day, FMT)
    )
    note("churn of telco within 90 days", f"{cost.cpu:.1f} s", "best of five models", f"area {found.area['auc']:.3f}")
    assert found.area["auc"] > 0.825 and found.area["ece"] < 0.03


def _per_100(qini) -> str:
    return f"{100 * qini.value:.3f} ({100 * qini.low:.3f} to {100 * qini.high:.3f})"
