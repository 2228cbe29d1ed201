"""A report appears whole or not at all."""

from datetime import date
from pathlib import Path

import pytest

from playbook.run.publish import discard, fail, new_work, publish, published, recover

DAY = date(2026, 10, 31)


def filled(reports, text):
    work = new_work(reports)
    (work / "manifest.json").write_text(text)
    return work


def test_a_finished_folder_is_renamed_and_found(tmp_path):
    folder = publish(filled(tmp_path, "first"), tmp_path, DAY)
    assert folder == tmp_path / "2026-10-31"
    assert published(tmp_path) == (folder,)
    assert [p.name for p in tmp_path.iterdir()] == ["2026-10-31"]


def test_a_folder_that_is_no_day_is_no_report(tmp_path):
    folder = publish(filled(tmp_path, "first"), tmp_path, DAY)
    for name in ("2026-10-XX", "2026-13-01", "copy-of-it"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
    assert published(tmp_path) == (folder,)


def test_the_former_report_of_the_day_is_replaced(tmp_path):
    publish(filled(tmp_path, "first"), tmp_path, DAY)
    folder = publish(filled(tmp_path, "second"), tmp_path, DAY)
    assert (folder / "manifest.json").read_text() == "second"
    assert [p.name for p in tmp_path.iterdir()] == ["2026-10-31"]


def test_a_rename_that_fails_leaves_the_former_report(tmp_path, monkeypatch):
    folder = publish(filled(tmp_path, "first"), tmp_path, DAY)
    work, rename = filled(tmp_path, "second"), Path.rename

    def broken(self, target):
        if self == work:
            raise OSError("disk full")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(OSError, match="disk full"):
        publish(work, tmp_path, DAY)
    assert (folder / "manifest.json").read_text() == "first"


def test_a_replacement_that_was_cut_off_is_put_right(tmp_path):
    folder = publish(filled(tmp_path, "first"), tmp_path, DAY)
    folder.rename(tmp_path / ".replaced-2026-10-31")  # where a power cut between the two renames would leave it
    recover(tmp_path)
    assert (folder / "manifest.json").read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["2026-10-31"]


def test_a_leftover_beside_a_good_report_is_removed(tmp_path):
    folder = publish(filled(tmp_path, "second"), tmp_path, DAY)
    (tmp_path / ".replaced-2026-10-31").mkdir()
    recover(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize("text", ["", "[]", '"x"', "null", "{}", '{"kept": ["x"]}'])
def test_a_manifest_of_another_form_keeps_nothing_and_stops_nothing(tmp_path, text):
    folder = publish(filled(tmp_path, text), tmp_path, DAY)
    (tmp_path / ".kept-2026-10-31-x").mkdir()
    recover(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_only_the_last_failure_is_kept_and_it_is_no_report(tmp_path):
    fail(filled(tmp_path, "one"), tmp_path)
    folder = fail(filled(tmp_path, "two"), tmp_path)
    assert (folder / "manifest.json").read_text() == "two"
    assert published(tmp_path) == ()


def test_a_discarded_folder_is_gone(tmp_path):
    discard(filled(tmp_path, "x"))
    assert list(tmp_path.iterdir()) == []
