"""Asking: a desk opened once, questions, feedback that is kept and learnt from."""

import pytest

from home import make_home, orders
from playbook.engagement import open_engagement
from playbook.errors import IntakeError, UsageError
from playbook.intake.checks import audit
from playbook.run.asking import open_desk
from playbook.run.feedback import COLUMNS, FEEDBACK, read_feedback, record_feedback
from playbook.run.manifest import inputs

CLIENT = """\
name: Acme
currency: EUR
parameters: {service_cost: 8, answer_precision: 0.8}
sources:
  orders: {path: raw/orders.csv, columns: {order_id: No, order_date: Date, customer_id: Customer, revenue: Amount}}
  tickets: {path: raw/tickets.csv, columns: {ticket_id: id, created_at: at, question: asked, topic: about}}
  faq: {path: raw/faq.csv, columns: {question: asked, answer: told, topic: about}}
"""
WORDS = {"delivery": ["parcel", "courier", "doorstep"], "refund": ["money", "repay", "bank account"]}
FAQ = "asked,told,about\nWhere is my parcel?,In two days.,delivery\nWhen do I get my money?,In a week.,refund\n"


@pytest.fixture
def acme(tmp_path):
    home = make_home(tmp_path)
    raw = home / "data" / "acme" / "raw"
    raw.mkdir(parents=True)
    (raw.parent / "client.yml").write_text(CLIENT)
    (raw / "orders.csv").write_text(orders())
    lines = ["id,at,asked,about"]
    for topic, words in WORDS.items():
        lines += [
            f"{topic}{i},2025-1{i % 3}-0{1 + i % 9} 10:00,{'please ' * (i % 4)}my {words[i % 3]} {'now ' * (i // 12)}?,{topic}"
            for i in range(36)
        ]
    (raw / "tickets.csv").write_text("\n".join(lines) + "\n")
    (raw / "faq.csv").write_text(FAQ)
    return open_engagement("acme", root=home)


def test_an_answer_a_hand_over_and_feedback(acme):
    desk = open_desk(acme)
    assert desk.subjects == ("delivery", "refund")
    assert desk.ask("where is my parcel").answer == "In two days."
    stranger = desk.ask("does the warranty cover rust")
    assert stranger.answer is None
    desk.teach(stranger, " Refund ")
    kept = read_feedback(acme)
    assert list(kept.columns) == list(COLUMNS)
    assert kept[["question", "topic"]].values.tolist() == [["does the warranty cover rust", "refund"]]


def test_what_was_taught_is_known_to_the_next(acme):
    before = open_desk(acme).ask("does the warranty cover rust")
    for _ in range(3):
        open_desk(acme).teach(before, "refund")
    changed = acme.model_copy(update={"prepared_for": "another run"})  # a run of its own: nothing is remembered
    after = open_desk(changed).ask("does the warranty cover rust")
    assert after.subject == "refund" and after.confidence > before.confidence


def test_wrong_use_is_told(acme):
    desk = open_desk(acme)
    with pytest.raises(UsageError, match="empty"):
        desk.ask("  ")
    with pytest.raises(UsageError, match="Did you mean 'refund'"):
        desk.teach(desk.ask("my money"), "refnd")


def test_a_client_without_tickets_cannot_be_asked(acme, tmp_path):
    file = acme.folder / "client.yml"
    file.write_text("\n".join(line for line in CLIENT.splitlines() if "tickets" not in line and "faq" not in line))
    with pytest.raises(UsageError, match="cannot be asked yet"):
        open_desk(open_engagement("acme", root=tmp_path))


@pytest.mark.parametrize("content", ["question,topic\nwhy,refund\n", ""])
def test_a_feedback_file_of_another_kind_is_refused_by_name(acme, content):
    (acme.folder / FEEDBACK).write_text(content)
    with pytest.raises(IntakeError, match=FEEDBACK):
        read_feedback(acme)


def test_feedback_keeps_what_people_type(acme):
    desk = open_desk(acme)
    odd = 'why, "so"?\n=1+1 怎么退款'
    desk.teach(desk.ask(odd), "refund")
    assert read_feedback(acme)["question"].tolist() == [odd]


@pytest.mark.parametrize(
    "before",
    [
        "topic,at,note,question,told\nrefund,2025-01-01,ours,my money,delivery",  # in another order, and the last line left open
        "\ufeffat,question,told,topic\r\n2025-01-01,my money,delivery,refund\r\n",
        "at,question,told,topic\n2025-01-01,my money,delivery,refund\n\n",
    ],
)
def test_feedback_that_somebody_has_edited_goes_on_as_it_is(acme, before):
    (acme.folder / FEEDBACK).write_text(before, encoding="utf-8", newline="")
    record_feedback(acme, "what, now?", "refund", "delivery")
    kept = read_feedback(acme)[["question", "told", "topic"]].values.tolist()
    assert kept == [["my money", "delivery", "refund"], ["what, now?", "refund", "delivery"]]


def test_nothing_is_added_to_a_file_of_another_kind(acme):
    (acme.folder / FEEDBACK).write_text("question;topic\nwhy;refund\n")
    with pytest.raises(IntakeError, match="has no column"):
        record_feedback(acme, "what now", "refund", "delivery")
    assert (acme.folder / FEEDBACK).read_text() == "question;topic\nwhy;refund\n"


def test_feedback_is_an_input_of_the_report(acme):
    before = inputs(acme, audit(acme))
    desk = open_desk(acme)
    desk.teach(desk.ask("my money"), "refund")
    (added,) = [entry for entry in inputs(acme, audit(acme)) if entry not in before]
    assert added["table"] == "feedback" and added["rows"] == 1 and len(added["sha256"]) == 64
