"""Cases with an outcome, as the client keeps them: leads and offers, credits; and what accounts and products were used for."""

import pandas as pd

from playbook.intake.frames.frame import as_sent, frame
from playbook.intake.tables import Tables

__all__ = ["activity_months", "credit_applications", "labelled_cases"]


@frame(cases=("case_id", "outcome"))
def labelled_cases(tables: Tables) -> pd.DataFrame:
    """The cases table with features, one row per case, in order of id; ``outcome`` is missing while a case is open."""
    return as_sent(tables, "cases").order_by("case_id").to_pandas().astype({"outcome": "boolean"})


@frame(applications=("application_id", "defaulted"))
def credit_applications(tables: Tables) -> pd.DataFrame:
    """The applications table with features, one row per application, in order of id; ``defaulted`` is missing while open."""
    return as_sent(tables, "applications").order_by("application_id").to_pandas().astype({"defaulted": "boolean"})


@frame(activity=("customer_id", "period"))
def activity_months(tables: Tables) -> pd.DataFrame:
    """The activity table with features, one row per customer and month, in order of both."""
    return as_sent(tables, "activity").order_by(["customer_id", "period"]).to_pandas()
