"""The preview: a page made anew on every save, served to this machine only, with nothing published."""

import json
import threading
import urllib.error
import urllib.request
from io import StringIO

import pytest
from rich.console import Console

from playbook.engagement import open_engagement
from playbook.run.phases import phase
from playbook.run.previewing import follow, preview
from small import small_client, small_home

NEEDS = phase("needs-analysis")


def news(address: str):
    """What the browser is told, one after the other."""
    with urllib.request.urlopen(f"{address}news", timeout=120) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                yield json.loads(line[6:])


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
            with urllib.request.urlopen(address + first["page"][1:], timeout=30) as page:
                assert b"<h1>" in page.read()
            (acme.folder / "notes").mkdir()
            (acme.folder / "notes" / "needs-analysis.md").write_text("We met on Friday.", encoding="utf-8")
            second = until(told, lambda n: n["page"] != first["page"])
            with urllib.request.urlopen(address + second["page"][1:], timeout=30) as page:
                assert b"We met on Friday." in page.read()
            (acme.folder / "client.yml").write_text("name: Acme\n", encoding="utf-8")
            failed = until(told, lambda n: "client.yml" in n["state"])
            assert failed["page"] == second["page"]  # the last good one stays in view
        finally:
            stop.set()
            working.join(60)
    assert not acme.reports.exists()


def test_only_this_machine_may_look(tmp_path):
    home = small_home(tmp_path / "home")
    small_client(home, "acme")
    with preview(open_engagement("acme", root=home), NEEDS, Console(file=StringIO())) as (_, address):
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address, timeout=30) as page:
            assert b"Preview: Needs analysis" in page.read()
        foreign = urllib.request.Request(address, headers={"Host": "elsewhere.example"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(foreign, timeout=30)
        assert refused.value.code == 403
