"""How clients are named on the command line, the same way for every command."""

from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from home import tiny_client
from playbook.commands import chosen, known, show
from playbook.errors import UsageError


@pytest.fixture
def home(tmp_path):
    for name in ("acme", "umbra"):
        tiny_client(tmp_path, name)
    return tmp_path


def test_clients_are_those_named_once_each_or_all(home):
    assert chosen(["umbra", "acme", "umbra"], False, home) == ("umbra", "acme")
    assert chosen(None, True, home) == ("acme", "umbra")


@pytest.mark.parametrize(
    ("clients", "all_clients", "said"),
    [(None, False, "or say --all. Known clients: acme, umbra"), ([], False, "or say --all"), (["acme"], True, "not both")],
)
def test_neither_and_both_are_refused(home, clients, all_clients, said):
    with pytest.raises(UsageError, match=said):
        chosen(clients, all_clients, home)


def test_a_client_that_is_not_there_is_told_with_the_one_that_was_meant(home, tmp_path_factory):
    assert known(("umbra", "acme"), home) == ("umbra", "acme")
    with pytest.raises(UsageError, match=r"no client 'acmee'. Did you mean 'acme'\? Clients: acme, umbra"):
        known(("umbra", "acmee"), home)
    with pytest.raises(UsageError, match=r"no client 'acme'. Clients: none"):
        known(("acme",), tmp_path_factory.mktemp("empty"))


ROWS = [("acme-audio", "2026-10-31", "open reports/acme-audio/2026-10-31/index.html"), ("华信", "–", "[no] 还没有报告")]


def shown(**console) -> list[str]:
    said = StringIO()
    show(("client", "last report", "next step"), ROWS, Console(file=said, **console))
    return said.getvalue().splitlines()


def test_in_a_pipe_each_row_is_a_line_however_long():
    assert shown(width=20) == [
        "client      last report  next step",
        "acme-audio  2026-10-31   open reports/acme-audio/2026-10-31/index.html",
        "华信        –            [no] 还没有报告",
    ]


@pytest.mark.parametrize("width", [120, 72, 60, 50])
def test_a_terminal_breaks_no_name_and_no_path(width):
    lines = shown(width=width, force_terminal=True, color_system=None)
    text = "\n".join(lines)
    assert all(word in text.split() for word in ("acme-audio", "2026-10-31", "reports/acme-audio/2026-10-31/index.html"))
    assert max(map(cell_len, lines)) <= width
