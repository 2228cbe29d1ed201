"""A parameterised playbook for sales consultants: one client's exports in, five reports out."""

from playbook.engagement import open_engagement
from playbook.errors import PlaybookError
from playbook.run.study import study

__all__ = ["PlaybookError", "__version__", "open_engagement", "study"]
__version__ = "0.1.0"
