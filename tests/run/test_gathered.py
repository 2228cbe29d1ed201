"""What the tables give is gathered once a run; a notebook that opens another day or client file gathers for itself."""

from datetime import date

import pandas as pd
import pytest

from home import make_home, tiny_client
from playbook.engagement import open_engagement
from playbook.errors import IntakeError
from playbook.run import gathered as room
from playbook.run.kept import WORK_VARIABLE

DAY = date(2025, 12, 31)


@pytest.fixture
def acme(tmp_path):
    tiny_client(make_home(tmp_path))
    return open_engagement("acme", root=tmp_path)


@pytest.fixture
def work(acme, tmp_path, monkeypatch):
    """The work folder of a run that has gathered, seen from a process that has read nothing yet."""
    room.gather(acme, DAY, tmp_path / "work")
    monkeypatch.setenv(WORK_VARIABLE, str(tmp_path / "work"))
    room.gathered.cache_clear()
    yield tmp_path / "work"
    room.gathered.cache_clear()


def forbidden(*_):
    raise AssertionError("the tables are read again")


def test_a_notebook_of_a_run_reads_no_table(acme, work, monkeypatch):
    monkeypatch.setattr(room, "open_tables", forbidden)
    assert room.gathered(acme, "as_of") == (DAY, ())
    assert room.gathered(acme, "audit")[0].inventory[0].rows == 1096
    assert room.gathered(acme, "journey_steps") == (None, ("journeys (journey_id, step, step_at)",))


def test_it_gets_what_it_would_have_read(acme, work, monkeypatch):
    handed = {name: room.gathered(acme, name)[0] for name in room.GATHERED}
    room.gathered.cache_clear()
    monkeypatch.delenv(WORK_VARIABLE)
    for name, value in handed.items():
        read = room.gathered(acme, name)[0]
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(value, read)
        else:
            assert value == read


def test_what_was_gathered_from_behind_is_not_worked_out_again(acme, work, tmp_path, monkeypatch):
    other, read = tmp_path / "other", []
    room.gather_beside(acme, other, room.FROM_BEHIND)
    monkeypatch.setattr(
        room, "_read", lambda engagement, name, tables, usual=room._read: read.append(name) or usual(engagement, name, tables)
    )
    assert room.gather(acme, DAY, other) == room.gather(acme, DAY, work)
    assert read == ["as_of", "audit"]
    names = [sorted(file.name for file in folder.rglob("*") if file.is_file()) for folder in (other, work)]
    assert names[0] == names[1] and len(names[0]) == 2 * len(room.GATHERED)


@pytest.mark.parametrize("as_of", ["as_of: 2025-12-31\n", ""])
def test_whoever_gathers_beside_leaves_the_day_and_the_audit(acme, tmp_path, monkeypatch, as_of):
    file = acme.folder / "client.yml"
    file.write_text(file.read_text("utf-8").replace("as_of: 2025-12-31\n", as_of), encoding="utf-8")
    acme = open_engagement("acme", root=tmp_path)
    expected = room.audited(acme, tmp_path / "nothing")
    assert expected[0] == DAY
    room.gather_beside(acme, tmp_path / "other", room.GATHERED)
    monkeypatch.setattr(room, "open_tables", forbidden)
    assert room.audited(acme, tmp_path / "other") == expected
    assert set(room.gather(acme, DAY, tmp_path / "other")) == set(room.GATHERED)


def test_what_is_wrong_with_the_tables_is_told_by_who_gathers_from_the_front(acme, tmp_path):
    (acme.folder / "raw" / "orders.csv").unlink()
    room.gather_beside(acme, tmp_path / "other", room.FROM_BEHIND)
    assert not (tmp_path / "other").exists()
    with pytest.raises(IntakeError, match="cannot be read"):
        room.gather(acme, DAY, tmp_path / "other")


def test_another_day_is_read_anew(acme, work):
    earlier = open_engagement("acme", "2024-12-31", root=acme.root)
    assert room.gathered(earlier, "as_of") == (date(2024, 12, 31), ())
    assert len(room.gathered(earlier, "months")[0]) == 24
    assert len(room.gathered(acme, "months")[0]) == 36


def test_a_changed_client_file_is_read_anew(acme, work):
    file = acme.folder / "client.yml"
    file.write_text(file.read_text("utf-8").replace("revenue: Amount", "revenue: Amount, channel: Customer"), encoding="utf-8")
    assert "channel" in room.gathered(open_engagement("acme", root=acme.root), "order_totals")[0]


def test_nothing_is_gathered_from_tables_with_a_stop(tmp_path):
    tiny_client(make_home(tmp_path), orders_csv="No,Date,Customer,Amount\n1,2025-01-02,c1,ten\n")
    broken = open_engagement("acme", root=tmp_path)
    with pytest.raises(IntakeError, match="ten"):
        room.gather(broken, DAY, tmp_path / "work")
    assert not (tmp_path / "work").exists()
