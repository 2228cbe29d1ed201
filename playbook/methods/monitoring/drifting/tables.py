"""Tables of drift: everything that was compared, what shifted most first; and what the alerts rest on."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.monitoring.drifting.grades import GRADES, LARGE, MODERATE, SHOWN
from playbook.methods.monitoring.drifting.sales import HELD
from playbook.methods.monitoring.drifting.words import level_name, row_name
from playbook.result.contract import Assumption, Table
from playbook.result.formats import Formats

__all__ = ["COMPARED", "SOURCE", "assumptions", "tables", "told_rows"]

SOURCE = mark("orders, customers and cases as the client keeps them")
LEAST = 0.001  # a smaller chance is not told
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
        was, is_ = (fmt.value(v, r.unit) for v in (r.before, r.now))
        if isinstance(r.level, str):
            was, is_ = (fmt.say("{name}: {value}", name=level_name(r.level, fmt), value=v) for v in (was, is_))
        index = {"price": fmt.change(r.size / HELD), "calibration": fmt.change(r.size)}.get(r.kind, fmt.number(r.size, 2))
        chance = fmt.say("below {share}", share=fmt.share(LEAST)) if r.corrected < LEAST else fmt.share(r.corrected)
        words.append((row_name(r, fmt), was, is_, index, chance, fmt.told(GRADES[r.grade])))
    told = pd.DataFrame(words, columns=["what", "was", "is", "told", "corrected", "grade"], index=rows.index)
    return told.assign(size=rows["size"], kind=rows["kind"])


def assumptions(rows: pd.DataFrame, fmt: Formats) -> tuple[Assumption, ...]:
    """What makes an alert, and what could fool it."""
    return (
        Assumption(
            fmt.say(
                "An alert needs both: more than chance, with every test counted (here {tests}; {false} of the alerts may be"
                " false), and size: a stability index {moderate} beyond chance is moderate, {large} strong; of prices, changes of"
                " {change} and {large_change}; of scores beside what happened, {ratio} and {large_ratio}.",
                tests=fmt.count(len(rows)), false=fmt.share(SHOWN), moderate=fmt.number(MODERATE), large=fmt.number(LARGE),
                change=fmt.share(MODERATE / HELD), large_change=fmt.share(LARGE / HELD), ratio=fmt.share(MODERATE),
                large_ratio=fmt.share(LARGE),
            ),
            "medium", "medium",
        ),
        Assumption(
            "Customers who stand in both groups make them more alike than two draws would be, so that alerts come late rather "
            "than too often. Weeks are taken to resemble their neighbour, and no week further away.",
            "medium", "low",
        ),
    )  # fmt: skip
