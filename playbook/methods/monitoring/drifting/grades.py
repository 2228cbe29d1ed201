"""Grades: which differences are more than chance, with all of them tested at once, and which of these are large."""

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from playbook.locale import mark

__all__ = ["COLUMNS", "GRADES", "LARGE", "MODERATE", "SHOWN", "STRONG", "graded"]

SHOWN = 0.05  # share of false alarms among all alarms
SURE = SHOWN**2  # so that of the alerts that chance raises, one in twenty is strong
MODERATE, LARGE = 0.10, 0.25  # of the index, beyond what chance brings
STRONG = "strong"
GRADES = {STRONG: mark("strong"), "moderate": mark("moderate"), "slight": mark("slight"), "none": "–"}  # as readers know them
COLUMNS = ["kind", "name", "size", "noise", "chance", "before", "now", "unit", "level", "rows_before", "rows_now"]


def graded(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of COLUMNS with ``corrected`` and ``grade``, the strongest first.

    ``corrected``: the chance with the tests of its family (columns, or all else) taken into account (Benjamini & Hochberg 1995).
    ``grade``: "none" where that is not below SHOWN; else "strong", "moderate" or "slight" by how far the size lies beyond the
    noise, and "strong" asks for SURE too. An index alone is no test: in small groups chance makes it large, in large groups the
    smallest difference is certain; a strong alert is both.
    """
    if rows.empty:
        return rows.reindex(columns=[*COLUMNS, "corrected", "grade"])
    columns = rows["kind"].isin(["customers", "cases"])
    corrected = rows["chance"].clip(0, 1).groupby(columns).transform(false_discovery_control)
    beyond = rows["size"].abs() - rows["noise"]
    grade = np.select(
        [corrected >= SHOWN, (beyond >= LARGE) & (corrected < SURE), beyond >= MODERATE],
        ["none", STRONG, "moderate"],
        default="slight",
    )
    order = pd.Series(grade, index=rows.index).map({STRONG: 0, "moderate": 1, "slight": 2, "none": 3})
    found = rows.assign(corrected=corrected, grade=grade, order=order, beyond=beyond)
    return found.sort_values(["order", "beyond"], ascending=[True, False], kind="stable", ignore_index=True).drop(
        columns=["order", "beyond"]
    )
