"""Groups: who got an intervention and who was set aside, by one rule wherever groups are compared.

Who is listed in both groups counts in neither: nobody knows what the lot said, and moving such customers to either side moves
those who asked for it, or fought it off, with them.
"""

import pandas as pd

from playbook.locale import said_n

__all__ = ["CONTROL", "FEWEST_CUSTOMERS", "crossed_words", "members_of"]

CONTROL = "control"
FEWEST_CUSTOMERS = 20  # in each group; below it means of skewed revenue are not near normal


def members_of(id: str, memberships: pd.DataFrame | None) -> tuple[pd.DataFrame | None, int]:
    """Group of each listed customer (index customer_id; group, and the earliest started_on where the client has it), and how many
    were listed in both groups and are left out. None when nobody is left who got it.

    ``memberships``: intervention_id, customer_id, group, perhaps started_on.
    """
    if memberships is None:
        return None, 0
    listed = memberships[memberships["intervention_id"].astype(str) == id]
    control = listed["group"].eq(CONTROL)
    both = set(listed.loc[control, "customer_id"]) & set(listed.loc[~control, "customer_id"])
    listed = listed[~listed["customer_id"].isin(both)]
    dated = [c for c in ("started_on",) if c in listed and listed[c].notna().any()]
    listed = listed.sort_values(dated, kind="stable") if dated else listed
    listed = listed.drop_duplicates("customer_id").set_index("customer_id")[["group", *dated]].sort_index()
    return (listed if listed["group"].ne(CONTROL).any() else None), len(both)


def crossed_words(crossed: int) -> str:
    """How many count in neither group, as a sentence; empty where none do."""
    if not crossed:
        return ""
    return said_n(
        "One customer stands in both groups and counts in neither.",
        "{n} customers stand in both groups and count in neither.",
        crossed,
    )
