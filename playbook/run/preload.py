"""Preload: what every process of a run needs, imported once in the fork server so that no notebook waits for it.

``gc.freeze`` keeps the collector away from what was imported, so that forked processes go on sharing its memory.
"""

import atexit
import gc
import importlib
import os
import signal

__all__: list[str] = []

_interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which then ends this process
_server = os.getpid()
atexit.register(lambda: os.getpid() == _server and os._exit(0))  # nobody waits until all that is loaded here is taken apart
gc.disable()  # while all that is made stays
_ROOMS = (
    "playbook.run.ready", "playbook.run.prospects", "playbook.run.study", "playbook.run.pages", "playbook.run.client", "typer",
    "matplotlib.pyplot", "seaborn", "pyarrow.dataset", "ibis.backends.duckdb", "ibis.expr.types.groupby",
    "ibis.formats.pandas", "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "tornado.platform.asyncio",
    "pandas.core.reshape.reshape", "pandas.core.methods.to_dict", "encodings.utf_8_sig", "sqlite3", "IPython.core.completerlib",
    "IPython.core.debugger", "IPython.core.oinspect", "IPython.extensions.storemagic",
)  # fmt: skip

os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # Jupyter sets it for its kernels, too: nobody debugs a run
_phases = importlib.import_module("playbook.run.phases")  # here, and not above, where Ctrl-C would still end in a traceback
for _phase in _phases.PHASES:
    for _section in _phase.sections:
        _phases.method_of(_section.replace("-", "_"))
for _room in _ROOMS:
    importlib.import_module(_room)
importlib.import_module("playbook.report.render").compile_templates()
importlib.import_module("playbook.run.rehearsal").rehearse()
importlib.import_module("matplotlib.backends").backend_registry.list_all()  # looks through all that is installed, once
gc.collect()
gc.freeze()
gc.enable()
signal.signal(signal.SIGINT, _interrupt)  # as the processes forked from here expect it
