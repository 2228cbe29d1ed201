"""A reviewed draft goes out once, to the right people, over a verified connection, and what became of it is written down."""

import email
import json
import os
import socket
import subprocess
import sys
from email.policy import default
from pathlib import Path

import pytest

from home import ROOT
from parcels import DAY, PASSWORD, edition, mailbox, publish, scorecard
from playbook.delivery.drafting import write_draft
from playbook.delivery.record import only_one, read_record
from playbook.delivery.sending import Delivery, send
from playbook.delivery.settings import read_settings
from playbook.errors import DeliveryError, UsageError

BOARD, CHIEF = "board@acme.example", "chief@acme.example"
TWO = f"recipients: [{BOARD}, {CHIEF}]\n"
WAITS = (0.01, 0.02, 0.03)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose client has a report, a draft of its mail, and two recipients."""
    publish(tmp_path, yml=TWO)
    write_draft(edition(tmp_path))
    return tmp_path


def sent(home: Path, client: str = "acme", waits=WAITS, **changes) -> Delivery:
    return send(edition(home, client), read_settings(), lambda *_: True, waits=waits, **changes)


def states(home: Path, client: str = "acme") -> dict[str, str]:
    """State by address, as the last delivery of the record has it."""
    record = json.loads((home / f"reports/{client}/mail/delivery.json").read_text("utf-8"))
    return {address: one["state"] for address, one in record[-1]["recipients"].items()}


def test_a_mail_goes_out_whole_and_is_written_down(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch) as box:
        done = sent(home)
    ((sender, recipients, content),) = box.taken
    message = email.message_from_bytes(content, policy=default)
    draft = email.message_from_bytes((home / f"reports/acme/mail/{DAY}.eml").read_bytes(), policy=default)
    assert (sender, recipients) == ("jane@advice.example", (BOARD, CHIEF))
    assert message["From"] == "Jane Doe <jane@advice.example>"
    assert message["Message-ID"] == done.message_id and done.message_id.endswith("@advice.example>")
    assert message["Subject"] == draft["Subject"] and message["To"] == f"{BOARD}, {CHIEF}"
    assert [message[name] for name in ("X-Unsent", "X-Playbook-Report", "Bcc")] == [None, None, None]
    assert [p.get_payload() for p in message.walk() if not p.is_multipart()] == [
        p.get_payload() for p in draft.walk() if not p.is_multipart()
    ]
    (entry,) = read_record(home / "reports/acme/mail")
    assert (entry["message_id"], entry["as_of"], entry["report"]) == (done.message_id, DAY, edition(home).digest)
    assert entry["recipients"] == {a: {"state": "sent", "answer": "250 taken as 1"} for a in (BOARD, CHIEF)}
    assert len(entry["draft"]) == len(entry["content"]) == 64


def test_the_mail_does_not_name_this_machine(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch) as box:
        sent(home)
    assert set(box.greetings) == {"advice.example"}
    assert socket.gethostname().encode() not in box.taken[0][2].split(b"\r\n\r\n")[0] or len(socket.gethostname()) < 4


def test_nobody_gets_the_same_report_twice_unless_told(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch) as box:
        sent(home)
        second = sent(home)
        assert (len(box.taken), second.answers, set(second.had)) == (1, {}, {BOARD, CHIEF})
        publish(home)  # the same day once more, with the same answers: the same report
        write_draft(edition(home))
        assert sent(home).answers == {}
        sent(home, again=True)
    assert len(box.taken) == 2
    assert len(read_record(home / "reports/acme/mail")) == 2


def test_who_has_it_has_it_however_the_address_is_written(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch) as box:
        sent(home)
        file = home / "data/acme/client.yml"
        file.write_text(file.read_text("utf-8").replace(BOARD, BOARD.title()), encoding="utf-8")
        write_draft(edition(home))
        assert sent(home).answers == {}
    assert len(box.taken) == 1


def test_a_new_report_goes_out_and_so_does_the_old_one_to_a_new_recipient(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch) as box:
        sent(home)
        file = home / "data/acme/client.yml"
        file.write_text(file.read_text("utf-8").replace(CHIEF, f"{CHIEF}, desk@acme.example"), encoding="utf-8")
        write_draft(edition(home))
        assert set(sent(home).answers) == {"desk@acme.example"}
        publish(home, note="A word of ours.")
        write_draft(edition(home))
        assert len(sent(home).answers) == 3
    assert [to for _, to, _ in box.taken] == [(BOARD, CHIEF), ("desk@acme.example",), (BOARD, CHIEF, "desk@acme.example")]


def test_a_recipient_refused_does_not_stop_the_others(home, tmp_path, monkeypatch):
    refuse = lambda address, _: "550 no such person" if address == CHIEF else None  # noqa: E731
    with mailbox(tmp_path, monkeypatch, rcpt=refuse) as box:
        done = sent(home)
        assert not done.complete
        assert done.answers == {BOARD: ("sent", "250 taken as 1"), CHIEF: ("refused", "550 no such person")}
        assert box.conversations == 1, "a refusal for good is not tried again"
        box.rcpt = lambda address, _: None
        assert set(sent(home).answers) == {CHIEF}, "who has it does not get it again"
    assert [to for _, to, _ in box.taken] == [(BOARD,), (CHIEF,)]


def test_greylisting_is_waited_for(home, tmp_path, monkeypatch):
    paused = []
    with mailbox(tmp_path, monkeypatch, rcpt=lambda address, n: "450 4.2.0 greylisted, come again" if n < 3 else None) as box:
        done = sent(home, pause=paused.append)
    assert done.complete and paused == [0.01, 0.02] and len(box.taken) == 1
    assert states(home) == {BOARD: "sent", CHIEF: "sent"}
    assert len(read_record(home / "reports/acme/mail")) == 1, "one message, however many tries"


def test_one_greylisted_recipient_is_served_later_and_alone(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch, rcpt=lambda address, n: "451 later" if n == 1 and address == BOARD else None) as box:
        assert sent(home, pause=lambda _: None).complete
    assert [to for _, to, _ in box.taken] == [(CHIEF,), (BOARD,)]


def test_who_asks_for_ever_to_come_again_is_left(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch, rcpt=lambda address, n: "450 busy") as box:
        done = sent(home)
        assert box.conversations == 1 + len(WAITS)
        assert done.answers[BOARD] == ("not sent", "450 busy")
        box.rcpt = lambda address, n: None
        assert sent(home).complete


@pytest.mark.parametrize(
    ("reply", "state", "tries"), [("452 4.3.1 no room", "not sent", 4), ("554 5.7.1 we think it is spam", "refused", 1)]
)
def test_what_the_server_says_of_the_mails_text(home, tmp_path, monkeypatch, reply, state, tries):
    with mailbox(tmp_path, monkeypatch, data=lambda number: reply) as box:
        done = sent(home)
    assert done.answers == dict.fromkeys((BOARD, CHIEF), (state, reply))
    assert (box.asked, box.taken) == (tries, [])


def test_a_connection_that_breaks_in_mid_message_is_not_tried_again_by_itself(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch, data=lambda number: "drop" if number == 1 else None) as box:
        done = sent(home)
        assert done.answers[BOARD] == ("unknown", "the connection broke while the mail was under way")
        assert (box.asked, states(home)) == (1, {BOARD: "unknown", CHIEF: "unknown"})
        assert sent(home).answers == {}, "they may have it"
        assert sent(home, again=True).complete


def test_a_connection_that_breaks_before_the_text_leaves_nothing_open(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch, rcpt=lambda address, n: "drop" if n == 1 else None) as box:
        assert sent(home).answers[CHIEF][0] == "not sent"
        assert sent(home).complete
    assert len(box.taken) == 1


def test_who_ends_the_program_while_the_mail_is_under_way_finds_it_unknown(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch) as box:

        def killed(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as cut:
            cut.setattr("smtplib.SMTP.data", killed)
            with pytest.raises(KeyboardInterrupt):
                sent(home)
        assert states(home) == {BOARD: "unknown", CHIEF: "unknown"}
        assert sent(home).answers == {} and box.taken == []


def test_a_certificate_of_another_server_is_not_trusted(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch, name="mail.elsewhere.example") as box:
        state, answer = sent(home).answers[BOARD]
    assert state == "refused" and "certificate cannot be trusted" in answer
    assert box.conversations == 0


def test_an_authority_nobody_knows_is_not_trusted(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch) as box:
        monkeypatch.delenv("PLAYBOOK_SMTP_CA")
        assert "certificate cannot be trusted" in sent(home).answers[BOARD][1]
    assert box.conversations == 0


def test_without_starttls_no_password_and_no_mail(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch, starttls=False) as box:
        assert "offers no STARTTLS" in sent(home).answers[BOARD][1]
    assert box.conversations == 0


def test_a_wrong_password(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch) as box:
        monkeypatch.setenv("PLAYBOOK_SMTP_PASSWORD", "wrong-wrong")
        state, answer = sent(home).answers[BOARD]
    assert (state, answer[:3], box.conversations) == ("refused", "535", 0)
    assert PASSWORD not in json.dumps(read_record(home / "reports/acme/mail"))


def test_a_port_that_speaks_no_tls(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch):
        monkeypatch.setenv("PLAYBOOK_SMTP_SECURITY", "tls")  # the port is one of STARTTLS
        state, answer = sent(home).answers[BOARD]
    assert state == "refused" and "no encrypted connection, is" in answer and "the right port?" in answer


def test_a_name_that_no_server_can_have(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch):
        monkeypatch.setenv("PLAYBOOK_SMTP_HOST", "mail..example")
        assert sent(home).answers[BOARD][0] == "not sent"


def test_a_note_on_the_draft_that_cannot_be_read(home, tmp_path, monkeypatch):
    (home / f"reports/acme/mail/{DAY}.json").write_text("{")
    with mailbox(tmp_path, monkeypatch), pytest.raises(DeliveryError, match="beside the draft cannot be read. Write it with"):
        sent(home)


def test_no_server_at_all(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch):
        pass
    assert sent(home).answers[BOARD][0] == "not sent"


def test_only_what_was_written_and_reviewed_is_sent(home, tmp_path, monkeypatch):
    draft = home / f"reports/acme/mail/{DAY}.eml"
    with mailbox(tmp_path, monkeypatch) as box:
        whole = draft.read_bytes()
        draft.write_bytes(whole.replace(b"Acme", b"Acne", 1))
        with pytest.raises(DeliveryError, match=f"{DAY}.eml was changed after it was written"):
            sent(home)
        draft.unlink()
        with pytest.raises(DeliveryError, match="has no draft.* Write it with: playbook mail acme"):
            sent(home)
        draft.write_bytes(whole)
        publish(home, note="Another word.")
        with pytest.raises(DeliveryError, match="draft is of a report that has been replaced"):
            sent(home)
    assert box.conversations == 0


def test_a_draft_to_other_people_than_the_client_file_names_now(home, tmp_path, monkeypatch):
    file = home / "data/acme/client.yml"
    file.write_text(file.read_text("utf-8").replace(BOARD, "desk@acme.example"), encoding="utf-8")
    with (
        mailbox(tmp_path, monkeypatch),
        pytest.raises(DeliveryError, match="is for board@acme.example.*client.yml says otherwise"),
    ):
        sent(home)


def test_no_is_no(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch) as box:
        with pytest.raises(DeliveryError, match="not sent, as you wished"):
            send(edition(home), read_settings(), lambda draft, wanted: False)
        assert box.conversations == 0 and read_record(home / "reports/acme/mail") == []


def test_one_sending_at_a_time(home, tmp_path, monkeypatch):
    with mailbox(tmp_path, monkeypatch) as box:
        with only_one(home / "reports/acme/mail"), pytest.raises(DeliveryError, match="another sending is under way"):
            sent(home)
        assert sent(home).complete and len(box.taken) == 1


def test_a_sending_that_was_killed_stops_no_later_one(home, tmp_path, monkeypatch):
    held = "import sys, pathlib, os\nfrom playbook.delivery.record import only_one\n"
    held += "with only_one(pathlib.Path(sys.argv[1])):\n    os.kill(os.getpid(), 9)\n"
    folder = home / "reports/acme/mail"
    killed = subprocess.run([sys.executable, "-c", held, folder], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert killed.returncode == -9
    with mailbox(tmp_path, monkeypatch) as box:
        assert sent(home).complete and len(box.taken) == 1


RECORDS = ["{", "{}", "[1]", "[{}]", '[{"report": "x", "message_id": "y", "at": "z", "recipients": {"a@b.example": {}}}]']


@pytest.mark.parametrize("text", RECORDS)
def test_a_record_that_cannot_be_read_stops_everything(home, tmp_path, monkeypatch, text):
    (home / "reports/acme/mail/delivery.json").write_text(text, encoding="utf-8")
    with mailbox(tmp_path, monkeypatch) as box, pytest.raises(DeliveryError, match="delivery.json cannot be read"):
        sent(home)
    assert box.conversations == 0


@pytest.mark.slow
def test_twenty_clients_each_get_their_own_mail_and_nobody_elses(tmp_path, monkeypatch):
    names = [f"client-{i:02d}" for i in range(20)]
    words = {name: f"Canary {i:02d} Yellow" for i, name in enumerate(names)}
    for name in names:
        told = scorecard(f"Revenue stands at €310K, and {words[name]} sings.")
        yml = f"recipients: [board@{name}.example]\nknown_by: [{words[name]}]\n"
        publish(tmp_path, name, name=f"House {name.title()}", yml=yml, result=told)
    with mailbox(tmp_path, monkeypatch) as box:
        for name in names:
            write_draft(edition(tmp_path, name))
            sent(tmp_path, name)
    assert len(box.taken) == 20
    for name, (_, to, content) in zip(names, box.taken, strict=True):
        assert to == (f"board@{name}.example",)
        text = email.message_from_bytes(content, policy=default).get_body(("plain",)).get_content()
        assert [n for n in names if words[n] in text] == [name]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"HOST": ""}, "PLAYBOOK_SMTP_HOST is not set"),
        ({"FROM": "Jane"}, "PLAYBOOK_SMTP_FROM is no address"),
        ({"FROM": ""}, "PLAYBOOK_SMTP_FROM is not set"),
        ({"FROM": "jane@a.example\r\nBcc: x@y.example"}, "PLAYBOOK_SMTP_FROM is no address"),
        ({"FROM": "Jane\r\nBcc: x@y.example\r\n <jane@a.example>"}, "PLAYBOOK_SMTP_FROM is no address"),
        ({"SECURITY": "ssl3"}, "write starttls or tls"),
        ({"SECURITY": "none", "USER": "", "PASSWORD": "", "HOST": "mail.example"}, "only for a server on this machine"),
        ({"SECURITY": "none", "HOST": "localhost"}, "a password is sent over starttls or tls only"),
        ({"PORT": "many"}, "no port"),
        ({"HOST": "mail.example:2525"}, "name the server alone, and its port in PLAYBOOK_SMTP_PORT"),
        ({"PASSWORD": "päss-wörd"}, "PLAYBOOK_SMTP_PASSWORD may hold ASCII letters"),
        ({"PASSWORD": ""}, "set both PLAYBOOK_SMTP_USER and PLAYBOOK_SMTP_PASSWORD"),
        ({"CA": "/not/there.pem"}, "PLAYBOOK_SMTP_CA names no file with certificates"),
        ({"CA": __file__}, "PLAYBOOK_SMTP_CA names no file with certificates"),
    ],
)
def test_settings_that_are_not_complete(monkeypatch, changes, told):
    good = {"HOST": "mail.example", "FROM": "Jane <jane@a.example>", "USER": "jane", "PASSWORD": "secret-one"}
    for name, value in {**good, **changes}.items():
        monkeypatch.setenv(f"PLAYBOOK_SMTP_{name}", value)
    with pytest.raises(UsageError, match=told):
        read_settings()


def test_settings_never_show_the_password(monkeypatch):
    for name, value in {"HOST": "mail.example", "FROM": "jane@a.example", "USER": "jane", "PASSWORD": "secret-one"}.items():
        monkeypatch.setenv(f"PLAYBOOK_SMTP_{name}", value)
    assert "secret-one" not in repr(read_settings())
    assert (read_settings().port, read_settings().security) == (587, "starttls")
