import pandas as pd

from playbook.methods.strategy.answering.trial import try_out

NONE = pd.DataFrame({"question": [], "subject": []}, dtype=str)


def asked(*rows):
    table = pd.DataFrame(rows, columns=["question", "subject"])
    return table.assign(group=table["question"])


def test_each_question_is_answered_once_by_what_was_learnt_from_the_others():
    rows = [
        (f"{word} {i}", subject)
        for subject, word in (("a", "parcel"), ("b", "money"))
        for i in ("uvwxyz" if subject == "a" else "hijklm")
    ]
    trial = try_out(asked(*rows), NONE)
    assert sorted(trial.rows) == list(range(12))
    assert trial.accuracy("classifier") == trial.accuracy("retrieval") == 1.0


def test_questions_alike_are_never_split_so_that_repeating_oneself_does_not_help():
    # nothing but the sameness of the questions tells the subjects apart: seen before they would all be found
    rows = [(word, subject) for word, subject in (("uno", "a"), ("due", "b"), ("tre", "a"), ("quattro", "b")) for _ in range(5)]
    assert try_out(asked(*rows), NONE).accuracy("retrieval") <= 0.5


def test_standing_answers_are_learnt_from_and_never_tried():
    rows = [("alpha", "a"), ("beta", "b"), ("gamma", "a")]
    extra = pd.DataFrame({"question": ["alpha", "beta", "gamma"], "subject": ["a", "b", "a"]})
    trial = try_out(asked(*rows), extra)
    assert len(trial.truth) == 3 and trial.accuracy("retrieval") == 1.0


def test_nothing_to_try():
    assert try_out(asked(("alpha", "a"), ("alpha", "b")), NONE) is None
    assert try_out(asked(("alpha", "a"), ("beta", "a")), NONE) is None


def test_the_same_twice():
    rows = [(f"{word} {i}", word) for word in ("parcel", "money", "colour") for i in "uvwx"]
    one, two = (try_out(asked(*rows), NONE) for _ in range(2))
    assert one.rows.equals(two.rows) and all((one.scores[a] == two.scores[a]).all() for a in one.scores)
