"""How clients are named on the command line, the same way for every command."""

import pytest

from home import tiny_client
from playbook.commands import chosen, known
from playbook.errors import UsageError


@pytest.fixture
def home(tmp_path):
    for name in ("acme", "umbra"):
        tiny_client(tmp_path, name)
    return tmp_path


def test_clients_are_those_named_once_each_or_all(home):
    assert chosen(["umbra", "acme", "umbra"], False, home) == ("umbra", "acme")
    assert chosen(None, True, home) == ("acme", "umbra")


@pytest.mark.parametrize(("clients", "all_clients"), [(None, False), ([], False), (["acme"], True)])
def test_neither_and_both_are_refused(home, clients, all_clients):
    with pytest.raises(UsageError, match="or say --all. Known clients: acme, umbra"):
        chosen(clients, all_clients, home)


def test_a_client_that_is_not_there_is_told_with_the_one_that_was_meant(home, tmp_path_factory):
    assert known(("umbra", "acme"), home) == ("umbra", "acme")
    with pytest.raises(UsageError, match=r"no client 'acmee'. Did you mean 'acme'\? Clients: acme, umbra"):
        known(("umbra", "acmee"), home)
    with pytest.raises(UsageError, match=r"no client 'acme'. Clients: none"):
        known(("acme",), tmp_path_factory.mktemp("empty"))
