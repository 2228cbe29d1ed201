import json

import pytest

from home import CLIENT, orders
from parcels import DAY, again, edition, publish
from playbook.errors import DeliveryError
from playbook.run.manifest import write_json


@pytest.fixture
def folder(tmp_path):
    return publish(tmp_path)


def test_a_whole_fresh_report_may_leave(folder, tmp_path):
    found = edition(tmp_path)
    assert [f.name for f in found.files] == ["index.html", "01-needs-analysis.html", "action-lists.xlsx"]
    assert (found.client, found.as_of.isoformat(), [p.id for p in found.phases]) == ("acme", DAY, ["needs-analysis"])


def test_a_report_is_the_same_as_long_as_it_says_the_same(folder, tmp_path):
    first = edition(tmp_path).digest
    publish(tmp_path)
    assert edition(tmp_path).digest == first
    publish(tmp_path, note="A word of ours.")
    assert edition(tmp_path).digest != first


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda home, folder: (home / "data/acme/raw/orders.csv").write_text(orders(900)), "the data of orders are not those"),
        (lambda home, folder: (home / "data/acme/client.yml").write_text(CLIENT.replace("EUR", "USD")), "client.yml was changed"),
        (lambda home, folder: (home / "data/acme/raw/orders.csv").unlink(), "the data of orders are not those"),
        (lambda home, folder: (folder / "index.html").write_text("<p>mine"), "index.html: changed"),
        (lambda home, folder: (folder / "findings.json").unlink(), "findings.json is missing"),
        (lambda home, folder: (folder / "notebooks/01-needs-analysis.ipynb").unlink(), "missing"),
    ],
)
def test_a_stale_or_touched_report_stays(folder, tmp_path, change, told):
    change(tmp_path, folder)
    with pytest.raises(DeliveryError, match=told):
        edition(tmp_path)


def test_a_new_recipient_makes_no_report_stale(folder, tmp_path):
    (tmp_path / "data/acme/client.yml").write_text(f"{CLIENT}recipients: [board@acme.example]\n", encoding="utf-8")
    assert edition(tmp_path).engagement.recipients == ("board@acme.example",)


def test_data_that_the_client_file_ends_later_than_the_report_make_it_stale(folder, tmp_path):
    (tmp_path / "data/acme/client.yml").write_text(CLIENT.replace("2025-12-31", "2026-01-31"), encoding="utf-8")
    with pytest.raises(DeliveryError, match="client.yml says as_of 2026-01-31, the report ends on 2025-12-31"):
        edition(tmp_path)


def test_nothing_published(tmp_path):
    folder = publish(tmp_path)
    (folder / "manifest.json").unlink()
    with pytest.raises(DeliveryError, match="no published report. Next: playbook run acme"):
        edition(tmp_path)


def test_after_a_failed_run_the_report_before_it_stays(folder, tmp_path):
    failed = tmp_path / "reports/acme/failed"
    failed.mkdir()
    told = {"finished": "2026-01-03T08:00:00+00:00", "error": "A cell took too long.", "client": "acme"}
    write_json(failed / "manifest.json", told)
    with pytest.raises(DeliveryError, match="last run of acme failed(.|\n)*took too long"):
        edition(tmp_path)
    write_json(failed / "manifest.json", {**told, "finished": "2026-01-01T08:00:00+00:00"})
    assert edition(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("client", "umbra", "names the client 'umbra'"),
        ("status", "failed", "says 'failed'"),
        ("as_of", "2025-11-30", "data as of 2025-11-30"),
    ],
)
def test_a_report_that_is_not_this_clients_own_stays(folder, tmp_path, key, value, told):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    write_json(folder / "manifest.json", {**manifest, key: value})
    with pytest.raises(DeliveryError, match=told):
        edition(tmp_path)


def test_a_new_table_makes_the_report_stale(folder, tmp_path):
    (tmp_path / "data/acme/raw/plan.csv").write_text("month,kpi,target\n2026-01-01,revenue,5\n", encoding="utf-8")
    more = "  plan: {path: raw/plan.csv, columns: {period: month, kpi: kpi, target: target}}\n"
    (tmp_path / "data/acme/client.yml").write_text(CLIENT + more, encoding="utf-8")
    with pytest.raises(DeliveryError, match="plan is new since then"):
        edition(tmp_path)


def test_files_beside_a_report_never_leave(folder, tmp_path):
    (folder / "remarks.txt").write_text("ours", encoding="utf-8")
    again(folder)
    assert "remarks.txt" not in [f.name for f in edition(tmp_path).files]
