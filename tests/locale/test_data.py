"""Data files as the code reads them: texts are keys of the catalogues."""

import pytest

from playbook.locale.data import data_file


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with one data file, ``rules.yml``."""
    (tmp_path / "with_rules").mkdir()
    (tmp_path / "with_rules" / "__init__.py").touch()
    (tmp_path / "with_rules" / "rules.yml").write_text(
        "late:\n  label: {en: Late}\n  bounds: [0, .inf]\n  next: [{en: Ask}, {id: a, en: b}]\n  good: no\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return "with_rules"


def test_a_text_under_en_alone_stands_for_itself_and_all_else_stays(package):
    late = {"label": "Late", "bounds": [0, float("inf")], "next": ["Ask", {"id": "a", "en": "b"}], "good": "no"}
    assert data_file(package, "rules.yml") == {"late": late}


def test_a_file_that_is_not_there_is_named(package):
    with pytest.raises(FileNotFoundError, match=r"words\.yml"):
        data_file(package, "words.yml")
