"""Segments (how many groups, are they stable, what are they called, who moved) against scikit-learn's k-means alone, k given."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from measure import cpu
from playbook.engagement import open_engagement
from playbook.generate import GeneratedClient, generate_client
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.segments import segments
from playbook.result.formats import Formats

FMT = Formats("EUR")
MANY = 52_000  # customers, who make a million order lines
SEEDS = (7, 21, 22, 23)  # 7 is the bundled client


def from_generator(customers: int) -> tuple[pd.DataFrame, date]:
    client = generate_client(customers=customers)
    return order_totals(client), client.as_of


def order_totals(client: GeneratedClient) -> pd.DataFrame:
    lines = client.tables["orders"].assign(day=lambda t: t["order_date"].dt.normalize())
    return lines.groupby(["order_id", "customer_id"], as_index=False).agg(day=("day", "min"), revenue=("revenue", "sum"))


def from_complete_journey() -> tuple[pd.DataFrame, date]:
    tables = open_tables(open_engagement("complete-journey"))
    return FRAMES["order_totals"].build(tables), tables.as_of


def k_means_alone(orders: pd.DataFrame, as_of: date, k: int) -> pd.Series:
    """Recency, frequency and revenue on a log scale, grouped once."""
    bought = orders[orders["revenue"] > 0]
    last, times = bought.groupby("customer_id")["day"].max(), bought.groupby("customer_id").size()
    total = orders.groupby("customer_id")["revenue"].sum()
    frame = (
        pd.DataFrame({"recency": (pd.Timestamp(as_of) - last).dt.days, "orders": times, "revenue": total}).dropna().clip(lower=0)
    )
    points = StandardScaler().fit_transform(np.log1p(frame.to_numpy()))
    return pd.Series(KMeans(k, n_init=10, random_state=7).fit(points).labels_, index=frame.index)


@pytest.mark.parametrize("source", ["complete-journey", "generated"])
def test_segments_against_k_means(note, source):
    orders, as_of = from_complete_journey() if source == "complete-journey" else from_generator(MANY)
    ours, cost = cpu(lambda: segments(orders, as_of, FMT))
    labels, alone = cpu(lambda: k_means_alone(orders, as_of, len(ours.profiles)))
    mine = ours.assignments.set_index("customer_id")["segment"]
    both = mine.index.intersection(labels.index)
    assert len(both) > 0.99 * len(mine)
    agreement = adjusted_rand_score(mine[both], labels[both])
    assert agreement > 0.9  # the same groups, found without being told how many
    note(
        f"segments of {len(mine):,} customers, {len(orders):,} orders",
        f"{cost.cpu:.1f} s",
        "one k-means, k given",
        f"{alone.cpu:.2f} s",
        cost.cpu / alone.cpu,
    )
    note("  agreement of the groups", f"{agreement:.2f} of 1")


@pytest.mark.parametrize("seed", SEEDS)
def test_planted_segments_come_back(note, seed):
    """Fraud accounts and customers without an order belong to no planted segment of buyers and are left out."""
    client = generate_client(seed)
    truth = client.truth.customers.set_index("customer_id")["segment"]
    found = segments(order_totals(client), client.as_of, FMT).assignments.set_index("customer_id")["kind"]
    planted = truth[truth != "fraud account"].reindex(found.index).dropna()
    agreement = adjusted_rand_score(planted, found[planted.index])
    assert agreement >= 0.8
    note(f"planted segments found again, seed {seed}", f"{agreement:.3f} of 1")
