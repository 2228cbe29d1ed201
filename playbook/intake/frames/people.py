"""Customers as the client keeps them, and who belonged to which intervention."""

import ibis
import pandas as pd

from playbook.intake.frames.frame import as_sent, frame, pick
from playbook.intake.tables import Tables

__all__ = ["customers", "memberships"]


@frame(customers=("customer_id",))
def customers(tables: Tables) -> pd.DataFrame:
    """The customers table as the client keeps it, with features, one row per customer, in order of id."""
    return as_sent(tables, "customers").order_by("customer_id").to_pandas()


@frame(interventions=("intervention_id", "customer_id"))
def memberships(tables: Tables) -> pd.DataFrame:
    """One row per intervention and customer: intervention_id, customer_id, group ('treated' or 'control').

    ``started_on``, the day a customer got it first, is there where the client has it.
    """
    rows = tables.rows["interventions"]
    group = rows.group.lower() if "group" in rows.columns else ibis.literal("treated")
    members = rows.mutate(group=group).select("intervention_id", "customer_id", "group", *pick(rows, "started_on"))
    return members.distinct().order_by(["intervention_id", "customer_id"]).to_pandas()
