"""memory.json: written by section, carried, read by the next report of the client and, without names, by other clients'."""

import json
from datetime import date

import pandas as pd
import pytest

from playbook.engagement import open_engagement
from playbook.result.remembered import Remembered
from playbook.run.archive import MEMORY, PEER_COLUMNS, past_memory, peer_kpis, write_memory

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


def test_without_reports_there_is_nothing_to_remember(acme):
    assert past_memory(acme, DAY) == () and isinstance(peer_kpis(acme, DAY), pd.DataFrame)
