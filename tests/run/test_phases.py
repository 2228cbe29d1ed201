"""Phases are found by the names people use."""

import pytest

from playbook.errors import UsageError
from playbook.run.phases import PHASES, phase


@pytest.mark.parametrize("name", ["strategy", "3", "03-strategy", "03-strategy.ipynb"])
def test_a_phase_answers_to_its_names(name):
    assert phase(name).id == "strategy"


def test_a_misspelled_phase_is_named():
    with pytest.raises(UsageError, match="Did you mean 'monitoring'"):
        phase("monitring")


def test_numbers_follow_the_order_and_the_lead_is_one_of_the_sections():
    assert [p.number for p in PHASES] == [1, 2, 3, 4, 5]
    assert all(p.lead in p.sections for p in PHASES)
