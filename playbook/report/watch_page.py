"""Watch page: one page over all clients, for the partner who answers for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from playbook.report.render import in_css
from playbook.result.formats import Formats
from playbook.result.html import emphasised

__all__ = ["WatchRow", "render_watch"]

TEMPLATES = Path(__file__).parent / "template" / "playbook"
FMT = Formats("EUR")
WIDE = (
    ".page.alone{grid-template-columns:minmax(0,1fr)}main caption{max-width:none}td.plan{min-width:9rem}td.long{min-width:15rem}"
)


@dataclass(frozen=True)
class WatchRow:
    """One client in words: name, day of the last report, state, what needs a decision, the plan, what changed.

    ``href`` leads to the report, relative to the page; ``urgent`` and ``behind`` count what ``decide`` and ``plan`` say, and put
    the rows in order; ``broken`` rows could not be read.
    """

    client: str
    name: str
    last_report: str | None
    state: str
    href: str | None = None
    decide: str = "–"
    alerts: tuple[str, ...] = ()
    plan: str = "–"
    changed: str = "–"
    changes: tuple[str, ...] = ()
    urgent: int = 0
    behind: int = 0
    broken: bool = False


def render_watch(rows: Sequence[WatchRow]) -> str:
    """The page as HTML without script or network, rows in the order given; equal rows give equal bytes."""
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8") + WIDE)  # noqa: S704  the house's own style sheet
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    environment.globals |= {"say": FMT.say, "say_n": FMT.say_n, "told": FMT.told}  # the house reads English
    environment.filters |= {"in_css": in_css}
    environment.filters["emphasised"] = emphasised  # what the shared macros ask for
    return environment.get_template("watch.html.j2").render(rows=rows, headline=_headline(rows), style=style)


def _headline(rows: Sequence[WatchRow]) -> str:
    urgent, broken = sum(r.urgent > 0 for r in rows), sum(r.broken for r in rows)
    of = f"{len(rows)} client{'' if len(rows) == 1 else 's'}"
    parts = [f"{urgent} of {of} {'needs' if urgent == 1 else 'need'} a decision"] if urgent else []
    parts += [f"{broken} cannot be read"] if broken else []
    return "; ".join(parts) if parts else f"Nothing needs a decision: {of} watched"
