import json

import nbformat
import pytest

from home import CLIENT, orders
from parcels import DAY, again, edition, publish, scorecard
from playbook.delivery.checking.leaving import check_report
from playbook.delivery.edition import Edition
from playbook.delivery.enclosed import enclose
from playbook.errors import DeliveryError
from playbook.result.formats import Formats
from playbook.run.manifest import write_json
from playbook.run.notebooks import digest
from playbook.run.phases import PHASES
from playbook.run.rests import Standing
from samples import notebook


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
    with pytest.raises(DeliveryError, match="none has come out well since(.|\n)*index.html: A cell took too long"):
        edition(tmp_path)
    (failed / "manifest.json").write_text("{")
    with pytest.raises(DeliveryError, match="A run of acme failed(.|\n)*See reports/acme/failed/index.html"):
        edition(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"', '{"status": "published", "client": "acme"}'])
def test_a_manifest_that_cannot_be_read_is_said(folder, tmp_path, text):
    (folder / "manifest.json").write_text(text)
    with pytest.raises(DeliveryError, match="2025-12-31.*(cannot be read|is not what was published).*Next: playbook run acme"):
        edition(tmp_path)


def test_a_note_or_a_brand_of_later_makes_the_report_stale(folder, tmp_path):
    standing = Standing(edition(tmp_path).engagement, edition(tmp_path).as_of, {})
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    write_json(folder / "manifest.json", {**manifest, "rests": {"report": standing.of(("notes", "brand"))}})
    assert edition(tmp_path)
    note, brand = tmp_path / "data/acme/notes/strategy.md", tmp_path / "data/brand.yml"
    note.parent.mkdir()
    note.write_text("Mind the gap.")
    with pytest.raises(DeliveryError, match="a note of the consultant's was changed since then"):
        edition(tmp_path)
    note.unlink()
    brand.write_text("footer: Ours\n")
    with pytest.raises(DeliveryError, match="the brand was changed since then"):
        edition(tmp_path)


def test_a_report_in_another_language_than_the_client_file_says_is_no_stale_one(tmp_path):
    folder = publish(tmp_path, yml="language: zh\n", result=scorecard(fmt=Formats("EUR", "zh")))
    (tmp_path / "data/acme/client.yml").write_text(f"{CLIENT}recipients: [board@acme.example]\n", encoding="utf-8")
    found = edition(tmp_path)  # as after playbook run --language zh, and a new recipient
    assert (found.engagement.language, found.fmt.language, found.folder) == ("zh", "zh", folder)
    assert check_report(found) == ()


def test_what_is_checked_is_what_leaves(folder, tmp_path):
    found = edition(tmp_path)
    assert check_report(found) == ()
    page = folder / "index.html"
    page.write_text(page.read_text("utf-8").replace("</main>", "<p>Another run</p></main>"), encoding="utf-8")
    assert b"Another run" not in b"".join(one.content for one in enclose(found, PHASES, "html"))
    (problem,) = check_report(edition_of(found))
    assert str(problem) == "the report: was replaced by a new run while it was looked at; try once more"


def edition_of(found):
    """The same edition, of which nothing has been read yet."""
    return Edition(found.engagement, found.folder, found.as_of, found.manifest, found.findings)


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


def made_with(home, folder, phase="needs-analysis"):
    """The client's own edition of that phase's notebook, which the report is said to be made with."""
    own = home / "data/acme/notebooks" / f"01-{phase}.ipynb"
    own.parent.mkdir()
    nbformat.write(notebook("## Where do we stand?"), own)
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    write_json(folder / "manifest.json", {**told, "notebooks": {phase: digest(own)}})
    return own


def test_a_notebook_that_was_changed_or_broken_since_makes_the_report_stale(folder, tmp_path):
    own = made_with(tmp_path, folder)
    assert edition(tmp_path)
    whole = own.read_text("utf-8")
    own.write_text(whole.replace("Where do we", "Where will we"), "utf-8")
    with pytest.raises(DeliveryError, match="stale(.|\n)*data/acme/notebooks/01-needs-analysis.ipynb is not the notebook that"):
        edition(tmp_path)
    own.write_text(whole[:200], "utf-8")
    broken = "data/acme/notebooks/01-needs-analysis.ipynb is not a notebook: .* remove it so that the house's edition runs"
    with pytest.raises(DeliveryError, match=f"stale(.|\n)*{broken}"):
        edition(tmp_path)
    own.unlink()
    with pytest.raises(DeliveryError, match="stale(.|\n)*The notebook notebooks/01-needs-analysis.ipynb is missing"):
        edition(tmp_path)


def test_an_older_failure_hides_nothing_of_what_is_wrong_now(folder, tmp_path):
    made_with(tmp_path, folder).write_text("{", "utf-8")
    (tmp_path / "reports/acme/failed").mkdir()
    write_json(tmp_path / "reports/acme/failed/manifest.json", {"error": "A cell took too long."})
    with pytest.raises(DeliveryError, match="01-needs-analysis.ipynb is not a notebook(.|\n)*took too long"):
        edition(tmp_path)
