import pandas as pd

from playbook.methods.strategy.answering.examples import gather


def tickets(*rows):
    table = pd.DataFrame(rows, columns=["question", "answer", "topic"])
    return table.assign(ticket_id=[f"T{i}" for i in range(len(table))], created_at=pd.Timestamp("2026-10-01"))


def test_subjects_are_the_desks_topics_in_one_spelling_and_names_and_numbers_are_hidden():
    sent = tickets(
        ("Hi, where is order 4711822?", "soon", "Delivery"), ("still nothing here", "soon", "delivery "), ("?", "", "")
    )
    found = gather(sent, None).questions
    assert found["subject"].tolist()[:2] == ["Delivery", "Delivery"] and pd.isna(found["subject"].iloc[2])
    assert "4711822" not in found["question"].iloc[0]


def test_questions_alike_but_for_figures_and_signs_form_one_group():
    sent = tickets(("No parcel for 3 days!", "", "a"), ("no parcel for 12 days", "", "a"), ("where is it", "", "a"))
    groups = gather(sent, None).questions["group"].tolist()
    assert groups[0] == groups[1] != groups[2]


def test_a_faq_without_topics_takes_the_subject_of_the_closest_past_questions():
    sent = tickets(*[("where is my parcel", "", "delivery")] * 5, *[("I want my money back", "", "refund")] * 5)
    faq = pd.DataFrame({"question": ["Where is the parcel?"], "answer": ["In two days."]})
    assert gather(sent, faq).answers["subject"].tolist() == ["delivery"]


def test_without_topics_a_ticket_belongs_to_the_answer_that_its_reply_repeats():
    faq = pd.DataFrame(
        {"question": ["Where is it?", "Money back?"], "answer": ["It takes two days by post.", "We refund in a week."]}
    )
    sent = tickets(
        ("nothing came", "It takes two days by post, sorry.", None),
        ("pay me", "We refund in a week.", None),
        ("hello there you", "Call us on the telephone please.", None),
    )
    found = gather(sent, faq).questions["subject"]
    assert found.tolist()[:2] == ["Where is it?", "Money back?"] and pd.isna(found.iloc[2])


def test_without_a_faq_replies_sent_again_and_again_stand_for_it_and_others_do_not():
    sent = tickets(
        *[(f"where is it {w}", "Two days.", "delivery") for w in "abc"], ("late", "Dear Ann, tomorrow at 5.", "delivery")
    )
    answers = gather(sent, None).answers
    assert answers[["answer", "subject", "origin"]].values.tolist() == [["Two days.", "delivery", "desk"]]
    assert gather(tickets(("where", "Two days.", "delivery"), ("is it", "Two days.", "delivery")), None).answers.empty


def test_feedback_is_one_more_example_and_the_tickets_are_not_changed():
    sent = tickets(("where is it", "Two days.", "delivery"))
    before = sent.copy(deep=True)
    told = pd.DataFrame({"question": ["who pays the postage"], "told": ["delivery"], "topic": ["costs"]})
    found = gather(sent, None, told).questions
    assert found[["subject", "source"]].values.tolist() == [["delivery", "tickets"], ["costs", "feedback"]]
    pd.testing.assert_frame_equal(sent, before)


def test_no_tickets_and_no_faq():
    found = gather(tickets(), None)
    assert found.questions.empty and found.answers.empty
