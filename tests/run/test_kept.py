"""Lessons of an earlier day reach the next needs analysis; those of the same day do not."""

import json
from datetime import date

import pytest

from playbook.engagement import open_engagement
from playbook.result.contract import Lesson
from playbook.run.kept import past_findings, past_lessons

LESSON = {
    "id": "mail",
    "sentence": "It worked.",
    "verdict": "shown",
    "next_step": "scale",
    "effect": 0.1,
    "low": 0.05,
    "high": 0.15,
    "profit": 9.0,
}


@pytest.fixture
def acme(tmp_path):
    folder = tmp_path / "data" / "acme"
    folder.mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    columns = "{order_id: a, order_date: b, revenue: c}"
    (folder / "client.yml").write_text(
        f"name: Acme\ncurrency: EUR\nsources:\n  orders: {{path: raw/o.csv, columns: {columns}}}\n"
    )
    return open_engagement("acme", root=tmp_path)


def publish_lessons(acme, day, lessons):
    folder = acme.reports / day
    folder.mkdir(parents=True)
    (folder / "lessons.json").write_text(json.dumps(lessons))


def test_the_last_earlier_evaluation_counts(acme):
    publish_lessons(acme, "2026-08-31", [])
    publish_lessons(acme, "2026-09-30", [LESSON])
    publish_lessons(acme, "2026-10-31", [])
    assert past_lessons(acme, date(2026, 10, 31)) == (Lesson(**LESSON),)
    assert past_lessons(acme, date(2026, 9, 30)) == ()


def test_without_an_evaluation_there_is_nothing_to_learn(acme):
    assert past_lessons(acme, date(2026, 10, 31)) == ()


def test_findings_of_the_last_earlier_report_come_with_its_day(acme):
    for day, sentence in (("2026-08-31", "Old."), ("2026-09-30", "Last."), ("2026-10-31", "Today.")):
        publish_lessons(acme, day, [])
        (acme.reports / day / "findings.json").write_text(json.dumps([{"section": "a", "id": "a", "sentence": sentence}]))
    assert past_findings(acme, date(2026, 10, 31)) == ({"as_of": "2026-09-30", "section": "a", "id": "a", "sentence": "Last."},)
    assert past_findings(acme, date(2026, 8, 31)) == ()
