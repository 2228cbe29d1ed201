"""The contract: what every method hands back, whatever the question.

Result      headline, findings, tables, figures, assumptions (subclasses add what later phases read)
Proposal    something to do, with what it costs and brings per customer, product or deal; the plan merges them
Worklist    a list someone works from; the action workbook has a sheet for each
Locked      the same face for a section that the client's data cannot answer yet
"""

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from playbook.result.formats import Formats, Unit

__all__ = [
    "LINES",
    "Assumption",
    "Evidence",
    "Figure",
    "Finding",
    "Lesson",
    "Locked",
    "Proposal",
    "Result",
    "Section",
    "Table",
    "Tile",
    "Worklist",
]

Evidence = Literal["shown", "likely", "indicative", "not shown", "harmful"]
Grade = Literal["low", "medium", "high"]
Pool = Literal["purchases", "new customers", "prices", "stock", "losses", "service"]
LINES = ("key", "cost", "value_low", "value", "value_high")


@dataclass(frozen=True)
class Section:
    """Where a result stands: stable id (kebab-case), the question in the reader's words, what is shown once data are there.

    ``one_of``: optional frames of which at least one has to be there.
    """

    id: str
    question: str
    promise: str
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One sentence a decision can rest on.

    ``money`` is what is at stake in a year, in the client's currency (None where no amount can be
    defended); ``low`` and ``high`` bound ``value`` at the report's one level; ``n`` is the number of
    cases behind it; ``action`` says what to do about it, ``owner`` who.
    """

    id: str
    sentence: str
    value: float | None = None
    unit: Unit = "number"
    low: float | None = None
    high: float | None = None
    n: int | None = None
    money: float | None = None
    evidence: Evidence = "indicative"
    action: str | None = None
    owner: str | None = None
    urgent: bool = False  # waits for a decision now


@dataclass(frozen=True)
class Assumption:
    """What a result rests on, how well it is supported, and how much the answer would move if it failed."""

    text: str
    support: Grade = "medium"
    impact: Grade = "medium"


@dataclass(frozen=True)
class Lesson:
    """What an intervention taught: the verdict, what it was worth, what to do next; read by the next needs analysis."""

    id: str
    sentence: str
    verdict: Evidence
    next_step: Literal["scale", "repeat", "test again", "retire"]
    effect: float | None = None  # relative change of the outcome, 0.08 is +8 percent
    low: float | None = None
    high: float | None = None
    profit: float | None = None  # margin brought minus cost, client's currency
    until: str | None = None  # last day of what was measured, YYYY-MM-DD as in lessons.json; of two lessons the later one counts


@dataclass(frozen=True)
class Table:
    """A tidy frame with what a reader needs: caption, source, and label and unit of each column shown (in order).

    An ``aside`` is for those who want to look closer: the page folds it away.
    """

    frame: pd.DataFrame
    caption: str
    source: str
    columns: dict[str, tuple[str, Unit]]
    aside: bool = False

    def __post_init__(self):
        if absent := [c for c in self.columns if c not in self.frame.columns]:
            raise ValueError(f"columns not in the frame: {absent}")
        _required(caption=self.caption, source=self.source)


@dataclass(frozen=True)
class Figure:
    """A drawn chart as SVG text with real words in it, and the table it was drawn from."""

    svg: str
    caption: str
    source: str
    alt: str
    data: Table

    def __post_init__(self):
        _required(caption=self.caption, source=self.source, alt=self.alt)


@dataclass(frozen=True)
class Tile:
    """A KPI at a glance: value now, change on the year before, whether up is good, and the recent course.

    A change is coloured as good or bad only when it is ``sure``: more than chance or the months' own scatter explain.
    """

    label: str
    value: float
    unit: Unit
    change: float | None = None
    change_unit: Literal["change", "points"] = "change"
    good: Literal["up", "down"] = "up"
    course: tuple[float, ...] = ()
    sure: bool = True


@dataclass(frozen=True)
class Worklist:
    """A list someone works from, row by row; the action workbook has a sheet for it.

    ``key`` names the column with the client's own id of a row; ``columns`` are label and unit of those shown, in order;
    ``how`` says in a sentence or two what the list is for and how to work with it.
    """

    id: str
    title: str
    how: str
    frame: pd.DataFrame = field(repr=False)
    columns: dict[str, tuple[str, Unit]]
    key: str

    def __post_init__(self):
        if absent := [c for c in (self.key, *self.columns) if c not in self.frame.columns]:
            raise ValueError(f"columns not in the frame: {absent}")
        _required(title=self.title, how=self.how)


@dataclass(frozen=True)
class Proposal:
    """Something to do, as the section that found it puts it before the budget and the plan.

    ``lines`` has the columns ``LINES``, a row for each customer, product or deal it touches (``key``, the client's own id,
    unique) or one row for the whole: what it costs and what it should bring in the first year, in gross margin (revenue where
    the margin is not known). ``pool`` is the gain it draws on: of two proposals with the same pool, a key counts in one only.
    ``whom`` says for whom or what, ``stop_rule`` when to end it; ``worklist`` shows the same keys to those who do the work.
    ``waits``: the proposal has to win money from the budget; without it, it needs no budget to speak of. ``days`` of its first
    year in which it runs, so that the lines' cost and value come in these days: fewer than a year where it was tested for fewer.
    """

    id: str
    name: str
    action: str
    whom: str
    owner: str
    kpi: str
    stop_rule: str
    pool: Pool
    lines: pd.DataFrame = field(repr=False)
    lead_days: int
    review_days: int
    evidence: Evidence = "indicative"
    worklist: Worklist | None = None
    waits: bool = True
    days: int = 365

    def __post_init__(self):
        if not 1 <= self.days <= 365:
            raise ValueError(f"{self.id}: {self.days} days of a year cannot be")
        if list(self.lines.columns) != list(LINES) or self.lines["key"].duplicated().any():
            raise ValueError(f"{self.id}: lines need the columns {LINES}, and each key once")

    @property
    def cost(self) -> float:
        return float(self.lines["cost"].sum())

    @property
    def value(self) -> float:
        return float(self.lines["value"].sum())


@dataclass(frozen=True, kw_only=True)
class Result:
    """The answer to one question. Subclasses add fields for later phases and draw their ``figures``."""

    fmt: Formats
    headline: str
    findings: tuple[Finding, ...] = ()
    tables: tuple[Table, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    tiles: tuple[Tile, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    proposals: tuple[Proposal, ...] = field(default=(), repr=False)
    worklists: tuple[Worklist, ...] = field(default=(), repr=False)
    brief: Table | None = field(default=None, repr=False)  # the few rows of it that the executive summary shows
    section: Section | None = field(default=None, repr=False)  # set by ``study``, with the seconds it took
    seconds: float = field(default=0.0, repr=False)

    status = "answered"
    unlock: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame | None:
        """The main table as a frame, to go on with in the notebook."""
        return self.tables[0].frame.copy() if self.tables else None

    def figures(self) -> tuple[Figure, ...]:
        """The charts of this result, drawn when asked."""
        return ()

    def figure(self) -> Figure | None:
        """The main chart."""
        return next(iter(self.figures()), None)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        from playbook.result.html import bundle  # the page's HTML is written from results, so it cannot be imported above

        return bundle(self)


@dataclass(frozen=True, kw_only=True)
class Locked(Result):
    """A section the data cannot answer yet: ``unlock`` names tables and columns that would, ``promise`` what they would show."""

    unlock: tuple[str, ...]
    promise: str = ""

    status = "locked"


def _required(**texts: str) -> None:
    empty = [name for name, text in texts.items() if not text.strip()]
    if empty:
        raise ValueError(f"{', '.join(empty)} may not be empty")
