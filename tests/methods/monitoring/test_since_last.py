from playbook.methods.monitoring.since_last import since_last
from playbook.result.contract import Finding, Locked, Result
from playbook.result.formats import Formats

FMT = Formats("EUR")


def past(**told):
    return {"as_of": "2026-09-30", "phase": "market-research", "section": "segments", "evidence": "shown", "action": None} | told


def segments(*findings):
    return Result(fmt=FMT, headline="given", findings=findings)


def test_the_first_report_says_that_there_is_none_before():
    result = since_last((), FMT, segments(Finding("a", "A.")))
    assert isinstance(result, Locked) and result.headline.startswith("This is the first report")


def test_changes_are_told_with_what_was_and_what_is():
    before = (
        past(id="slipping", sentence="40 are silent.", money=40_000.0, value=40.0, unit="count"),
        past(id="lost", sentence="Many left.", money=9000.0),
        past(id="best", sentence="Few bring most.", value=0.6, unit="share"),
    )  # fmt: skip
    now = segments(
        Finding("slipping", "60 are silent.", 60.0, "count", money=60_000.0, evidence="likely", action="Call them."),
        Finding("best", "Few bring most.", 0.61, "share"), Finding("fresh", "Something new.", money=5000.0),
    )  # fmt: skip
    result = since_last(before, FMT, segments=now)
    assert result.headline == "Since 30 September 2026, 1 finding is worse, 1 new and 1 gone; 1 as before"
    worse, gone, new = result.findings
    assert worse.sentence == "Worse: 60 are silent (€40K at stake on 30 September 2026, €60K now)."
    assert (worse.value, worse.evidence, worse.action, worse.money) == (20_000, "likely", "Call them.", None)
    assert new.action is None and gone.action is None
    assert gone.sentence == "No longer so: Many left." and gone.value == -9000 and new.sentence == "New: Something new."
    assert [len(table.frame) for table in result.tables] == [3, 1] and result.tables[1].aside


def test_nothing_changed_is_a_finding_too():
    result = since_last((past(id="a", sentence="A.", money=100.0),), FMT, segments=segments(Finding("a", "A.", money=101.0)))
    assert result.headline == "Nothing changed since 30 September 2026 beyond what chance explains"
    assert [f.id for f in result.findings] == ["since-last-quiet"]


def test_sections_that_were_not_answered_now_are_not_called_gone():
    result = since_last(
        (past(id="a", sentence="A."), past(id="v", section="voice", sentence="V.")), FMT, segments=segments(Finding("a", "A."))
    )
    assert result.changes["id"].tolist() == ["a"]
