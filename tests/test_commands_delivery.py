"""mail, check-report, export and verify as a user types them."""

import json

import pytest

from home import run_playbook
from parcels import DAY, mailbox, publish, scorecard

YML = "recipients: [board@acme.example]\n"


@pytest.fixture
def home(tmp_path):
    publish(tmp_path, yml=YML)
    return tmp_path


def test_a_domain_is_confirmed_once_and_then_the_schedule_drafts_by_itself(tmp_path):
    publish(tmp_path, yml=YML, new=True)
    refused = run_playbook(tmp_path, "mail", "--all")
    assert (refused.returncode, "say once: --allow-domain acme.example" in refused.stderr) == (1, True)
    assert not (tmp_path / "reports/acme/mail").exists()
    assert run_playbook(tmp_path, "mail", "acme", "--allow-domain", "acme.example").returncode == 0
    assert run_playbook(tmp_path, "mail", "--all").stdout.startswith("acme: draft as before")


def test_mail_writes_a_draft_and_sends_nothing(home):
    done = run_playbook(home, "mail", "acme")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"acme: draft, reports/acme/mail/{DAY}.eml, 0.1 MB, to board@acme.example\n"
    assert run_playbook(home, "mail", "--all").stdout.startswith("acme: draft as before")
    assert not (home / "reports/acme/mail/delivery.json").exists()


def test_send_needs_a_draft_a_yes_and_settings(home, tmp_path, monkeypatch):
    done = run_playbook(home, "mail", "acme", "--send", "--yes")
    assert (done.returncode, "PLAYBOOK_SMTP_HOST is not set" in done.stderr) == (2, True)
    with mailbox(tmp_path, monkeypatch) as box:
        early = run_playbook(home, "mail", "acme", "--send", "--yes")
        assert (early.returncode, "acme has no draft" in early.stderr) == (1, True)
        run_playbook(home, "mail", "acme")
        unasked = run_playbook(home, "mail", "acme", "--send")
        assert unasked.returncode == 1 and "Send it?" in unasked.stdout and box.taken == []
        done = run_playbook(home, "mail", "acme", "--send", "--yes")
        assert done.returncode == 0, done.stderr
        assert "acme: board@acme.example: sent. 250 taken as 1" in done.stdout
        second = run_playbook(home, "mail", "--all", "--send", "--yes")
    assert second.returncode == 0 and "board@acme.example has had this report since" in second.stdout
    assert len(box.taken) == 1
    assert json.loads((home / "reports/acme/mail/delivery.json").read_text())[0]["as_of"] == DAY


def test_one_client_that_must_stay_stops_no_other(home):
    publish(home, "umbra", name="Umbra Foods", result=scorecard("Revenue stands at €310K like at Acme, ask a@b.example."))
    done = run_playbook(home, "mail", "--all")
    assert (done.returncode, done.stdout.count("draft")) == (1, 1)
    assert "umbra: nothing leaves" in done.stderr and "names 'Acme', which belongs to acme" in done.stderr
    looked = run_playbook(home, "check-report", "--all")
    assert (looked.returncode, looked.stdout) == (1, f"acme: nothing found in the report for {DAY}, 3 files.\n")
    assert "Traceback" not in done.stderr + looked.stderr


def test_export_and_verify(home):
    done = run_playbook(home, "export", "acme")
    file = f"reports/acme/export/acme-{DAY}.zip"
    assert done.stdout.startswith(f"acme: {file}"), done.stderr
    assert run_playbook(home, "verify", file).stdout == f"acme-{DAY}.zip is as it was written: 3 files.\n"
    (home / file).write_bytes(b"PK")
    broken = run_playbook(home, "verify", file)
    assert broken.returncode == 1 and "Traceback" not in broken.stderr


def test_a_password_comes_from_the_environment(home, monkeypatch):
    monkeypatch.setenv("PLAYBOOK_EXPORT_PASSWORD", "correct horse battery")
    assert run_playbook(home, "export", "acme", "--encrypt", "--to", "out").returncode == 0
    assert run_playbook(home, "verify", f"out/acme-{DAY}.zip").returncode == 0
    monkeypatch.setenv("PLAYBOOK_EXPORT_PASSWORD", "wrong horse battery")
    wrong = run_playbook(home, "verify", f"out/acme-{DAY}.zip")
    assert (wrong.returncode, "password is not the right one" in wrong.stderr) == (1, True)


WRONG = [
    ("mail",), ("mail", "nobody"), ("mail", "acme", "--phase", "nothing"), ("mail", "acme", "--yes"), ("mail", "acme", "--again"),
    ("mail", "acme", "--language", "zh"), ("verify", "none.zip"),
]  # fmt: skip


def test_a_way_of_enclosing_that_is_none_is_said_with_those_there_are(home):
    done = run_playbook(home, "mail", "acme", "--attach", "docx")
    assert done.returncode == 2 and "Invalid value for '--attach': 'docx' is not one of zip, html, pdf." in done.stderr


@pytest.mark.parametrize("words", WRONG)
def test_wrong_use(home, words):
    done = run_playbook(home, *words)
    assert done.returncode == 2 and "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("--phase", "strategy"), ("--attach", "html")])
def test_what_is_sent_is_what_was_reviewed(home, tmp_path, monkeypatch, words):
    with mailbox(tmp_path, monkeypatch) as box:
        run_playbook(home, "mail", "acme")
        done = run_playbook(home, "mail", "acme", "--send", "--yes", *words)
    assert (done.returncode, box.taken) == (2, [])
    assert "choose --phase and --attach when you write it" in done.stderr


def test_what_cannot_be_read_or_written_stops_no_other_client(home):
    publish(home, "umbra", name="Umbra Foods")
    (home / "reports/acme/export").write_text("a file")
    done = run_playbook(home, "export", "--all")
    assert done.returncode == 1 and done.stdout.startswith("umbra: reports/umbra/export/"), done.stderr
    assert "acme: " in done.stderr and "reports/acme/export cannot be read or written: File exists" in done.stderr
    assert "Traceback" not in done.stderr
