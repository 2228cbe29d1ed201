"""Risk: the scorecard and the screen beside a tuned gradient boosting, by what they rank and what they cost."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from measure import cpu
from playbook import open_engagement
from playbook.methods.strategy.predicting.judge import area
from playbook.methods.strategy.risking.scorecard import crossed, gini
from playbook.methods.strategy.risking.screen import screen
from playbook.run.gathered import gathered

WORDS, NUMBERS = make_column_selector(dtype_exclude=np.number), make_column_selector(dtype_include=np.number)
GRID = {"histgradientboostingclassifier__learning_rate": [0.03, 0.1], "histgradientboostingclassifier__max_leaf_nodes": [4, 15]}


def boosting():
    coded = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), WORDS), remainder="passthrough"
    )
    return GridSearchCV(make_pipeline(coded, HistGradientBoostingClassifier(random_state=0)), GRID, scoring="roc_auc", cv=3)


def logistic():
    coded = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), WORDS), (StandardScaler(), NUMBERS))
    return make_pipeline(coded, LogisticRegression(max_iter=1000))


def compared(note, name, features, bad):
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    (_, chance), mine = cpu(lambda: crossed(features, bad, 0))
    found = {"scorecard": gini(area(bad, chance))[0]}
    for peer, model in (("logistic regression", logistic()), ("tuned gradient boosting", boosting())):
        theirs, cost = cpu(lambda m=model: cross_val_predict(m, features, bad, cv=folds, method="predict_proba")[:, 1])
        found[peer] = 2 * roc_auc_score(bad, theirs) - 1
        note(f"{name}: Gini", f"{found['scorecard']:.3f}", peer, f"{found[peer]:.3f}")
        note(f"{name}: five folds", f"{mine.cpu:.1f} s", peer, f"{cost.cpu:.1f} s", mine.cpu / cost.cpu)
    return found


@pytest.mark.realdata
def test_german_credit(note, shared_data):
    table = pd.read_csv(shared_data / "german_credit" / "german.data", sep=r"\s+", header=None)
    found = compared(note, "German credit", table.drop(columns=20).add_prefix("c"), (table[20] == 2).to_numpy())
    assert found["scorecard"] >= 0.55


def test_generated_bank(note, root):
    table = gathered(open_engagement("harbor-bank", root=root), "credit_applications")[0].dropna(subset=["defaulted"])
    columns = [c for c in table if c.startswith("feature: ")]
    features = table[columns].astype({c: object for c in columns if not pd.api.types.is_numeric_dtype(table[c])})
    found = compared(note, "generated bank", features.reset_index(drop=True), table["defaulted"].to_numpy(dtype=bool))
    assert found["scorecard"] >= found["tuned gradient boosting"] - 0.05


def test_fraud(note, root):
    payments = gathered(open_engagement("harbor-bank", root=root), "payment_events")[0]
    found, mine = cpu(lambda: screen(payments, "payment_id", "paid_at", "fraud"))
    truth = pd.read_parquet(root / "data" / "harbor-bank" / "truth" / "payments.parquet")
    fraud = found.events["key"].isin(truth["payment_id"])
    note("payments: area under precision and recall, known", f"{found.precision:.2f}", "without labels", f"{found.alone:.2f}")
    note(
        "payments: against the truth",
        f"{average_precision_score(fraud, found.events['chance']):.2f}",
        "chance",
        f"{fraud.mean():.3f}",
    )
    note(f"{len(payments)} payments", f"{mine.cpu:.1f} s")
    assert found.precision >= 3 * found.base
