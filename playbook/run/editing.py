"""Editing: a client's own edition of a phase's notebook, which is preferred to the house's from then on."""

import re
from copy import deepcopy
from pathlib import Path

import nbformat

from playbook.engagement import Engagement
from playbook.errors import UsageError
from playbook.run.notebooks import notebook_file, read_notebook
from playbook.run.parameters import TAG, accepted
from playbook.run.phases import Phase

__all__ = ["own_edition"]


def own_edition(engagement: Engagement, phase: Phase) -> Path:
    """``data/<client>/notebooks/<notebook>``: as it is, or made now from the house's with this client's name as parameter.

    Raises UsageError when the house's notebook is missing, its parameters cell cannot be read, or the edition not be written.
    """
    own = engagement.folder / "notebooks" / phase.notebook
    if own.is_file():
        return own
    house = notebook_file(engagement, phase)
    notebook = deepcopy(read_notebook(house))
    accepted(notebook, house.name)
    cell = next(cell for cell in notebook.cells if TAG in cell.metadata.get("tags", []))
    cell.source = re.sub(r'(?m)^(client: str = )"[^"]*"', lambda m: f'{m.group(1)}"{engagement.client}"', cell.source)
    try:
        own.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, own)
    except OSError as error:
        raise UsageError(f"{own.relative_to(engagement.root)} cannot be written: {error.strerror}.") from None
    return own
