"""The papermill engine ``playbook``: an ordinary kernel of this very Python, checked parameters, one BLAS thread.

``papermill --engine playbook in.ipynb out.ipynb`` works too. Compared with papermill's own engine:
a parameter the notebook does not know is an error, the kernel is the interpreter that runs the
playbook whatever kernels are installed elsewhere, it listens on no network port where the system has
Unix sockets, and a kernel that dies is an error and not a completed notebook.
"""

import os
import sys
import tempfile

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine

from playbook.errors import RunError
from playbook.run.parameters import accepted, checked

__all__ = ["PlaybookEngine"]

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


class PlaybookEngine(NBClientEngine):
    """Runs a notebook in a fresh kernel. ``folder`` is its working directory, ``environment`` is added to its variables."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man,
        kernel_name,
        log_output=False,
        start_timeout=60,
        execution_timeout=None,
        folder=None,
        environment=None,
        **kwargs,
    ):
        given = nb_man.nb.metadata.get("papermill", {}).get("parameters", {})
        checked({name: str(value) for name, value in given.items()}, {"notebook": accepted(nb_man.nb, "the notebook")})
        with tempfile.TemporaryDirectory(prefix="playbook-", ignore_cleanup_errors=True) as sockets:
            client = PapermillNotebookClient(
                nb_man,
                km=_manager(sockets, environment or {}),
                timeout=execution_timeout,
                startup_timeout=start_timeout,
                kernel_name=kernel_name,
                log_output=log_output,
                resources={"metadata": {"path": str(folder)}} if folder else {},
            )
            client.owns_km = True  # so that the kernel is stopped with the notebook
            try:
                return client.execute()
            except DeadKernelError:
                reason = (
                    "The notebook's process ended from outside: the machine may have run out of memory, or somebody stopped it."
                )
                raise RunError(reason) from None


def _manager(sockets: str, environment: dict[str, str]) -> AsyncKernelManager:
    unix = sys.platform != "win32"
    manager = _OwnKernelManager(transport="ipc", ip=os.path.join(sockets, "kernel")) if unix else _OwnKernelManager()
    manager.environment = environment
    return manager


class _OwnKernelManager(AsyncKernelManager):
    """A kernel of the running interpreter, not of whatever kernel spec is called python3 on this machine."""

    environment: dict[str, str] = {}

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "--log-level=CRITICAL", "-f", "{connection_file}"],
            display_name="Playbook",
            language="python",
            env={**_own_packages(), **ONE_THREAD, **self.environment},
        )


def _own_packages() -> dict[str, str]:
    return {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
