"""The preview: a page made anew on every save, served to this machine only, with nothing published."""

import json
import socket
import threading
import urllib.error
import urllib.request
from io import StringIO

import pytest
from rich.console import Console

from playbook.engagement import open_engagement
from playbook.errors import RunError, UsageError
from playbook.run.batch import Outcome
from playbook.run.phases import phase
from playbook.run.previewing import concerns, follow, preview, shadow_home
from small import small_client, small_home

NEEDS = phase("needs-analysis")
FAILED = Outcome("acme", error=RunError("It did not come out."))


def news(address: str):
    """What the browser is told, one after the other."""
    with urllib.request.urlopen(f"{address}news", timeout=120) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                yield json.loads(line[6:])


def replace(file, text):
    """Save a file as many editors do."""
    file.with_name("draft~").write_text(text, encoding="utf-8")
    file.with_name("draft~").replace(file)


def until(told, accepted) -> dict:
    return next(one for one in told if accepted(one))


@pytest.mark.slow
def test_a_save_makes_the_page_anew_and_nothing_is_published(tmp_path):
    home = small_home(tmp_path / "home")
    small_client(home, "acme")
    acme, stop = open_engagement("acme", root=home), threading.Event()
    with preview(acme, NEEDS, Console(file=StringIO())) as (shown, address):
        working = threading.Thread(target=follow, args=(shown, stop))
        working.start()
        try:
            told = news(address)
            first = until(told, lambda n: n["page"])
            assert first["page"].endswith("/01-needs-analysis.html?edition=1")
            with urllib.request.urlopen(address + first["page"], timeout=30) as page:
                assert b"<h1>" in page.read()
            (acme.folder / "notes").mkdir()
            (acme.folder / "notes" / "needs-analysis.md").write_text("We met on Friday.", encoding="utf-8")
            second = until(told, lambda n: n["page"] != first["page"])
            with urllib.request.urlopen(address + second["page"], timeout=30) as page:
                assert b"We met on Friday." in page.read()
            whole = (acme.folder / "client.yml").read_text("utf-8")
            (acme.folder / "client.yml").write_text("name: Acme\n", encoding="utf-8")
            failed = until(told, lambda n: "client.yml" in n["state"])
            assert failed["page"] == second["page"]  # the last good one stays in view
            replace(acme.folder / "client.yml", whole)
            third = until(told, lambda n: n["page"] != second["page"])
            for name in ("Acme One", "Acme Two"):  # as editors save: a new file in the old one's place, again and again
                replace(home / "data" / "brand.yml", f"name: {name}\n")
                third = until(told, lambda n, last=third["page"]: n["page"] != last)
                with urllib.request.urlopen(address + third["page"], timeout=30) as page:
                    assert name.encode() in page.read()
        finally:
            stop.set()
            working.join(60)
    assert not acme.reports.exists()


