"""The papermill engine ``playbook``: a kernel of this very Python, checked parameters, one BLAS thread, limits that hold.

``papermill --engine playbook in.ipynb out.ipynb`` works too. Compared with papermill's own engine:
a parameter the notebook does not know is an error, the kernel is the interpreter that runs the
playbook whatever kernels are installed elsewhere, it listens on no network port where the system has
Unix sockets, a kernel that dies is an error and not a completed notebook, and where a warm server
runs in this process (``playbook run``) the kernel is forked from it.
"""

import logging
import os
import tempfile
from math import inf
from pathlib import Path
from time import monotonic

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine

from playbook.run.crew import Crew, Killed, is_warm
from playbook.run.kernels import SOCKETS, kernel_manager
from playbook.run.parameters import accepted, checked

__all__ = ["NotebookTimeoutError", "PlaybookEngine"]

LEAST = 0.01  # seconds: nbclient takes none for no limit
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())  # what is wrong is raised, and told once
_OUTSIDE = "The notebook's process ended from outside: the machine may have run out of memory, or somebody stopped it."


class NotebookTimeoutError(CellTimeoutError):
    """All cells together took longer than ``notebook_timeout``."""


class PlaybookEngine(NBClientEngine):
    """Runs a notebook in a fresh kernel.

    ``folder`` is its working directory, ``environment`` is added to its variables; ``execution_timeout`` and ``notebook_timeout``
    are limits in seconds for a cell and for all cells; ``evidence`` is where the notebook is left as far as it came when it does
    not come to its end; ``crew`` is whom the kernel works for.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man,
        kernel_name,
        log_output=False,
        start_timeout=60,
        execution_timeout=None,
        notebook_timeout=None,
        folder=None,
        environment=None,
        evidence=None,
        crew=None,
        **kwargs,
    ):
        given = nb_man.nb.metadata.get("papermill", {}).get("parameters", {})
        checked({name: str(value) for name, value in given.items()}, {"the notebook": accepted(nb_man.nb, "the notebook")})
        crew = crew or (Crew() if is_warm() else None)
        limits = _Limits(execution_timeout, notebook_timeout)
        with tempfile.TemporaryDirectory(prefix=f"{SOCKETS}{os.getpid()}-", ignore_cleanup_errors=True) as sockets:
            manager = kernel_manager(sockets, environment or {}, crew)
            client = PapermillNotebookClient(
                nb_man,
                km=manager,
                timeout_func=limits,
                startup_timeout=start_timeout,
                kernel_name=kernel_name,
                log=_log,
                log_output=log_output,
                resources={"metadata": {"path": str(folder)}} if folder else {},
                shutdown_kernel="immediate" if manager.crew else "graceful",  # a forked kernel has nothing to put away
            )
            client.owns_km = True  # so that the kernel is stopped with the notebook
            try:
                client.execute()
            except DeadKernelError:
                _leave(nb_man.nb, evidence)
                raise Killed(_OUTSIDE) from None
            except CellTimeoutError as error:
                told = NotebookTimeoutError(str(error)) if limits.over else error
                _leave(nb_man.nb, evidence)
                raise told from None
            if nb_man.nb.metadata.papermill.get("exception"):
                _leave(nb_man.nb, evidence)
            return nb_man.nb


class _Limits:
    """The seconds that the next cell may take: its own limit, or what is left of the notebook's."""

    def __init__(self, cell: float | None, notebook: float | None):
        self.cell = cell or inf
        self.end = monotonic() + (notebook or inf)

    def __call__(self, _: NotebookNode) -> float | None:
        left = min(self.cell, max(self.end - monotonic(), LEAST))
        return left if left < inf else None

    @property
    def over(self) -> bool:
        """Whether it was the notebook's limit."""
        return monotonic() >= self.end


def _leave(notebook: NotebookNode, evidence: Path | None) -> None:
    if evidence:
        nbformat.write(notebook, evidence)
