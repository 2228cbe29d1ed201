"""Parameters are read from the notebook's own cell and checked before anything runs."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from playbook.errors import UsageError
from playbook.run.parameters import Parameter, accepted, checked, chosen, offered


def notebook(*sources, tags=("parameters",)):
    return new_notebook(cells=[new_code_cell(source, metadata={"tags": list(tags)}) for source in sources])


def test_types_and_defaults_come_from_the_cell():
    found = accepted(
        notebook('client: str = "a=b"  # help\nhorizon: int = 12\nshare: float = 0.5\ndeep: bool = False'), "x.ipynb"
    )
    assert found == {
        "client": Parameter("client", str, "a=b"),
        "horizon": Parameter("horizon", int, 12),
        "share": Parameter("share", float, 0.5),
        "deep": Parameter("deep", bool, False),
    }


def test_everything_wrong_with_the_cell_is_said_at_once():
    with pytest.raises(UsageError) as error:
        accepted(notebook("months = 12\nhorizon: int = months * 2\nwhen: date = 3\nk: int = 'five'\nb: int = {[]: 1}"), "x.ipynb")
    assert len(error.value.problems) == 5


@pytest.mark.parametrize("book", [notebook(), notebook("a: int = 1", "b: int = 2"), notebook("a: int = ")])
def test_there_is_exactly_one_valid_cell(book):
    with pytest.raises(UsageError, match="parameters"):
        accepted(book, "x.ipynb")


ACCEPTS = {
    "one": {
        "horizon": Parameter("horizon", int, 12),
        "rate": Parameter("rate", float, 0.1),
        "as_of": Parameter("as_of", str, ""),
    },
    "two": {"deep": Parameter("deep", bool, False), "as_of": Parameter("as_of", str, "")},
}


def test_values_are_typed_and_go_to_every_notebook_that_has_them():
    given = checked({"horizon": "6", "deep": "true", "as_of": "2026-01-31"}, ACCEPTS)
    assert given == {"one": {"horizon": 6, "as_of": "2026-01-31"}, "two": {"deep": True, "as_of": "2026-01-31"}}


def test_unknown_names_and_unfit_values_are_refused_together():
    with pytest.raises(UsageError) as error:
        checked({"horizn": "6", "horizon": "six", "deep": "maybe", "as_of": "31.1.2026"}, ACCEPTS)
    text = str(error.value)
    assert "Did you mean 'horizon'?" in text
    assert "one: horizon=six: is no whole number; its parameters cell has horizon: int = 12." in text
    assert "two: deep=maybe: write true or false; its parameters cell has deep: bool = False." in text
    assert "one: as_of=31.1.2026: write the day" in text and "two: as_of=31.1.2026: write the day" in text


def test_only_what_can_be_given_is_offered():
    own = {name: Parameter(name, str, "") for name in ("client", "as_of", "language")}
    assert offered({**own, "horizon": Parameter("horizon", int, 12)}) == {"horizon": Parameter("horizon", int, 12)}
    with pytest.raises(UsageError, match="a parameter 'horizn'. They have none yet: a parameter is a line that you add"):
        checked({"horizn": "6"}, {"one": offered(own)})


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_what_is_no_number_is_none(text):
    with pytest.raises(UsageError, match=f"rate={text}: is no number"):
        checked({"rate": text}, ACCEPTS)


def test_the_client_and_the_day_are_not_changed_behind_the_reports_back():
    assert chosen({"horizon": "6"}) == {"horizon": "6"}
    with pytest.raises(UsageError) as error:
        chosen({"client": "other", "as_of": "2026-01-31", "horizon": "6"})
    assert error.value.problems == (
        "client: name the client itself, playbook run CLIENT", "as_of: write --as-of YYYY-MM-DD",
    )  # fmt: skip
