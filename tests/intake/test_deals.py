"""Stages of a pipeline that say how deals ended, and those that do not."""

from datetime import date

from playbook.intake.checks import audit

COLUMNS = {"opportunity_id": "id", "stage": "stage", "created_on": "opened"}
TODAY = date(2026, 6, 30)


def found(make_client, stages: list[str], keys: dict | None = None, **source) -> list:
    text = "id,stage,opened\n" + "".join(f"{n},{stage},2026-02-{n % 28 + 1:02d}\n" for n, stage in enumerate(stages))
    source = {"path": "raw/deals.csv", "columns": COLUMNS, **source}
    engagement = make_client({"deals.csv": text}, orders=None, pipeline=source, keys={"as_of": "2026-03-01", **(keys or {})})
    return [check for check in audit(engagement, TODAY).checks if check.rule == "no-ends"]


def test_a_pipeline_without_a_word_for_won_or_lost_is_a_caution(make_client):
    (check,) = found(make_client, ["Auftrag", "Absage", "Absage", "Kontakt", ""])
    assert (check.level, check.table, check.column) == ("caution", "pipeline", "stage")
    assert check.examples == ("'Absage' (2)", "'Auftrag' (1)", "'Kontakt' (1)")
    assert "values: {stage: {" in check.remedy


def test_one_word_for_an_end_is_enough_as_sent_or_as_mapped(make_client):
    assert not found(make_client, ["Kontakt", "6. Closed-Won"])
    assert not found(make_client, ["Kontakt", "Absage"], values={"stage": {"Absage": "lost"}})
    assert not found(make_client, [])


def test_stages_that_client_yml_lists_before_the_last_are_on_the_way(make_client):
    assert not found(make_client, ["Kontakt", "angebot"], keys={"stages": ["Kontakt", "Angebot", "Auftrag"]})
    assert found(make_client, ["Kontakt", "Auftrag"], keys={"stages": ["Kontakt", "Angebot", "Auftrag"]})
