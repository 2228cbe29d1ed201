"""Kernels: the process in which a notebook runs, a real ipykernel, forked from the warm server where there is one.

``WarmProvisioner`` is what Jupyter calls a kernel provisioner (entry point ``playbook-warm``): it starts and ends the process,
all else (messages, outputs, interrupts, timeouts) is Jupyter's own.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from queue import Empty
from time import monotonic
from types import SimpleNamespace
from typing import Any

import zmq.asyncio
from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import LocalProvisioner

from playbook.run.crew import ONE_THREAD, Crew, is_warm

__all__ = ["SOCKETS", "OwnKernelManager", "ReadyClient", "WarmProvisioner", "kernel_manager"]

SOCKETS = "playbook-"  # folders in the temporary folder: this, the number of the process, and some letters
RECONNECT = 5  # milliseconds to the next try where the kernel does not listen yet; it is there before the usual 100 are over
_INLINE = "module://matplotlib_inline.backend_inline"  # what ipykernel names too, before it loads matplotlib


def kernel_manager(sockets: str, environment: dict[str, str], crew: Crew | None) -> "OwnKernelManager":
    """A manager of one kernel with ``environment`` added to its variables, forked for ``crew`` if the server is warm.

    It listens on Unix sockets in the folder ``sockets`` where the system has them, so on no network port.
    """
    unix = sys.platform != "win32"
    manager = OwnKernelManager(transport="ipc", ip=os.path.join(sockets, "kernel")) if unix else OwnKernelManager()
    manager.environment = environment
    manager.crew = crew if is_warm() else None
    manager.client_factory = ReadyClient
    return manager


class OwnKernelManager(AsyncKernelManager):
    """A kernel of the running interpreter, not of whatever kernel spec is called python3 on this machine."""

    environment: dict[str, str] = {}
    crew: Crew | None = None

    @property
    def kernel_spec(self) -> KernelSpec:
        warm = {"kernel_provisioner": {"provisioner_name": "playbook-warm"}}
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "--log-level=CRITICAL", "-f", "{connection_file}"],
            display_name="Playbook",
            language="python",
            env={**_own_packages(), **ONE_THREAD, **self.environment},
            metadata=warm if self.crew else {},
        )


class ReadyClient(AsyncKernelClient):
    """Takes the kernel's word that it is ready; Jupyter's own listens for a fifth of a second more, to what nobody reads."""

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.setsockopt(zmq.RECONNECT_IVL, RECONNECT)
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and what it publishes is heard. Raises RuntimeError when it has died or time is over."""
        end = monotonic() + (timeout or inf)
        while True:
            self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=1)
                await self.iopub_channel.get_msg(timeout=1)
            except Empty:
                if not await self.is_alive():
                    raise RuntimeError("The kernel died before it was ready.") from None
                if monotonic() > end:
                    raise RuntimeError(f"The kernel was not ready in {timeout:g} seconds.") from None
                continue
            if reply["msg_type"] == "kernel_info_reply":
                self._handle_kernel_info_reply(reply)
                return


class WarmProvisioner(LocalProvisioner):
    """Forks the kernel for the manager's crew instead of starting a new interpreter."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a process and launch the kernel in it, with the variables and the folder that Jupyter prepared."""
        self.cwd = kwargs.get("cwd") or Path.cwd()
        words = cmd[cmd.index("ipykernel_launcher") + 1 :]
        self.process = self.parent.crew.start(_kernel, words, dict(kwargs["env"]), str(self.cwd))
        self.pid = self.process.pid
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End it, and see it end: who asks next whether it is alive would wait for a tenth of a second."""
        await super().kill(restart)
        for _ in range(200):
            if self.process is None or self.process.poll() is not None:
                return
            await asyncio.sleep(0.002)

    async def wait(self) -> int | None:
        """Wait for the end, without the tenth of a second that a new interpreter is given."""
        while self.process and self.process.poll() is None:
            await asyncio.sleep(0.005)
        return await super().wait()


def _kernel(words: list[str], environment: dict[str, str], folder: str) -> None:
    """In the forked process: be what ``python -m ipykernel_launcher`` would be."""
    environment.pop("JPY_PARENT_PID", None)  # of a Jupyter that the command itself may have been started in
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    if not sys.flags.safe_path:
        del sys.path[0]  # where the command lies
    sys.argv = ["ipykernel_launcher", *words]
    _forget_the_server()
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    with _no_modules_listed():
        app.initialize(words)
    app.start()


@contextmanager
def _no_modules_listed() -> Iterator[None]:
    """ipykernel lists the file of every loaded module, for a debugger; to touch them all copies 20 MB of the server's memory."""
    from ipykernel import ipkernel

    ipkernel.sys = SimpleNamespace(**{**vars(sys), "modules": {}})
    try:
        yield
    finally:
        ipkernel.sys = sys


def _forget_the_server() -> None:
    """What libraries settle when they load, settled for this process: numpy's random numbers, matplotlib's way to show charts."""
    import matplotlib
    import numpy

    numpy.random.seed()
    matplotlib.rcParams["backend"] = os.environ.setdefault("MPLBACKEND", _INLINE)


def _own_packages() -> dict[str, str]:
    return {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
