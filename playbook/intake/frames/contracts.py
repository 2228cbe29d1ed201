"""Contracts: since when and until when each customer is bound, and what they pay."""

import pandas as pd

from playbook.intake.frames.frame import frame, pick
from playbook.intake.tables import Tables

__all__ = ["contracts"]


@frame(customers=("customer_id", "acquired_on", "left_on"))
def contracts(tables: Tables) -> pd.DataFrame:
    """One row per customer whose contract began by the as-of day, in order of id: customer_id, start, end, fee and contract.

    ``start`` is the first day of the contract where the client keeps one (customers without it are under none), else that of the
    customer. ``end`` is empty while the contract runs; one that ends after the as-of day counts as running. ``fee`` (a month) and
    ``contract`` (its kind) only where the client has them. Customers without a first day, and those who left before they came,
    are left out.
    """
    rows = tables.rows["customers"]
    start = "contract_on" if "contract_on" in rows.columns else "acquired_on"
    table = rows.select("customer_id", *pick(rows, "fee", "contract"), start=rows[start], end=rows.left_on)
    table = table.order_by("customer_id").to_pandas()
    last = pd.Timestamp(tables.as_of)
    table = table.assign(start=_days(table["start"]), end=_days(table["end"]))
    table["end"] = table["end"].where(table["end"] <= last)
    sound = (table["start"] <= last) & ~(table["end"] < table["start"])
    return table.loc[sound, ["customer_id", "start", "end", *pick(rows, "fee", "contract")]].reset_index(drop=True)


def _days(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column).astype("datetime64[us]").dt.normalize()
