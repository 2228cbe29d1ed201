"""Lifetime value: the fit against the library lifetimes, who is gone on the planted truth, and many customers at once."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from peers import peer_python, run_peer
from sklearn.metrics import roc_auc_score

from measure import cpu
from playbook.engagement import Assumptions, open_engagement
from playbook.generate import generate_client
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.lifetime.bg_nbd import BuyingFit, _Compact, choose_buying, fit_buying
from playbook.methods.market_research.lifetime.bg_nbd_future import alive_probability
from playbook.methods.market_research.lifetime.purchase_histories import purchase_histories
from playbook.methods.market_research.lifetime_value import lifetime_value
from playbook.result.formats import Formats

HERE, TIMES = Path(__file__).parent, 5
LIFETIMES = ("lifetimes==0.11.3", "pandas<2.2", "numpy<2", "scipy<1.12")
MANY = 30_000


def _against_lifetimes(note, what: str, histories: pd.DataFrame, folder: Path) -> tuple[BuyingFit, list[float]]:
    path = folder / "histories.csv"
    histories[["repeats", "recency", "age"]].to_csv(path, index=False)
    theirs = json.loads(run_peer(peer_python("lifetimes", *LIFETIMES), HERE / "fit_lifetimes.py", str(path), str(TIMES)))
    runs = [cpu(lambda: fit_buying(histories)) for _ in range(TIMES)]
    ours, seconds = runs[0][0], min(cost.cpu for _, cost in runs)
    ratio = seconds / theirs["seconds"]
    note(f"BG/NBD, {what}", f"{1000 * seconds:.1f} ms", "lifetimes", f"{1000 * theirs['seconds']:.0f} ms", ratio)
    # lifetimes states the likelihood of rescaled times, so that of its estimates is worked out here.
    likelihood, _ = _Compact(histories, 1, False).likelihood(np.array(theirs["estimates"]))
    note("  log likelihood", f"{ours.log_likelihood:.3f}", "lifetimes", f"{likelihood:.3f}")
    assert abs(ours.log_likelihood - likelihood) < 0.05
    return ours, theirs["estimates"]


@pytest.mark.realdata
def test_fit_of_cdnow_against_lifetimes(note, shared_data, tmp_path):
    rows = pd.read_csv(shared_data / "cdnow" / "cdnow_customers_summary.csv")
    histories = rows.rename(columns={"frequency": "repeats", "T": "age"})
    ours, theirs = _against_lifetimes(note, "CDNOW, 2,357 customers", histories, tmp_path)
    assert ours.estimates == pytest.approx(theirs, rel=2e-3)


def _drawn(n: int) -> pd.DataFrame:
    """Customers of the BG/NBD itself, with CDNOW's parameters but ten times its rates: repeats, recency, age."""
    rng = np.random.default_rng(0)
    rate, leaves, age = rng.gamma(0.6, 1 / 4.4, n), rng.beta(0.8, 2.4, n), rng.uniform(20, 150, n)
    repeats, recency, active, now = np.zeros(n), np.zeros(n), np.ones(n, dtype=bool), np.zeros(n)
    while active.any():
        now = now + rng.exponential(1 / np.maximum(rate, 1e-9))
        active &= now <= age
        repeats, recency = repeats + active, np.where(active, now, recency)
        active &= rng.random(n) >= leaves
    return pd.DataFrame({"repeats": repeats.astype(int), "recency": recency, "age": age})


def test_fit_of_many_against_lifetimes(note, tmp_path):
    _against_lifetimes(note, f"{MANY:,} customers", _drawn(MANY), tmp_path)


def test_who_is_gone_on_the_planted_truth(note, root):
    client = open_engagement("aurora-audio")
    tables = open_tables(client.model_copy(update={"sources": {"orders": client.sources["orders"]}, "interventions": ()}))
    orders = FRAMES["order_totals"].build(tables)
    histories = purchase_histories(orders, pd.Timestamp(tables.as_of))
    truth = pd.read_parquet(root / "data/aurora-audio/truth/customers.parquet").set_index("customer_id")
    known = truth.reindex(histories["customer_id"])
    alive, honest = known["alive"].astype(bool).to_numpy(), (known["segment"] != "fraud account").to_numpy()
    chosen, plain = choose_buying(histories), fit_buying(histories)
    scores = [alive_probability(fit, histories) for fit in (chosen, plain)]
    for what, rows in (("all", np.ones(len(alive), dtype=bool)), ("without fraud accounts", honest)):
        ours, theirs = (roc_auc_score(alive[rows], score[rows]) for score in scores)
        note(f"who is gone, planted, AUC, {what}", f"{ours:.3f} ({chosen.name})", plain.name, f"{theirs:.3f}")
        assert ours >= 0.95


def test_seconds_for_many_customers(note):
    client = generate_client(customers=MANY)
    lines = client.tables["orders"].assign(day=lambda t: t["order_date"].dt.normalize())
    orders = lines.groupby(["order_id", "customer_id"], as_index=False).agg(day=("day", "min"), revenue=("revenue", "sum"))
    result, cost = cpu(lambda: lifetime_value(client.as_of, Formats("EUR"), Assumptions(gross_margin=0.4), orders))
    assert isinstance(client.as_of, date) and abs(result.holdout.miss) < 0.2
    note(f"lifetime value, {len(result.customers):,} customers", f"{cost.cpu:.1f} s", "orders", f"{len(orders):,}")
    note("  hold-out forecast missed by", f"{result.holdout.miss:+.1%}")
