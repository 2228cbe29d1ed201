import pickle
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import open_engagement
from playbook.methods.needs_analysis.feedback.figures import drivers_figure, topics_figure
from playbook.methods.needs_analysis.voice import Voice, voice
from playbook.result.contract import Locked
from playbook.result.formats import Formats
from playbook.run.gathered import gathered

FMT = Formats("EUR")
AS_OF = date(2026, 10, 31)
END = pd.Timestamp(AS_OF)
COMMENTS = {"late": "The parcel came late.", "good": "Excellent quality!", "none": None}


def _answers(n: int = 600, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    mood = rng.choice(["late", "good", "none"], n, p=[0.2, 0.2, 0.6])
    score = 7.5 + np.select([mood == "late", mood == "good"], [-4.0, 1.5], 0.0) + rng.normal(0, 1, n)
    return pd.DataFrame(
        {
            "date": END - pd.to_timedelta(np.linspace(725, 0, n).astype(int), "D"),
            "customer_id": [f"c{i % 400}" for i in range(n)],
            "recommend": np.clip(np.round(score), 0, 10),
            "satisfaction": np.clip(np.round(score / 2), 1, 5),
            "comment": [COMMENTS[m] for m in mood],
        }
    )


def _tickets(n: int = 300, topic: bool = True) -> pd.DataFrame:
    words = {
        "delivery": ["where is my parcel", "包裹还没有收到", "parcel is late again"],
        "invoice": ["please send the invoice", "发票税号不对", "tax number on the invoice is wrong"],
    }
    rows = [(t, words[t][i % 3]) for i in range(n // 2) for t in (("delivery", "invoice") if i % 3 else ("delivery", "delivery"))]
    frame = pd.DataFrame(rows, columns=["topic", "question"])
    frame["created_at"] = END - pd.to_timedelta(np.linspace(720, 1, len(frame)), "D")
    frame["ticket_id"] = [f"T{i}" for i in range(len(frame))]
    frame["customer_id"] = [f"c{i % 300}" for i in range(len(frame))]
    frame["closed_at"] = frame["created_at"] + pd.Timedelta(hours=5)
    return frame if topic else frame.drop(columns="topic")


def _orders(customers: int = 400, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = customers * 15
    day = END - pd.to_timedelta(rng.integers(0, 1090, n), "D")
    who = [f"c{i}" for i in rng.integers(0, customers, n)]
    return pd.DataFrame({"order_id": np.arange(n), "day": day, "revenue": rng.gamma(3, 30, n), "customer_id": who})


def _ids(result: Voice) -> list[str]:
    return [finding.id for finding in result.findings]


def test_all_parts_speak():
    result = voice(FMT, AS_OF, _answers(), _tickets(), _orders())
    assert result.headline.endswith("held down most by late delivery") and len(result.headline) <= 90
    parts = ["nps", "csat", "complaint", "praise", "lost", "topics", "waiting"]
    assert [finding.id.split("-")[1] for finding in result.findings] == parts
    late = result.drivers.set_index("driver").loc["late delivery"]
    assert late["low"] < -4 < late["high"] and late["evidence"] == "shown"
    assert result.topics["topic"].tolist() == ["delivery", "invoice"] and result.topics["share"].sum() == pytest.approx(1)
    assert len(result.figures()) == 3 and len(result.tables) == 3
    assert len(pickle.dumps(result)) < 200_000
    for finding in result.findings:
        assert finding.sentence.endswith((".", "”")) and "nan" not in finding.sentence and finding.evidence
        assert finding.low is None or finding.low <= finding.value <= finding.high


def test_scores_by_hand():
    answers = pd.DataFrame({"date": [END] * 10, "recommend": [10] * 5 + [8] * 2 + [3] * 3, "satisfaction": [5] * 6 + [2] * 4})
    result = voice(FMT, AS_OF, answers)
    assert (result.nps.value, result.csat.value, result.nps.change) == (pytest.approx(20), 0.6, None)
    assert result.headline == "Net promoter score 20, from 10 answers"
    assert "50% would recommend" in result.findings[0].sentence and "30% would not" in result.findings[0].sentence
    assert result.findings[0].evidence == "indicative" and "no earlier answers" in result.findings[0].sentence
    assert result.figures() == () and result.drivers.empty and result.lost.empty


def test_one_answer_and_one_ticket():
    one = voice(FMT, AS_OF, pd.DataFrame({"date": [END], "satisfaction": [5.0]}))
    assert one.headline == "100% of those who answered are satisfied, from 1 answer" and one.nps is None
    ticket = voice(FMT, AS_OF, None, _tickets().head(1).drop(columns=["topic", "closed_at"]).assign(created_at=END))
    assert ticket.headline == "1 ticket to the service desk, of too many kinds to group" and ticket.figures() == ()


@pytest.mark.parametrize(
    ("answers", "tickets"),
    [
        (None, None),
        (_answers(0), _tickets(0)),
        (_answers().drop(columns=["recommend", "satisfaction"]), None),
        (_answers().assign(date=pd.Timestamp("2020-01-01")), None),
        (_answers().assign(date=pd.Timestamp("2030-01-01")), _tickets().assign(created_at=pd.Timestamp("2030-01-01"))),
    ],
)
def test_nothing_to_hear_locks_the_section(answers, tickets):
    result = voice(FMT, AS_OF, answers, tickets)
    assert isinstance(result, Locked)
    assert result.unlock == ("surveys (date, recommend or satisfaction) or tickets (ticket_id, created_at, question)",)


def test_tickets_without_a_filed_topic_are_grouped_by_their_words():
    result = voice(FMT, AS_OF, None, _tickets(topic=False))
    assert set(result.topics["language"]) == {"en", "zh"} and not result.topics["filed"].any()
    assert result.topics["topic"].str.contains("parcel").any() and result.topics["topic"].str.contains("发票").any()
    assert "Customers write most about" in result.headline and result.figures()
    assert "similar wordings" in " ".join(a.text for a in result.assumptions)


def test_filing_that_names_single_cases_is_not_followed():
    tickets = _tickets().assign(topic=lambda f: [f"case {i}" for i in range(len(f))])
    assert not voice(FMT, AS_OF, None, tickets).topics["filed"].any()
    half = _tickets()
    half.loc[half.index % 3 == 0, "topic"] = None
    mixed = voice(FMT, AS_OF, None, half)
    assert {"delivery", "invoice"} < set(mixed.topics["topic"]) and mixed.topics["topic"].is_unique


def test_customers_who_left_after_a_complaint_are_money_at_stake():
    orders, rng = _orders(800), np.random.default_rng(4)
    asked = orders[orders["day"].between(END - pd.Timedelta(days=600), END - pd.Timedelta(days=200))].sort_values("day")
    # The first order of each: a pick among all of them would prefer customers who buy little later.
    asked = asked.drop_duplicates("customer_id").sample(200, random_state=1).sort_values("day")
    topic = np.where(rng.random(200) < 0.5, "broken", "question")
    tickets = pd.DataFrame({"ticket_id": range(200), "created_at": asked["day"] + pd.Timedelta(days=4), "topic": topic})
    tickets = tickets.assign(question="it broke", customer_id=asked["customer_id"])
    left = orders["customer_id"].map(tickets[tickets["topic"] == "broken"].set_index("customer_id")["created_at"])
    result = voice(FMT, AS_OF, None, tickets, orders[~(orders["day"] > left)])
    lost = next(f for f in result.findings if f.id == "voice-lost-1")
    row = result.lost.set_index("topic").loc["broken"]
    assert "about “broken”" in lost.sentence and lost.evidence == "shown" and lost.value < 0
    assert lost.money == pytest.approx(-row["difference"] * row["yearly"]) and "need not be caused" in lost.sentence
    assert result.lost.set_index("topic").at["question", "evidence"] != "shown"


def test_a_rising_subject_is_told():
    tickets = _tickets(200)
    more = pd.DataFrame({"topic": "recall", "question": "is my device recalled", "ticket_id": [f"R{i}" for i in range(60)],
                         "created_at": END - pd.to_timedelta(np.arange(60), "D")})  # fmt: skip
    rising = next(f for f in voice(FMT, AS_OF, None, pd.concat([tickets, more])).findings if f.id == "voice-rising")
    assert "recall" in rising.sentence and "60 in the last three months, 0 in the same" in rising.sentence
    assert rising.value is None and rising.high is None


def test_hostile_words_and_chinese_labels_are_drawn():
    result = voice(
        FMT,
        AS_OF,
        None,
        _tickets().assign(
            topic=lambda f: f["topic"].map({"delivery": "送货延迟和物流信息没有更新", "invoice": "<b>$1$ & co</b>"})
        ),
    )
    svg = result.figures()[-1].svg
    assert "送货延迟" in svg and "&lt;b&gt;$1$ &amp; co" in svg
    many = pd.DataFrame({"topic": [f"subject {i}" for i in range(40)], "tickets": 40 - np.arange(40), "share": 0.01})
    many = many.assign(change=np.nan, change_evidence="not shown")
    assert len(topics_figure(many, FMT, "tickets").data.frame) == 12
    zh = voice(Formats("CNY", "zh_Hans"), AS_OF, _answers())
    assert "送货延迟" in drivers_figure(zh.drivers, FMT, "surveys").svg


def test_no_quote_leaks():
    leak = "my parcel is late, I am Zbigniew Kowalski, z.k@mail.example, +49 170 1234567, order A-998877"
    tickets = _tickets(topic=False).assign(question=lambda f: [leak if i % 50 == 0 else q for i, q in enumerate(f["question"])])
    result = voice(FMT, AS_OF, None, tickets)
    told = " ".join([*result.topics["example"], *result.topics["topic"], *(w for ws in result.topics["words"] for w in ws)])
    for secret in ("z.k@", "1234567", "998877", "Zbigniew", "zbigniew", "Kowalski"):
        assert secret not in told
    assert "parcel" in told


def test_deterministic_and_inputs_unchanged():
    answers, tickets, orders = _answers(), _tickets(topic=False), _orders()
    before = [frame.copy() for frame in (answers, tickets, orders)]
    first, second = (voice(FMT, AS_OF, answers, tickets, orders) for _ in range(2))
    assert first.findings == second.findings
    assert [f.svg for f in first.figures()] == [f.svg for f in second.figures()]
    for frame, was in zip((answers, tickets, orders), before, strict=True):
        pd.testing.assert_frame_equal(frame, was)


def test_minimal_columns_in_every_combination():
    answers, tickets, orders = _answers(120), _tickets(90), _orders(100)
    for some in ({"recommend"}, {"satisfaction"}, {"recommend", "comment"}, {"satisfaction", "customer_id"}):
        result = voice(FMT, AS_OF, answers[["date", *sorted(some)]], None, orders)
        assert isinstance(result, Voice) and result.findings and result.tables is not None
    bare = voice(FMT, AS_OF, None, tickets[["ticket_id", "created_at", "question"]], orders.drop(columns="customer_id"))
    assert bare.lost.empty and "voice-waiting" not in _ids(bare)
    assert voice(FMT, AS_OF, answers.assign(recommend=7.0, satisfaction=3.0), tickets, orders.iloc[:0]).nps.value == 0


def test_aurora_audio_hears_what_was_planted():
    client = open_engagement("aurora-audio")
    frames = {
        name: gathered(client, name)[0]
        for name in ("survey_answers", "service_tickets", "order_totals", "deliveries", "product_list")
    }
    result = voice(FMT, gathered(client, "as_of")[0], **frames)
    assert result.headline.endswith("held down most by late delivery")
    assert len(result.topics) == 12 and result.topics["filed"].all() and result.topics["example"].ne("").all()
    assert "voice-late-parcels" in _ids(result)
    assert (
        result.lost["money"].isna().all() or result.lost.loc[result.lost["money"] > 0, "evidence"].isin(["shown", "likely"]).all()
    )
    assert replace(result, headline="x").headline == "x"
