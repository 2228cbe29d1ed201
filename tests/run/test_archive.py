"""memory.json: written by section, carried, read by the next report of the client and, without names, by other clients'."""

import json
from datetime import date, timedelta

import pandas as pd
import pytest

from home import make_home, tiny_client
from playbook.engagement import open_engagement
from playbook.result.remembered import Remembered
from playbook.run.archive import MEMORY, PEER_COLUMNS, PEERS, damaged, past_memory, peer_kpis, write_memory
from playbook.run.kept import WORK_VARIABLE, past_findings, past_lessons, past_plan, store
from playbook.run.peers import peer_rows, read_peers
from playbook.run.ready import prepare
from playbook.run.rests import Standing

DAY = date(2026, 10, 31)


@pytest.fixture
def acme(tmp_path):
    return client(tmp_path, "acme")


def client(root, name, industry="retail", currency="EUR"):
    folder = root / "data" / name
    folder.mkdir(parents=True)
    (root / "notebooks").mkdir(exist_ok=True)
    source = "sources:\n  orders: {path: raw/o.csv, columns: {order_id: a, order_date: b, revenue: c}}\n"
    (folder / "client.yml").write_text(f"name: {name.title()}\nindustry: {industry}\ncurrency: {currency}\n{source}")
    return open_engagement(name, root=root)


def kpi(value, id="repeat_rate"):
    return Remembered(kind="kpi", id=id, label="x", value=value, unit="share")


def trial(value, since, until):
    span = {"low": value - 0.02, "high": value + 0.02, "since": since, "until": until}
    return Remembered(kind="test", id="mail", label="Mail", value=value, **span)


def published(engagement, day, figures, former=None):
    folder = engagement.reports / day
    folder.mkdir(parents=True, exist_ok=True)
    write_memory(engagement, date.fromisoformat(day), figures, folder, former)
    return folder


def test_what_is_written_is_read_by_a_later_report_only(acme):
    told = trial(0.1, date(2025, 11, 1), date(2026, 10, 31))
    published(acme, "2026-10-31", {"funnel": (told,), "scorecard": (kpi(0.7),)})
    assert past_memory(acme, date(2026, 11, 30)) == (told, kpi(0.7))
    assert past_memory(acme, DAY) == ()


def test_a_folder_that_is_no_day_is_no_earlier_report(acme):
    folder = published(acme, "2026-10-30", {"scorecard": (kpi(0.7),)})
    assert past_memory(acme, DAY) == (kpi(0.7),)
    folder.rename(folder.with_name("2026-10-XX"))
    assert past_memory(acme, date(2026, 12, 31)) == ()


def test_sections_that_did_not_run_are_carried(acme):
    folder = published(acme, "2026-10-31", {"funnel": (), "scorecard": (kpi(0.7),)})
    published(acme, "2026-10-31", {"lessons": (kpi(0.1, "x"),)}, folder)
    assert set(json.loads((folder / MEMORY).read_text("utf-8"))["sections"]) == {"scorecard", "lessons"}
    published(acme, "2026-10-31", {"lessons": (kpi(0.1, "x"),)})
    assert set(json.loads((folder / MEMORY).read_text("utf-8"))["sections"]) == {"lessons"}


def test_peers_are_figures_without_names(acme, tmp_path):
    for place, value in enumerate((0.9, 0.5, 0.7)):
        other = client(tmp_path, f"other{place}", currency="USD" if place else "EUR")
        published(other, "2026-08-31", {"scorecard": (kpi(0.1),)})  # not the last one
        published(other, "2026-09-30", {"scorecard": (kpi(value), kpi(0.2, "churn")), "funnel": (trial(0.1, DAY, DAY),)})
    published(acme, "2026-09-30", {"scorecard": (kpi(0.3),)})
    found = peer_kpis(acme, DAY)
    assert list(found.columns) == list(PEER_COLUMNS)
    assert found.loc[found["kpi"] == "repeat_rate", "value"].tolist() == [0.9, 0.5, 0.7]  # by currency, then by figure
    assert found.equals(found.sort_values(list(PEER_COLUMNS), ignore_index=True))
    assert not found.astype(str).apply(lambda c: c.str.contains("other", case=False)).any().any()


