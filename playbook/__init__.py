"""A parameterised playbook for sales consultants: one client's exports in, five reports out."""

import os
from typing import TYPE_CHECKING

from playbook.engagement import open_engagement
from playbook.errors import PlaybookError

if TYPE_CHECKING:
    from playbook.run.study import study

os.environ.setdefault("OPENPYXL_LXML", "False")  # the same workbook is the same bytes whether or not lxml is installed

__all__ = ["PlaybookError", "__version__", "open_engagement", "study"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """``study`` brings the libraries of all methods with it: a command that only lists or orchestrates does not wait for them."""
    if name == "study":
        from playbook.run.study import study

        return study
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
