"""The house notebooks keep to their budget: prose a consultant can edit, code that only calls."""

import ast
import re
import statistics
from itertools import groupby

import nbformat
import pytest

from playbook.run.parameters import accepted
from playbook.run.phases import PHASES

NAMES = [phase.notebook for phase in PHASES]


@pytest.fixture(scope="module", params=NAMES)
def notebook(request, root):
    return nbformat.read(root / "notebooks" / request.param, as_version=4)


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def lines(source):
    return [line for line in source.splitlines() if line.strip() and not line.strip().startswith("#")]


def test_there_is_one_notebook_a_phase_and_no_other(root):
    assert sorted(path.name for path in (root / "notebooks").glob("*.ipynb")) == NAMES


def test_it_is_a_valid_notebook_without_outputs_and_injected_cells(notebook):
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
    assert not any("injected-parameters" in cell.metadata.get("tags", []) for cell in notebook.cells)


def test_it_has_exactly_one_first_level_heading_and_it_comes_first(notebook):
    headings = [
        line
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("# ")
    ]
    assert len(headings) == 1
    assert notebook.cells[0].source.startswith("# ")


def test_its_parameters_are_typed_literals(notebook):
    assert {"client", "as_of"} <= set(accepted(notebook, "notebook"))


def test_cells_are_short(notebook):
    counts = [len(lines(source)) for source in code(notebook)]
    assert statistics.median(counts) <= 2
    assert statistics.quantiles(counts, n=10)[-1] <= 12
    assert max(counts) <= 12


def test_notebooks_together_hold_ninety_percent_of_cells_to_six_lines(root):
    counts = sorted(len(lines(s)) for name in NAMES for s in code(nbformat.read(root / "notebooks" / name, as_version=4)))
    assert counts[int(0.9 * len(counts)) - 1] <= 6


def test_it_defines_nothing_and_loops_over_nothing(notebook):
    banned = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While)
    assert [
        type(node).__name__ for source in code(notebook) for node in ast.walk(ast.parse(source)) if isinstance(node, banned)
    ] == []


def test_at_most_two_code_cells_in_a_row(notebook):
    runs = [len(list(group)) for kind, group in groupby(cell.cell_type for cell in notebook.cells) if kind == "code"]
    assert max(runs) <= 2


def test_ten_words_of_prose_for_each_line_of_code(notebook):
    words = sum(len(cell.source.split()) for cell in notebook.cells if cell.cell_type == "markdown")
    assert words >= 10 * sum(len(lines(source)) for source in code(notebook))


def test_prose_holds_no_figure_of_any_client(notebook):
    """Fixed prose explains the method, computed prose states the result."""
    assert [cell.source for cell in notebook.cells if cell.cell_type == "markdown" and re.search(r"\d", cell.source)] == []


def test_it_studies_the_sections_of_its_phase_in_order(root):
    for phase in PHASES:
        sources = "\n".join(code(nbformat.read(root / "notebooks" / phase.notebook, as_version=4)))
        studied = re.findall(r"study\(engagement, (\w+)\)", sources)
        assert [name.replace("_", "-") for name in studied] == list(phase.sections)
