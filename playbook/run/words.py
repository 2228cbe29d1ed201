"""Words: how pandas holds them, names of columns too, in the processes of a run.

pandas keeps words in Arrow's memory, where each call costs more than on Python's own strings, and long columns cost less. With
Python's strings the methods of a shop with 6,000 order lines take a tenth less processor, of one with 600,000 a tenth more.
All processes of a run hold them alike: of keys that are held in two ways pandas matches some and refuses others.
"""

from playbook.engagement import Engagement
from playbook.errors import IntakeError

__all__ = ["hold_words", "way_for"]

SMALL = 2**20  # bytes of a client's files


def way_for(engagement: Engagement) -> str:
    """``python`` for a client whose files are all there and small; ``auto``, which is pandas' own choice, for any other."""
    from playbook.intake.sources import source_files  # with what reads tables, which not every process needs

    try:
        files = [source_files(engagement, name) for name in engagement.sources]
        small = all(files) and sum(file.stat().st_size for each in files for file in each) <= SMALL
    except (IntakeError, OSError):  # who reads the tables tells it
        small = False
    return "python" if small else "auto"


def hold_words(way: str) -> None:
    """From now on pandas holds new words that way in this process."""
    import pandas as pd

    pd.set_option("mode.string_storage", way)
