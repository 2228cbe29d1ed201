"""Recommendations: what each way gains on a period that none has seen, on Online Retail and on Complete Journey, and its time."""

import numpy as np
import pandas as pd
import pytest

from measure import cpu
from playbook.engagement import open_engagement
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.strategy.recommending.rules import FEWEST_BUYERS, texts
from playbook.methods.strategy.recommending.scorers import ease, in_common, item_knn, popularity
from playbook.methods.strategy.recommending.tastes import Tastes, tastes
from playbook.methods.strategy.recommending.trial import BLEND, EASE, KNN, POPULAR, Chosen, try_ways

PERIOD = 46  # days: an eighth of Online Retail's 374


def _judged(note, name: str, taste: Tastes, said: list[str]) -> tuple[pd.Series, Chosen]:
    found, cost = cpu(lambda: try_ways(taste, said))
    table, before = found.table.set_index("way"), taste.before
    note(f"recommendations, {name}, tuned and judged", f"{cost.cpu:.1f} s", f"{before.shape[0]:,} x {before.shape[1]:,}")
    best = found.settings
    learn = {
        POPULAR: lambda: popularity(before),
        KNN: lambda: item_knn(in_common(before), best.shrink, best.neighbours),
        EASE: lambda: ease(in_common(before), best.weight),
    }
    fashion = table.loc[POPULAR, "ndcg"]
    for way, row in table.iterrows():
        spent = f", learnt in {cpu(learn[way])[1].cpu:.2f} s" if way in learn else ""
        told = f"{row['ndcg']:.3f} ({row['ndcg_low']:.3f} to {row['ndcg_high']:.3f})"
        note(f"  nDCG@10 of {way}{spent}", told, POPULAR, f"{fashion:.3f}", fashion / row["ndcg"])
    return table["ndcg"], found


@pytest.mark.realdata
def test_online_retail(note, shared_data):
    lines = pd.read_parquet(shared_data / "online_retail" / "online_retail.parquet").dropna(subset=["CustomerID"])
    lines = lines[(lines["Quantity"] > 0) & (lines["UnitPrice"] > 0)]
    ago = (lines["InvoiceDate"].max().normalize() - lines["InvoiceDate"].dt.normalize()).dt.days
    lines = lines.assign(item=lines["StockCode"].astype(str), customer_id=lines["CustomerID"].astype(int).astype(str))
    lines = lines.assign(early=ago >= 2 * PERIOD, middle=(ago >= PERIOD) & (ago < 2 * PERIOD), late=ago < PERIOD)
    frame = lines.groupby(["customer_id", "item"])[["early", "middle", "late"]].sum().reset_index()
    buyers = frame["item"].value_counts().head(3000)
    items = np.sort(buyers[buyers >= FEWEST_BUYERS].index.to_numpy(dtype=object))
    said = lines.groupby("item")["Description"].first().fillna("").reindex(items).tolist()
    gain, found = _judged(note, "Online Retail", tastes(frame, items), said)
    words = found.fallback
    note("  buyers of hidden items named right by words", f"{words['found']:.3f}", "chance", f"{words['chance']:.3f}")
    assert gain[EASE] >= gain[KNN] >= gain[POPULAR]
    assert gain[EASE] >= 0.10 and gain[BLEND] >= gain[KNN]
    assert words["found"] > 5 * words["chance"]


def test_complete_journey(note):
    tables = open_tables(open_engagement("complete-journey"))
    items = FRAMES["offer_items"].build(tables)
    items = items[items["buyers"] >= FEWEST_BUYERS]
    taste = tastes(FRAMES["purchases"].build(tables), items["item"].to_numpy(dtype=object))
    gain, _ = _judged(note, "Complete Journey", taste, texts(items))
    assert gain[EASE] >= gain[KNN] >= gain[POPULAR]
