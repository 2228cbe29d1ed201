"""Lists of a run: the plan's first, the plan as data for the next monitoring, and both carried over with the phase."""

from datetime import date

import openpyxl
import pandas as pd
import pytest

from home import make_home, tiny_client
from playbook.engagement import open_engagement
from playbook.report.workbook import WORKBOOK
from playbook.result.contract import Result, Worklist
from playbook.result.formats import Formats
from playbook.run.kept import PLAN, WORK_VARIABLE, keep, past_plan
from playbook.run.lists import carry_lists, write_lists

DAY = date(2025, 12, 31)


def one(id, **columns):
    frame = pd.DataFrame({"action_id": [id], "name": [id], **columns})
    return Worklist(id, id.capitalize(), "Work through it.", frame, {"action_id": ("Id", "text")}, "action_id")


@pytest.fixture
def acme(tmp_path, monkeypatch):
    tiny_client(make_home(tmp_path))
    monkeypatch.setenv(WORK_VARIABLE, str(tmp_path / "work"))
    return open_engagement("acme", DAY, root=tmp_path)


def test_the_plan_comes_first_and_is_kept_as_data(acme, tmp_path):
    keep(acme, "service", Result(fmt=Formats("EUR"), headline="x", worklists=(one("gaps"),)))
    keep(
        acme,
        "plan",
        Result(fmt=Formats("EUR"), headline="x", worklists=(one("plan", start=pd.Timestamp("2026-01-05")), one("mail"))),
    )
    folder = tmp_path / "reports" / "acme" / "2025-12-31"
    folder.mkdir(parents=True)
    write_lists(acme, DAY, tmp_path / "work", folder)
    assert openpyxl.load_workbook(folder / WORKBOOK).sheetnames == ["Lists", "Plan", "Mail", "Gaps"]
    assert past_plan(acme, date(2026, 1, 31))[0]["start"].startswith("2026-01-05")
    assert past_plan(acme, DAY) == ()
    other = tmp_path / "other"
    other.mkdir()
    carry_lists(folder, other)
    assert {f.name for f in other.iterdir()} == {WORKBOOK, PLAN}


def test_without_lists_nothing_is_written(acme, tmp_path):
    (tmp_path / "out").mkdir()
    write_lists(acme, DAY, tmp_path / "work", tmp_path / "out")
    carry_lists(tmp_path / "out", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
