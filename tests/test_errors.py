import pytest

from playbook.errors import DeliveryError, EngagementError, IntakeError, PlaybookError, RunError, UsageError, did_you_mean


@pytest.mark.parametrize(
    ("kind", "code"), [(UsageError, 2), (EngagementError, 2), (IntakeError, 2), (RunError, 1), (DeliveryError, 1)]
)
def test_every_error_is_one_of_ours_and_knows_its_exit_code(kind, code):
    assert issubclass(kind, PlaybookError)
    assert kind("Title").exit_code == code


def test_an_error_lists_all_its_problems():
    error = IntakeError("Two things are wrong:", ["the first", "the second"])
    assert str(error) == "Two things are wrong:\n  - the first\n  - the second"
    assert error.problems == ("the first", "the second")


def test_an_error_can_be_written_whatever_a_file_is_called():
    error = IntakeError("raw/\udcb6\udca9.csv", ["there is \udcb6 only", "订单"])
    assert error.title == r"raw/\udcb6\udca9.csv" and error.problems == (r"there is \udcb6 only", "订单")
    assert str(error).encode() == b"raw/\\udcb6\\udca9.csv\n  - there is \\udcb6 only\n  - \xe8\xae\xa2\xe5\x8d\x95"


def test_an_error_without_problems_is_its_title():
    assert str(UsageError("There is no client 'x'.")) == "There is no client 'x'."


@pytest.mark.parametrize(
    ("word", "meant"),
    [("revenu", " Did you mean 'revenue'?"), ("Revenue", " Did you mean 'revenue'?"), ("zzz", ""), (None, ""), (7, "")],
)
def test_did_you_mean_names_only_close_words(word, meant):
    assert did_you_mean(word, ["revenue", "orders"]) == meant


def test_did_you_mean_of_nothing_known_is_silent():
    assert did_you_mean("revenue", []) == ""
