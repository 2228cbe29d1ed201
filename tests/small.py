"""Small clients in a home with small notebooks, for tests of what runs many of them: each section is real, and there are few."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from home import CLIENT, make_home, orders, tiny_client

__all__ = ["PAIR", "SMALL", "small_client", "small_home", "write_notebook"]

PARAMETERS = 'client: str = "x"\nas_of: str = ""\nlanguage: str = ""\nscale: int = 1'
SMALL = {
    "01-needs-analysis": ("needs_analysis.scorecard", "needs_analysis.needs"),
    "02-market-research": ("market_research.segments",),
    "03-strategy": ("strategy.targeting", "strategy.plan"),
    "04-monitoring": ("monitoring.control_charts", "monitoring.alerts"),
    "05-evaluation": ("evaluation.impact",),
}
PAIR = ["needs-analysis", "market-research"]  # two phases that take little time
SURVEYS = "  surveys: {path: raw/surveys.csv, columns: {date: At, recommend: Score, customer_id: Who}}\n"


def small_home(folder: Path) -> Path:
    """A home whose notebooks ask one or two questions each."""
    home = make_home(folder)
    for stem, methods in SMALL.items():
        write_notebook(home / "notebooks" / f"{stem}.ipynb", methods)
    return home


def write_notebook(file: Path, methods: tuple[str, ...], *cells: str, settings: str = "") -> Path:
    """A notebook that studies these methods (``phase.name``), with ``settings`` for the last, and ends with ``cells``."""
    names = [method.split(".")[-1] for method in methods]
    imports = [f"from playbook.methods.{m} import {n}" for m, n in zip(methods, names, strict=True)]
    code = "\n".join(
        ["from playbook import open_engagement, study", *imports, "engagement = open_engagement(client, as_of, language)"]
    )
    calls = [f"study(engagement, {name}{settings if name == names[-1] else ''})" for name in names]
    made = [
        new_markdown_cell(f"# {file.stem}"),
        new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        new_code_cell(code),
    ]
    for source in (*calls, *cells):
        made += [new_markdown_cell("## A question"), new_code_cell(source)]
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=made), file)
    return file


def small_client(home: Path, name: str, *, surveys: bool = False, scale: int = 1) -> Path:
    """A client with a name of its own in its file and figures of its own; ``surveys`` adds a table that one phase reads."""
    sold = "".join(
        line if place == 0 else line.replace(".50", f"{scale:02d}.50") for place, line in enumerate(orders().splitlines(True))
    )
    folder = tiny_client(
        home,
        name,
        client_yml=CLIENT.replace("name: Acme", f"name: {name.title()}") + (SURVEYS if surveys else ""),
        orders_csv=sold,
    )
    if surveys:
        rows = (f"2025-{1 + n % 12:02d}-05,{n % 11},c{n % 60}" for n in range(300))
        (folder / "raw" / "surveys.csv").write_text("At,Score,Who\n" + "\n".join(rows) + "\n")
    return folder
