"""Notebooks: which one a client gets, running it, and reading the answers out of it."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from playbook.engagement import HOME_VARIABLE, Engagement
from playbook.errors import RunError, UsageError
from playbook.result.html import MIME
from playbook.run.crew import Crew
from playbook.run.engine import NotebookTimeoutError
from playbook.run.kept import BESIDE_VARIABLE, WORK_VARIABLE
from playbook.run.parameters import accepted, checked, chosen, offered
from playbook.run.phases import Phase
from playbook.run.phases import phase as named

__all__ = [
    "CellError",
    "FailedCell",
    "answers",
    "changed_notebooks",
    "digest",
    "execute",
    "notebook_file",
    "parameters_of",
    "read_notebook",
]


@dataclass(frozen=True)
class FailedCell:
    """Where a notebook stopped: the heading above the cell, its source, and the last line of the error."""

    notebook: str
    heading: str
    source: str
    error: str


class CellError(RunError):
    """A notebook stopped, at the cell that ``failed`` tells of."""

    def __init__(self, failed: FailedCell):
        super().__init__(f"{failed.notebook} stopped under the heading {failed.heading!r}: {failed.error}")
        self.failed = failed

    def __reduce__(self) -> tuple:
        return CellError, (self.failed,), vars(self)  # an exception is otherwise made again from its words


def notebook_file(engagement: Engagement, phase: Phase) -> Path:
    """The client's own edition when there is one, else the house's. Raises UsageError when there is neither."""
    for file in (engagement.folder / "notebooks" / phase.notebook, engagement.root / "notebooks" / phase.notebook):
        if file.is_file():
            return file
    raise UsageError(f"The notebook notebooks/{phase.notebook} is missing.")


def read_notebook(file: Path) -> NotebookNode:
    """The notebook in that file, not to be changed: who reads the same gets the same. Raises UsageError when it is not one."""
    try:
        return _parsed(file.read_text(encoding="utf-8"))
    except OSError:
        raise
    except Exception as error:  # of JSON that is no notebook nbformat raises whatever it stumbles over
        without_content = str(error).split(": '")[0]
        said = " ".join(without_content.split())[:120].rstrip(".") or type(error).__name__
        remedy = "Mend it, or remove it so that the house's edition runs." if _is_own(file) else "Mend it."
        raise UsageError(f"{_shown(file)} is not a notebook: {said}. {remedy}") from None


@lru_cache(maxsize=32)
def _parsed(text: str) -> NotebookNode:
    return nbformat.reads(text, as_version=4)


def parameters_of(engagement: Engagement, phases: tuple[Phase, ...], given: dict[str, str]) -> dict[str, dict[str, object]]:
    """What each phase's notebook is given of the ``-p`` values, typed.

    Raises GivenError for values that do not fit, UsageError for a notebook that cannot be read or takes no language.
    """
    files = {phase.id: notebook_file(engagement, phase) for phase in phases}
    accepts = {name: accepted(read_notebook(file), _shown(file)) for name, file in files.items()}
    if engagement.language != "en" and (deaf := [_shown(file) for id, file in files.items() if "language" not in accepts[id]]):
        raise UsageError(
            f"{', '.join(deaf)}: the report is to be in {engagement.language!r}, and this notebook takes no language. Write"
            ' language: str = "" in its parameters cell and open_engagement(client, as_of, language) below it.'
        )
    shown = {id: _shown(file) for id, file in files.items()}
    fitting = checked(chosen(given), {shown[id]: offered(found) for id, found in accepts.items()})
    values = {id: fitting[name] for id, name in shown.items()}
    for id in files:
        if "language" in accepts[id]:
            values[id].setdefault("language", engagement.language)
    return values


def digest(file: Path) -> str:
    """SHA-256 of a notebook's cells and nothing else, so that opening it in JupyterLab changes nothing."""
    cells = [f"{cell.cell_type}\n{cell.source}" for cell in read_notebook(file).cells]
    return hashlib.sha256("\0".join(cells).encode()).hexdigest()


def changed_notebooks(engagement: Engagement, before: dict[str, str]) -> tuple[str, ...]:
    """What to say of notebooks that are no longer as ``before`` (phase id -> digest) has them; an unreadable one is not."""
    told = []
    for name, stood in before.items():
        try:
            file = notebook_file(engagement, named(name))
            if digest(file) != stood:
                told.append(f"{_shown(file)} is not the notebook that the report was made with")
        except UsageError as error:
            told.append(str(error))
    return tuple(told)


def _is_own(file: Path) -> bool:
    """Whether it is a client's own edition: data/<client>/notebooks/<notebook>."""
    return file.parts[-4:-3] == ("data",)


def _shown(file: Path) -> str:
    """A notebook as it lies below the playbook's home."""
    return "/".join(file.parts[-4:] if _is_own(file) else file.parts[-2:])


def execute(
    engagement: Engagement,
    file: Path,
    output: Path,
    parameters: dict,
    work: Path,
    timeout: float | None = None,
    notebook_timeout: float | None = None,
    crew: Crew | None = None,
    beside: Path | None = None,
) -> NotebookNode:
    """Run a notebook for a client in a fresh kernel; the executed notebook is written to ``output``, good or bad.

    ``timeout`` and ``notebook_timeout`` are limits in seconds for each cell and for all of them; the kernel belongs to ``crew``;
    ``beside`` is the folder of a process that works ahead.
    Raises CellError, and Killed when the kernel was ended from outside.
    """
    environment = {WORK_VARIABLE: str(work), HOME_VARIABLE: str(engagement.root)}
    if beside:
        environment[BESIDE_VARIABLE] = str(beside)
    try:
        notebook = papermill.execute_notebook(
            file,
            None,  # saved once, at the end: a notebook full of charts is not written anew for each cell
            parameters={"client": engagement.client, **parameters},
            engine_name="playbook",
            kernel_name="python3",
            language="python",
            progress_bar=False,
            folder=file.parent,
            environment=environment,
            execution_timeout=timeout,
            notebook_timeout=notebook_timeout,
            evidence=output,
            crew=crew,
        )
    except PapermillExecutionError:
        raise _stopped(nbformat.read(output, as_version=4), _shown(file), "") from None
    except CellTimeoutError as error:
        whole = isinstance(error, NotebookTimeoutError)
        which, limit = ("the notebook", notebook_timeout) if whole else ("the cell", timeout)
        why = f"{which} took longer than {limit:g} seconds, as {'--notebook-timeout' if whole else '--timeout'} has it"
        raise _stopped(nbformat.read(output, as_version=4), _shown(file), why) from None
    _without_traces(notebook)
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


def _stopped(notebook: NotebookNode, name: str, reason: str) -> CellError:
    """The error that names the cell at which a notebook stopped: the last one that was begun."""
    heading, last = name, FailedCell(name, name, "", reason)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = next((line.lstrip("# ") for line in cell.source.splitlines() if line.startswith("#")), heading)
        elif cell.metadata.papermill.start_time:
            errors = [f"{o.ename}: {o.evalue}".strip() for o in cell.outputs if o.output_type == "error"]
            last = FailedCell(name, heading, cell.source, reason or "".join(errors[:1]))
    return CellError(last)


def _without_traces(notebook: NotebookNode) -> NotebookNode:
    """Without papermill's record of paths and times: what is published names no machine, and times live in the manifest."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
    return notebook
