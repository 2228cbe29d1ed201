"""Notebooks: which one a client gets, running it, and reading the answers out of it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from playbook.engagement import HOME_VARIABLE, Engagement
from playbook.errors import RunError, UsageError
from playbook.result.html import MIME
from playbook.run.kept import WORK_VARIABLE
from playbook.run.phases import Phase

__all__ = ["FailedCell", "answers", "digest", "execute", "notebook_file", "read_notebook"]


@dataclass(frozen=True)
class FailedCell:
    """Where a notebook stopped: the heading above the cell, its source, and the last line of the error."""

    notebook: str
    heading: str
    source: str
    error: str


def notebook_file(engagement: Engagement, phase: Phase) -> Path:
    """The client's own edition when there is one, else the house's. Raises UsageError when there is neither."""
    for file in (engagement.folder / "notebooks" / phase.notebook, engagement.root / "notebooks" / phase.notebook):
        if file.is_file():
            return file
    raise UsageError(f"The notebook notebooks/{phase.notebook} is missing.")


def read_notebook(file: Path) -> NotebookNode:
    """The notebook in that file. Raises UsageError when it is not one."""
    try:
        return nbformat.read(file, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError) as error:
        raise UsageError(f"{file.name} is not a notebook: {str(error).splitlines()[0][:120]}") from None


def digest(file: Path) -> str:
    """SHA-256 of a notebook's cells and nothing else, so that opening it in JupyterLab changes nothing."""
    cells = [f"{cell.cell_type}\n{cell.source}" for cell in read_notebook(file).cells]
    return hashlib.sha256("\0".join(cells).encode()).hexdigest()


def execute(
    engagement: Engagement, file: Path, output: Path, parameters: dict, work: Path, timeout: int | None = None
) -> NotebookNode:
    """Run a notebook for a client in a fresh kernel; the executed notebook is written to ``output``, good or bad.

    ``timeout`` is a limit in seconds for each cell. Raises RunError with a ``FailedCell`` as ``failed``.
    """
    environment = {WORK_VARIABLE: str(work), HOME_VARIABLE: str(engagement.root)}
    try:
        papermill.execute_notebook(
            file,
            output,
            parameters={"client": engagement.client, **parameters},
            engine_name="playbook",
            kernel_name="python3",
            language="python",
            progress_bar=False,
            folder=file.parent,
            environment=environment,
            execution_timeout=timeout,
        )
    except (PapermillExecutionError, CellTimeoutError):
        notebook = read_notebook(output)
        failed = _failed_cell(notebook, file.name, timeout)
        error = RunError(f"{file.name} stopped under the heading {failed.heading!r}: {failed.error}")
        error.failed = failed
        raise error from None
    notebook = _without_traces(read_notebook(output))
    nbformat.write(notebook, output)
    return notebook


def answers(notebook: NotebookNode) -> tuple[dict, ...]:
    """What the sections of an executed notebook answered, in order: the payloads of ``playbook.result.html``."""
    return tuple(
        dict(output.data[MIME])
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if MIME in output.get("data", {}) and output.data[MIME]["id"]
    )


def _failed_cell(notebook: NotebookNode, name: str, timeout: int | None) -> FailedCell:
    heading = name
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = next((line.lstrip("# ") for line in cell.source.splitlines() if line.startswith("#")), heading)
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                stopped = timeout and output.ename == "KeyboardInterrupt"
                error = f"the cell took longer than {timeout} seconds" if stopped else f"{output.ename}: {output.evalue}".strip()
                return FailedCell(name, heading, cell.source, error)
    return FailedCell(name, heading, "", f"a cell took longer than {timeout} seconds")


def _without_traces(notebook: NotebookNode) -> NotebookNode:
    """Without papermill's record of paths and times: what is published names no machine, and times live in the manifest."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
    return notebook
