"""Overview: one line a client, whatever state its reports are in."""

import pytest

from parcels import publish
from playbook.run.overview import overview


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"sections": 3}'])
def test_a_report_that_cannot_be_read_is_a_line_and_no_end(tmp_path, text):
    folder = publish(tmp_path)
    publish(tmp_path, "other")
    (folder / "manifest.json").write_text(text)
    acme, other = overview(tmp_path)
    assert (acme.state, acme.next_step) == ("the report cannot be read", "playbook run acme")
    assert other.client == "other" and "phases" in other.state
