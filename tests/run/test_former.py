"""Former: what a phase that is not run again has kept goes where this run would have put it, each day apart."""

from datetime import date

import pytest

from home import tiny_client
from playbook.engagement import open_engagement
from playbook.run.former import Former
from playbook.run.kept import room
from playbook.run.phases import PHASES

NEEDS = PHASES[0]


@pytest.mark.parametrize("beside", [(), ("today",), ("june", "today")], ids=["nothing", "its own", "another day's, too"])
def test_a_phase_that_opened_two_days_is_taken_over_as_it_was(tmp_path, beside):
    tiny_client(tmp_path)
    today = open_engagement("acme", root=tmp_path)
    former_file = today.model_copy(update={"digest": "f" * 64})  # which named other recipients
    june = former_file.model_copy(update={"as_of": date(2025, 6, 30)})
    report, work = tmp_path / "report", tmp_path / "work"
    for folder in (report, work):
        (folder / "notebooks").mkdir(parents=True)
    (report / "notebooks" / NEEDS.notebook).write_text("{}")
    for engagement, figure in ((june, "June"), (former_file, "December")):
        kept = report / "kept" / NEEDS.id / room(engagement)
        kept.mkdir(parents=True)
        (kept / "scorecard.pickle").write_text(figure)
    now = {"today": today, "june": today.model_copy(update={"as_of": date(2025, 6, 30)})}
    for name in beside:  # what a phase that ran before left
        (work / "kept" / room(now[name])).mkdir(parents=True)
    (work / "kept").mkdir(exist_ok=True)
    Former(report, {}, report / "kept").take_over(NEEDS, today, work, work / "kept", work / "cache")
    for place in (work / "kept", work / "cache" / NEEDS.id):
        assert (place / room(today) / "scorecard.pickle").read_text() == "December"
        assert (place / room(now["june"]) / "scorecard.pickle").read_text() == "June"
