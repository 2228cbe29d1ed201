"""Preload: what every process of a run needs, imported once in the fork server so that no notebook waits for it.

``gc.freeze`` keeps the collector away from what was imported, so that forked processes go on sharing its memory.
"""

import atexit
import gc
import importlib
import os

from playbook.report.render import compile_templates
from playbook.run.phases import PHASES, method_of

__all__: list[str] = []

_server = os.getpid()
atexit.register(lambda: os.getpid() == _server and os._exit(0))  # nobody waits until all that is loaded here is taken apart
gc.disable()  # while all that is made stays
_ROOMS = (
    "playbook.run.ready", "playbook.run.prospects", "playbook.run.study", "playbook.run.pages", "matplotlib.pyplot", "typer",
    "ibis.backends.duckdb", "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "tornado.platform.asyncio",
    "sqlite3", "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect", "IPython.extensions.storemagic",
)  # fmt: skip

os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # Jupyter sets it for its kernels, too: nobody debugs a run
for _phase in PHASES:
    for _section in _phase.sections:
        method_of(_section.replace("-", "_"))
for _room in _ROOMS:
    importlib.import_module(_room)
compile_templates()
gc.collect()
gc.freeze()
gc.enable()