def test_stale_reports_made_up_clients_and_other_folders_are_no_peers(acme, tmp_path):
    old, made_up = client(tmp_path, "old"), client(tmp_path, "made-up")
    published(old, "2024-10-30", {"scorecard": (kpi(0.5),)})
    published(made_up, "2026-09-30", {"scorecard": (kpi(0.5),)})
    (made_up.folder / "truth").mkdir()
    (acme.reports.parent / "empty").mkdir(parents=True)
    assert peer_kpis(acme, DAY).empty
    assert len(peer_kpis(acme, date(2026, 10, 30))) == 1


def test_a_run_of_one_phase_forgets_nothing_of_the_others(acme):
    told = trial(0.3, date(2026, 6, 1), date(2026, 6, 28))
    published(acme, "2026-08-31", {"lessons": (told,), "scorecard": (kpi(0.6),)})
    published(acme, "2026-09-30", {"scorecard": (kpi(0.7),)})
    assert set(past_memory(acme, DAY)) == {told, kpi(0.7)}
    assert {one.made for one in past_memory(acme, DAY)} == {date(2026, 8, 31), date(2026, 9, 30)}


def forecast(month, value):
    since = pd.Timestamp(month)
    days = {"since": since.date(), "until": (since + pd.offsets.MonthEnd(0)).date()}
    return Remembered(
        kind="forecast", id=f"revenue-{month}", label="Revenue", value=value, low=0.0, high=9e9, unit="money", **days
    )


def buyers(day, value):
    days = {"since": day + timedelta(days=1), "until": day + timedelta(days=90)}
    return Remembered(kind="promise", id="buyers", label="Buyers", value=value, unit="count", **days)


def test_what_was_promised_is_kept_until_it_can_be_judged_however_often_there_is_a_report(acme):
    """A report a month: each forecasts three months and says who buys within 90 days."""
    ends = pd.date_range("2026-01-31", "2026-09-30", freq="ME")
    for number, end in enumerate(ends):
        ahead = pd.period_range(end + pd.Timedelta(days=1), periods=3, freq="M").astype(str)
        figures = tuple(forecast(month, 100.0 * number) for month in ahead)
        published(acme, end.date().isoformat(), {"demand": figures, "scoring": (buyers(end.date(), float(number)),)})
    left = {one.id: one for one in past_memory(acme, DAY)}
    months = pd.period_range("2026-02", "2026-12", freq="M").astype(str)
    assert [left[f"revenue-{month}"].value for month in months] == [0, 0, 0, 100, 200, 300, 400, 500, 600, 700, 800]
    assert left["revenue-2026-05"].made == date(2026, 2, 28)
    assert left["buyers"].value == 6.0 and left["buyers"].until == date(2026, 10, 29)  # of 31 July: the last that is over
    early = {one.id: one for one in past_memory(acme, date(2026, 3, 31))}
    assert early["buyers"].value == 1.0  # none is over yet
    late = past_memory(acme, date(2029, 1, 31))
    assert [one.id for one in late] == []  # more than two years ago


