"""Selling: the steps of journeys, and the pipeline."""

import pandas as pd

from playbook.intake.frames.frame import frame, pick
from playbook.intake.schema import TABLES
from playbook.intake.tables import Tables

__all__ = ["journey_steps", "opportunities"]


@frame(journeys=("journey_id", "step", "step_at"))
def journey_steps(tables: Tables) -> pd.DataFrame:
    """One row per journey and step: journey_id, step, step_at (first time), visits of the step, and channel where known."""
    rows = tables.rows["journeys"]
    steps = rows.group_by(["journey_id", "step"]).aggregate(
        step_at=rows.step_at.min(), visits=rows.count(), **{c: rows[c].min() for c in pick(rows, "channel")}
    )
    return steps.order_by(["journey_id", "step_at", "step"]).to_pandas()


@frame(pipeline=("opportunity_id", "stage"))
def opportunities(tables: Tables) -> pd.DataFrame:
    """The pipeline as the client keeps it, one row per opportunity, in order of id."""
    rows = tables.rows["pipeline"]
    return rows.select([c for c in TABLES["pipeline"].names if c in rows.columns]).order_by("opportunity_id").to_pandas()
