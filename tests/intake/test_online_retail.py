"""A real shop's export through the intake, to the penny, and the published rules of its French baskets.

UCI Online Retail (Chen 2015, CC BY 4.0). Its revenue is no column: an analyst multiplies in the export, in exact decimals.
"""

from decimal import Decimal

import duckdb
import pytest

from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.pairing.rules import pair_rules

pytestmark = pytest.mark.realdata
COLUMNS = {
    "order_id": "InvoiceNo", "order_date": "InvoiceDate", "customer_id": "CustomerID", "product_id": "StockCode",
    "quantity": "Quantity", "revenue": "Revenue", "channel": "Country",
}  # fmt: skip


@pytest.fixture
def online_retail(shared_data, make_client, tmp_path):
    def open_lines(where: str = "true", **columns: str):
        source, target = shared_data / "online_retail" / "online_retail.parquet", tmp_path / "lines.parquet"
        with duckdb.connect() as connection:
            connection.execute(
                f"""COPY (SELECT *, UnitPrice::DECIMAL(12, 3) * Quantity AS Revenue FROM read_parquet('{source}') WHERE {where})
                    TO '{target}'"""
            )
        return open_tables(
            make_client({"lines.parquet": target.read_bytes()}, {"path": "raw/lines.parquet", "columns": COLUMNS | columns})
        )

    return open_lines


def test_fingerprint_to_the_penny(online_retail):
    # NUMBERS: segments and baskets, [RUN].
    rows = online_retail().rows["orders"]
    counted = rows.aggregate(
        lines=rows.count(), orders=rows.order_id.nunique(), products=rows.product_id.nunique(),
        customers=rows.customer_id.nunique(), countries=rows.channel.nunique(), net=rows.revenue.cast("decimal(18, 3)").sum(),
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    net = counted.pop("net")
    assert counted == {"lines": 541_909, "orders": 25_900, "products": 4_070, "customers": 4_372, "countries": 38}
    assert net.quantize(Decimal("0.01")) == Decimal("9747747.93")


def test_fingerprint_of_what_named_customers_bought(online_retail):
    rows = online_retail().rows["orders"]
    rows = rows.filter(~rows.order_id.startswith("C") & (rows.quantity > 0) & (rows.revenue > 0) & rows.customer_id.notnull())
    counted = rows.aggregate(
        lines=rows.count(), customers=rows.customer_id.nunique(), orders=rows.order_id.nunique(),
        net=rows.revenue.cast("decimal(18, 3)").sum(),
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    net = counted.pop("net")
    assert counted == {"lines": 397_884, "customers": 4_338, "orders": 18_532}
    assert net.quantize(Decimal("0.01")) == Decimal("8911407.90")


def test_published_rules_of_french_baskets(online_retail):
    # NUMBERS: France, 392 baskets, without POSTAGE, support at least .07. An item is its description; the five baskets that
    # hold nothing but postage count as baskets.
    pairs = FRAMES["item_pairs"].build(online_retail("Country = 'France'", product_id="Description"))
    assert pairs["baskets"].eq(392).all()
    rules = pair_rules(pairs)
    rules = rules[(rules["support"] >= 0.07) & (rules["antecedent"] != "POSTAGE") & (rules["consequent"] != "POSTAGE")]
    rules = rules.set_index(["antecedent", "consequent"])[["support", "confidence", "lift"]].round(6)
    green, red = "ALARM CLOCK BAKELIKE GREEN", "ALARM CLOCK BAKELIKE RED"
    plates, cups = "SET/6 RED SPOTTY PAPER PLATES", "SET/6 RED SPOTTY PAPER CUPS"
    assert rules.loc[(plates, cups)].tolist() == [0.122449, 0.96, 6.968889]
    assert rules.loc[(green, red)].tolist() == [0.079082, 0.815789, 8.642959]
    assert rules.loc[(red, green)].tolist() == [0.079082, 0.837838, 8.642959]