def refusal(asked) -> int:
    """The code with which a request is refused."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=30)
    refused.value.close()
    return refused.value.code


def test_only_this_machine_may_look(tmp_path):
    home = small_home(tmp_path / "home")
    small_client(home, "acme")
    with preview(open_engagement("acme", root=home), NEEDS, Console(file=StringIO())) as (_, address):
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address, timeout=30) as page:
            assert b"Preview: Needs analysis" in page.read()
        foreign = urllib.request.Request(address, headers={"Host": "elsewhere.example"})
        assert refusal(foreign) == 403


def test_other_users_of_this_machine_do_not_know_the_address(tmp_path):
    home = small_home(tmp_path / "home")
    small_client(home, "acme")
    with preview(open_engagement("acme", root=home), NEEDS, Console(file=StringIO())) as (shown, address):
        (shown.home / "reports" / "page.html").write_text("ours")
        bare = address.replace(shown.door, "/")
        assert bare != address
        for asked, code in (*((bare + path, 404) for path in ("", "news", "page.html")), (f"{address}x", 404)):
            assert refusal(asked) == code
        assert refusal(urllib.request.Request(address, method="HEAD")) == 405
        with urllib.request.urlopen(f"{address}page.html", timeout=30) as page:
            assert page.read() == b"ours"


def test_a_port_that_is_taken_is_said(tmp_path):
    home = small_home(tmp_path / "home")
    small_client(home, "acme")
    acme = open_engagement("acme", root=home)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"Port {port} cannot be used"),
            preview(acme, NEEDS, Console(file=StringIO()), port),
        ):
            pytest.fail("two at one port")


def test_a_shadow_holds_what_a_run_starts_from_and_no_mail(tmp_path):
    home = small_home(tmp_path / "home")
    small_client(home, "acme")
    acme = open_engagement("acme", root=home)
    for name in ("2025-11-30", "2025-12-31", ".kept-2025-12-31-x", "mail", "export", "failed", ".work-x"):
        (acme.reports / name).mkdir(parents=True)
        (acme.reports / name / "file").touch()
    shadow = shadow_home(acme, tmp_path)
    assert sorted(f.name for f in (shadow / "reports" / "acme").iterdir()) == [".kept-2025-12-31-x", "2025-11-30", "2025-12-31"]


def test_a_system_without_links_is_said(tmp_path, monkeypatch):
    home = small_home(tmp_path / "home")
    small_client(home, "acme")

    def refuse(*_, **__):
        raise OSError(1314, "A required privilege is not held by the client")

    monkeypatch.setattr("pathlib.Path.symlink_to", refuse)
    with pytest.raises(UsageError, match="needs symbolic links.*required privilege"):
        shadow_home(open_engagement("acme", root=home), tmp_path)


def test_benchmarks_of_a_preview_are_those_of_the_house(tmp_path, monkeypatch):
    home = small_home(tmp_path / "home")
    small_client(home, "acme")
    memory = home / "reports" / "other" / "2025-12-31" / "memory.json"
    memory.parent.mkdir(parents=True)
    kpis = [{"kind": "kpi", "id": "revenue", "value": 7.0}]
    told = {"industry": "retail", "currency": "EUR", "sections": {"scorecard": kpis}}
    memory.write_text(json.dumps(told), encoding="utf-8")
    asked = []
    monkeypatch.setattr("playbook.run.previewing.run_clients", lambda clients, home, order, **_: asked.append(order) or (FAILED,))
    with preview(open_engagement("acme", root=home), NEEDS, Console(file=StringIO())) as (shown, _):
        assert not shown.build()
    assert [one.client for one in asked[0].peers] == ["other"]


def test_a_failure_is_said_in_the_terminal_on_one_line(tmp_path, monkeypatch):
    home = small_home(tmp_path / "home")
    small_client(home, "acme")
    failed = Outcome("acme", error=RunError("It did not come out:", ["[one] reason", "and another"]))
    monkeypatch.setattr("playbook.run.previewing.run_clients", lambda *_, **__: (failed,))
    said = StringIO()
    with preview(open_engagement("acme", root=home), NEEDS, Console(file=said, width=40)) as (shown, _):
        assert not shown.build()
    assert said.getvalue() == "Needs analysis: failed. It did not come out: - [one] reason - and another\n"


def test_a_preview_speaks_as_client_yml_says_on_each_save_unless_told_otherwise(tmp_path, monkeypatch):
    home = small_home(tmp_path / "home")
    small_client(home, "acme")
    acme, asked = open_engagement("acme", root=home), []
    monkeypatch.setattr("playbook.run.previewing.run_clients", lambda clients, home, order, **_: asked.append(order) or (FAILED,))
    for language in (None, "zh"):
        with preview(acme, NEEDS, Console(file=StringIO()), language=language) as (shown, _):
            shown.build()
    assert [one.language for one in asked] == [None, "zh"]


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("notebooks/01-needs-analysis.ipynb", True),
        ("notebooks/02-market-research.ipynb", False),
        ("data/acme/notes/needs-analysis.md", True),
        ("data/other/client.yml", False),
        ("data/brand.yml", True),
        ("data/logo.svg", True),
    ],
)
def test_a_page_is_made_of_the_clients_files_the_notebook_and_the_brand(tmp_path, file, wanted):
    home = small_home(tmp_path)
    small_client(home, "acme")
    assert concerns(open_engagement("acme", root=home), NEEDS, home / file) is wanted


def test_a_home_without_notebooks_of_its_own_can_be_followed(tmp_path):
    home = small_home(tmp_path / "home")
    (small_client(home, "acme") / "notebooks").mkdir()
    for notebook in (home / "notebooks").iterdir():
        notebook.rename(home / "data" / "acme" / "notebooks" / notebook.name)
    (home / "notebooks").rmdir()
    stop = threading.Event()
    stop.set()
    with preview(open_engagement("acme", root=home), NEEDS, Console(file=StringIO())) as (shown, _):
        follow(shown, stop)
    assert shown.edition == 0
