"""Saying: sentences and lists put together before the language is known, and told in it afterwards."""

import pytest

from playbook.locale import said, told
from playbook.methods.evaluation.measuring.saying import either, listed, sentences


def test_only_sentences_that_say_something_are_joined():
    assert sentences("", "One.", "", "Two.") == "One. Two."
    assert sentences("", "") == "" and sentences("One.") == "One."


@pytest.mark.parametrize(
    ("names", "all_of_them", "any_of_them"),
    [(["A"], "A", "A"), (["A", "B"], "A and B", "A or B"), (["A", "B", "C"], "A, B and C", "A, B or C")],
)
def test_lists(names, all_of_them, any_of_them):
    assert (listed(names), either(names)) == (all_of_them, any_of_them)


def test_parts_are_told_along_and_names_stay_as_the_client_writes_them():
    note = sentences(said("The lot was not kept."), said("Regions: {regions}.", regions=listed(["and", "Nord"])))
    assert note == "The lot was not kept. Regions: and and Nord."
    assert told(note, "xx") == note
