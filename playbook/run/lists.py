"""Lists: what the strategy hands to those who do the work: the workbook, and the plan as data for the next monitoring."""

import shutil
from datetime import date
from pathlib import Path

from playbook.engagement import Engagement
from playbook.report.workbook import WORKBOOK, write_workbook
from playbook.result.formats import Formats
from playbook.run.kept import PLAN, kept_lists
from playbook.run.phases import STRATEGY

__all__ = ["carry_lists", "write_lists"]


def write_lists(engagement: Engagement, as_of: date, kept: Path, folder: Path) -> None:
    """Write the lists that the strategy's sections kept in ``kept`` into ``folder``, the plan's first; nothing without any."""
    sections = sorted(STRATEGY.sections, key=lambda name: name != STRATEGY.lead)
    lists = [one for name in sections for one in kept_lists(engagement, as_of, name.replace("-", "_"), kept)]
    if lists:
        write_workbook(lists, folder / WORKBOOK, engagement.name, as_of, Formats(engagement.currency, engagement.language))
    for one in lists:
        if one.id == STRATEGY.lead:
            text = one.frame.to_json(orient="records", date_format="iso", date_unit="s", indent=1, force_ascii=False)
            (folder / PLAN).write_text(f"{text}\n", encoding="utf-8")


def carry_lists(published: Path, folder: Path) -> None:
    """Take over the lists of a published report that a run of other phases completes."""
    for name in (WORKBOOK, PLAN):
        if (published / name).is_file():
            shutil.copy2(published / name, folder)
