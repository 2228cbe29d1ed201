"""Sample results, notebooks and pages for the report's tests; the client's words in them try to break out."""

import json
from dataclasses import dataclass, replace

import nbformat
import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from playbook.report.page import About, Input, Page
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Section, Table, Tile
from playbook.result.formats import Formats
from playbook.result.theme import FINDING, canvas, finish

__all__ = ["FMT", "HOSTILE", "Sales", "finding", "locked", "notebook", "output", "page", "sales"]

FMT = Formats("EUR")
HOSTILE = '<script>alert("x")</script> & <img src=x onerror=alert(1)> {{ 7 * 7 }} \'"'


@dataclass(frozen=True, kw_only=True)
class Sales(Result):
    """Sales by product, with a chart."""

    frame: pd.DataFrame

    def figures(self) -> tuple[Figure, ...]:
        with canvas(height=2.4) as (figure, ax):
            ax.barh(self.frame["product"], self.frame["revenue"], color=FINDING)
            svg = finish(figure)
        caption, alt = f"Revenue by product {HOSTILE}", f"{HOSTILE} sells most"
        return (Figure(svg=svg, caption=caption, source="orders", alt=alt, data=self.tables[0]),)


def finding(id: str = "sales-top", sentence: str = "Speakers bring €310K a year.", **changes) -> Finding:
    """A finding that can be told, changed where a test needs it."""
    told = Finding(id, sentence, 310_000.0, "money", low=240_000.0, high=380_000.0, money=310_000.0, evidence="shown")
    return replace(told, **changes)


def sales(id: str = "sales", headline: str = "Speakers sell most", findings: tuple[Finding, ...] | None = None) -> Sales:
    """An answered result with a figure, a table with hostile words, a tile and an assumption."""
    frame = pd.DataFrame({"product": ["Speakers", HOSTILE], "revenue": [310_000.0, -12.5], "note": ["short", "a remark " * 9]})
    columns = {"product": ("Product", "text"), "revenue": ("Revenue", "money"), "note": ("Note", "text")}
    return Sales(
        fmt=FMT,
        headline=headline,
        frame=frame,
        section=Section(id, "What sells?", "products by revenue"),
        seconds=0.1,
        findings=findings or (finding(), finding("sales-worst", f"{HOSTILE} loses −€12.50.", value=-12.5, money=None)),
        tables=(Table(frame, "Products", "orders", columns),),
        brief=Table(frame.head(1), "Best products", "orders", columns),
        tiles=(Tile("Revenue", 310_000.0, "money", change=0.094, course=(1.0, 3.0, 2.0)),),
        assumptions=(Assumption("Prices stay as they are.", support="low", impact="high"),),
    )


def locked(id: str = "voice") -> Locked:
    """A section that waits for a table."""
    section = Section(id, "What do customers say?", "satisfaction and its drivers")
    return Locked(
        fmt=FMT,
        headline=f"Not answered yet: {section.question}",
        unlock=("a surveys table (customer_id, score)",),
        promise=section.promise,
        section=section,
    )


def output(shown: object) -> NotebookNode:
    """What a code cell shows for a result (its bundle), a frame or any text, as it is saved in a notebook file."""
    if isinstance(shown, Result):
        data = json.loads(json.dumps(shown._repr_mimebundle_()))
    elif isinstance(shown, pd.DataFrame):
        data = {"text/html": shown._repr_html_(), "text/plain": str(shown)}
    else:
        data = {"text/plain": str(shown)}
    return new_output("execute_result", data=data, execution_count=1)


def notebook(*parts: str | Result | NotebookNode | pd.DataFrame) -> NotebookNode:
    """An executed notebook: texts become markdown cells, all else the output of a code cell, below the same head."""
    cells = [
        new_markdown_cell("# Needs analysis\n\nWhere does the client stand?"),
        new_code_cell('client: str = "acme"', metadata={"tags": ["parameters"]}),
        new_code_cell("from playbook import study", outputs=[new_output("stream", name="stdout", text="loaded from elsewhere")]),
    ]
    for part in parts:
        if isinstance(part, str):
            cells.append(new_markdown_cell(part))
        else:
            outputs = [part if isinstance(part, NotebookNode) else output(part)]
            cells.append(new_code_cell("study(engagement, secret_method)", outputs=outputs))
    made = new_notebook(cells=cells)
    nbformat.validate(made)
    return made


def page(**changes) -> Page:
    """The page values of a first phase."""
    about = About(
        inputs=(Input("orders", "raw/orders.csv", 41_882, "9f2c" * 16), Input("pipeline", "the client's database", 12, None)),
        parameters={"client": "acme", "as_of": "2026-10-31"},
        versions={"playbook": "0.1.0"},
        commit="0123456789abcdef with changes",
    )
    plain = Page(
        id="needs-analysis",
        title="Needs analysis",
        number=1,
        total=5,
        lead="sales",
        client="Acme & Söhne",
        facts=("November 2023 to October 2026", "amounts in EUR"),
        about=about,
        siblings=(("Needs analysis", "01-needs-analysis.html"), ("Strategy", "03-strategy.html")),
    )
    return replace(plain, **changes)
