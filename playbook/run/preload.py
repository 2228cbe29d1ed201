"""Preload: what every process of a run needs, imported once in the fork server so that no notebook waits for it.

``gc.freeze`` keeps the collector away from what was imported, so that forked processes go on sharing its memory.
"""

import gc
import importlib
import warnings

from playbook.run.phases import PHASES, method_of

__all__: list[str] = []

_ROOMS = ("playbook.run.ready", "playbook.run.pages", "ipykernel.ipkernel", "ipykernel.kernelapp", "matplotlib.pyplot", "typer")

warnings.filterwarnings("ignore", message="IProgress not found")  # a library asks for widgets that no report could show
for _phase in PHASES:
    for _section in _phase.sections:
        method_of(_section.replace("-", "_"))
for _room in _ROOMS:
    importlib.import_module(_room)
gc.collect()
gc.freeze()