DAMAGED = [
    "{",
    "[]",
    "null",
    "[{",
    '{"sections": {}}',
    '{"as_of": "2026-09-30", "sections": {"demand": [{"kind": "kpi"}]}}',
    '[{"id": 1}]',
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_passed_over_for_an_older_one_and_told(acme, text):
    finding = {"section": "a", "id": "a", "sentence": "Old."}
    folder = published(acme, "2026-08-31", {"scorecard": (kpi(0.6),)})
    for name, old in {"findings": [finding], "lessons": [], "plan": [{"action_id": "a", "name": "A"}]}.items():
        (folder / f"{name}.json").write_text(json.dumps(old), "utf-8")
        newer = acme.reports / "2026-09-30" / f"{name}.json"
        newer.parent.mkdir(exist_ok=True)
        newer.write_text(text, "utf-8")
    (newer.parent / MEMORY).write_text(text, "utf-8")
    assert past_memory(acme, DAY) == (kpi(0.6),)
    if text != "[]":  # nothing to tell is no damage
        assert past_findings(acme, DAY) == ({"as_of": "2026-08-31", **finding},)
        assert past_plan(acme, DAY) == ({"action_id": "a", "name": "A"},) and past_lessons(acme, DAY) == ()
        assert {f.name for f in damaged(acme, DAY)} == {MEMORY, "findings.json", "lessons.json", "plan.json"}
    assert damaged(acme, date(2026, 9, 30)) == ()


def test_a_peer_whose_file_is_damaged_is_none_and_its_older_report_counts(acme, tmp_path):
    other, broken = client(tmp_path, "other"), client(tmp_path, "broken")
    published(other, "2026-08-31", {"scorecard": (kpi(0.5),)})
    for one in (other, broken):
        for text in DAMAGED:
            (published(one, "2026-09-30", {}) / MEMORY).write_text(text, "utf-8")
            assert peer_kpis(acme, DAY)["value"].tolist() == [0.5]


def test_peers_are_those_of_the_day_and_those_that_the_run_began_with(acme, tmp_path, monkeypatch):
    other = client(tmp_path, "other")
    published(other, "2025-01-31", {"scorecard": (kpi(0.5),)})
    published(other, "2026-06-30", {"scorecard": (kpi(0.9),)})
    assert peer_kpis(acme, date(2025, 1, 31))["value"].tolist() == [0.5]
    assert peer_kpis(acme, date(2025, 1, 30)).empty
    begun = read_peers(tmp_path)
    before = Standing(acme, DAY, {}, begun)["peers"]
    acme_then = acme.model_copy(update={"as_of": DAY})
    store(acme_then, PEERS, peer_rows(begun, "acme", DAY), tmp_path / "work")
    monkeypatch.setenv(WORK_VARIABLE, str(tmp_path / "work"))
    published(other, "2026-09-30", {"scorecard": (kpi(0.1),)})  # it ran beside this one and ended first
    assert peer_kpis(acme_then, DAY)["value"].tolist() == [0.9]
    assert Standing(acme, DAY, {}, begun)["peers"] == before != Standing(acme, DAY, {})["peers"]


def test_a_run_keeps_the_peers_of_its_batch_and_says_which_files_it_passes_over(tmp_path, monkeypatch):
    other = client(tmp_path, "other")
    (tmp_path / "notebooks").rmdir()
    mine = open_engagement("acme", root=tiny_client(make_home(tmp_path / "home")).parents[1])
    published(other, "2020-01-31", {"scorecard": (kpi(0.5),)})
    (published(mine, "2020-01-31", {"scorecard": (kpi(0.6),)}) / MEMORY).write_text("{", "utf-8")
    begun = read_peers(tmp_path)
    monkeypatch.setattr("playbook.run.peers.OLDEST", timedelta(days=36_500))
    ready = prepare(mine, (), {}, tmp_path / "kept", begun)
    assert ready.damaged == ("reports/acme/2020-01-31/memory.json",)
    monkeypatch.setenv(WORK_VARIABLE, str(tmp_path / "kept"))
    assert peer_kpis(mine.model_copy(update={"as_of": ready.as_of}), ready.as_of)["value"].tolist() == [0.5]


def test_what_an_older_report_left_is_part_of_what_a_report_rests_on(acme):
    published(acme, "2026-08-31", {"scorecard": (kpi(0.6),)})
    published(acme, "2026-09-30", {"scorecard": (kpi(0.7),)})
    before = Standing(acme, DAY, {})["earlier:memory.json"]
    published(acme, "2026-08-31", {"lessons": (trial(0.3, DAY, DAY),)})
    assert Standing(acme, DAY, {})["earlier:memory.json"] != before


def test_without_reports_there_is_nothing_to_remember(acme):
    assert past_memory(acme, DAY) == () and isinstance(peer_kpis(acme, DAY), pd.DataFrame)
