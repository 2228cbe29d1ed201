"""Tables of drift: everything that was compared, what shifted most first; and what the alerts rest on."""

import pandas as pd

from playbook.methods.monitoring.drifting.findings import row_name
from playbook.methods.monitoring.drifting.grades import LARGE, MODERATE, SHOWN
from playbook.methods.monitoring.drifting.sales import HELD
from playbook.result.contract import Assumption, Table
from playbook.result.formats import Formats

__all__ = ["COMPARED", "SOURCE", "assumptions", "tables", "told_rows"]

SOURCE = "orders, customers and cases as the client keeps them"
SHOWN_ROWS = 12
COMPARED = {
    "what": ("What", "text"),
    "was": ("Before", "text"),
    "is": ("Now", "text"),
    "told": ("Stability index", "text"),
    "corrected": ("Chance, all tests counted", "text"),
    "grade": ("Alert", "text"),
}


def tables(rows: pd.DataFrame, fmt: Formats) -> tuple[Table, ...]:
    """What shifted most; and, folded away, the rest."""
    shown = told_rows(rows, fmt)
    made = [Table(shown.head(SHOWN_ROWS), "What was compared, the largest differences first", SOURCE, COMPARED)]
    if len(shown) > SHOWN_ROWS:
        made.append(Table(shown.iloc[SHOWN_ROWS:], "The other comparisons", SOURCE, COMPARED, aside=True))
    return tuple(made)


def told_rows(rows: pd.DataFrame, fmt: Formats) -> pd.DataFrame:
    """The comparisons as a reader sees them; prices have a change and calibration a ratio where others have an index."""
    words = []
    for r in rows.itertuples():
        of = f"{r.level}: " if isinstance(r.level, str) else ""
        was, is_ = (f"{of}{fmt.value(v, r.unit)}" for v in (r.before, r.now))
        index = {"price": fmt.change(r.size / HELD), "calibration": fmt.change(r.size)}.get(r.kind, fmt.number(r.size, 2))
        words.append((row_name(r), was, is_, index, "below 0.1%" if r.corrected < 0.001 else fmt.share(r.corrected)))
    told = pd.DataFrame(words, columns=["what", "was", "is", "told", "corrected"], index=rows.index)
    return told.assign(grade=rows["grade"].replace("none", "–"), size=rows["size"], kind=rows["kind"])


def assumptions(rows: pd.DataFrame, fmt: Formats) -> tuple[Assumption, ...]:
    """What makes an alert, and what could fool it."""
    return (
        Assumption(
            f"An alert needs both: more than chance, with all {fmt.count(len(rows))} tests counted ({fmt.share(SHOWN)} of "
            f"the alerts may be false), and size: a stability index {fmt.number(MODERATE)} beyond chance is moderate, "
            f"{fmt.number(LARGE)} strong; of prices, changes of {fmt.share(MODERATE / HELD)} and {fmt.share(LARGE / HELD)}; of "
            f"scores beside what happened, {fmt.share(MODERATE)} and {fmt.share(LARGE)}.",
            "medium",
            "medium",
        ),
        Assumption(
            "Customers who stand in both groups make them more alike than two draws would be, so that alerts come late rather "
            "than too often. Weeks are taken to resemble their neighbour, and no week further away.",
            "medium",
            "low",
        ),
    )
