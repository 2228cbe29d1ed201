"""The command as a user types it: what it says, its exit codes, and that broken input leaves everything as it was."""

import hashlib
import os
import re
import signal
import subprocess
import sys

import pytest

from home import CLIENT, make_home, orders, run_playbook, tiny_client
from playbook.cli import main


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = make_home(tmp_path_factory.mktemp("home"))
    tiny_client(home)
    return home


@pytest.fixture
def command(capsys, monkeypatch):
    """The console script's own entry point in this process: ``(exit code, all that it said)``."""

    def call(home, *words):
        monkeypatch.setenv("PLAYBOOK_HOME", str(home))
        monkeypatch.setattr(sys, "argv", ["playbook", *words])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return end.value.code or 0, said.out + said.err

    return call


def state(folder):
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


BROKEN = {
    "missing file": ({"client_yml": CLIENT.replace("raw/orders.csv", "raw/order.csv")}, "Did you mean 'raw/orders.csv'?"),
    "missing column": ({"client_yml": CLIENT.replace("revenue: Amount", "revenue: Amout")}, "Did you mean 'Amount'?"),
    "required column not mapped": ({"client_yml": CLIENT.replace(", revenue: Amount", "")}, "revenue must be mapped"),
    "misspelled key": ({"client_yml": CLIENT.replace("currency", "curency")}, "Did you mean 'currency'?"),
    "misspelled key inside": (
        {"client_yml": CLIENT + "objectives: [{kpi: revenue, targte: 5, by: 2026-12-31}]\n"},
        "Did you mean 'target'?",
    ),
    "key given twice": ({"client_yml": CLIENT + "name: Other\n"}, "line"),
    "no YAML": ({"client_yml": "name: [Acme\n"}, "not valid YAML"),
    "text in a number column": ({"orders_csv": orders().replace("c7,21.50", "c7,about 20")}, "about 20"),
    "no date": ({"orders_csv": orders().replace("2023-01-02", "02/01/23")}, "02/01/23"),
    "empty file": ({"orders_csv": ""}, "empty"),
    "only a header": ({"orders_csv": "No,Date,Customer,Amount\n"}, "orders"),
    "future dates": ({"orders_csv": orders().replace("2025-12-31", "2093-12-31")}, "2093-12-31"),
    "path that leaves the folder": (
        {"client_yml": CLIENT.replace("raw/orders.csv", "../other/raw/orders.csv")},
        "leaves the client's folder",
    ),
    "secret written out": (
        {"client_yml": CLIENT.replace("path: raw/orders.csv", "database: 'postgresql://me:secret@host/db', table: orders")},
        "env:NAME",
    ),
    "as of a day to come": ({"client_yml": CLIENT.replace("2025-12-31", "2093-12-31")}, "future"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_input_gives_one_message_and_leaves_that_alone(command, tmp_path, case):
    changes, expected = BROKEN[case]
    home = make_home(tmp_path)
    tiny_client(home, **changes)
    before = state(home)
    code, said = command(home, "run", "acme")
    assert code == 2, said
    assert expected in said
    assert "Traceback" not in said
    after = state(home)
    assert {name: digest for name, digest in after.items() if not name.startswith("reports/")} == before
    left = [name for name in after if name.startswith("reports/")]
    assert left == ["reports/acme/failed/index.html", "reports/acme/failed/manifest.json"]
    assert "secret@" not in said + "".join((home / name).read_text("utf-8") for name in left)


def test_duplicate_ids_stop_the_run(command, tmp_path):
    home = make_home(tmp_path)
    folder = tiny_client(home, client_yml=CLIENT + "  customers: {path: raw/customers.csv, columns: {customer_id: Id}}\n")
    (folder / "raw" / "customers.csv").write_text("Id\nc1\nc2\nc1\n")
    code, said = command(home, "run", "acme")
    assert code == 2
    assert "customer_id" in said
    assert [file.name for file in (home / "reports" / "acme").iterdir()] == ["failed"]


def test_all_problems_are_named_at_once(command, tmp_path):
    home = make_home(tmp_path)
    tiny_client(
        home, client_yml=CLIENT.replace("currency: EUR", "curency: EUR").replace("2025-12-31", "31.12.2025") + "budget: 3\n"
    )
    _, said = command(home, "check", "acme")
    assert all(word in said for word in ("currency", "as_of", "budget"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("run", "acmee"), "Did you mean 'acme'?"),
        (("run", "acme", "--phase", "stratgy"), "Did you mean 'strategy'?"),
        (("run", "acme", "-p", "client=other"), "name the client itself"),
        (("run", "acme", "-p", "as_of"), "NAME=VALUE"),
        (("run", "acme", "--as-of", "2093-12-31"), "'2093-12-31' lies in the future"),
        (("run", "acme", "--language", "fr"), "no reports in 'fr' yet; languages: en, zh."),
        (("run", "acme", "--as-of", "31.12.2026"), "'31.12.2026' is no day: write it as YYYY-MM-DD."),
        (("check", "acme", "--as-of", "2026-02-30"), "'2026-02-30' is no day: write it as YYYY-MM-DD"),
        (("run", "acme", "-p", "horizn=6"), "They have none yet: a parameter is a line that you add"),
        (("run",), "--all"),
        (("check", "nobody"), "nobody"),
        (("rnu",), "rnu"),
        (("run", "../acme"), "no client"),
    ],
)
def test_wrong_use_is_said_in_words(command, home, words, expected):
    code, said = command(home, *words)
    assert code == 2
    assert expected in re.sub(r"[\s│]+", " ", said)
    assert "Traceback" not in said
    assert not (home / "reports").exists()


def test_a_note_that_is_not_utf8_is_said_before_anything_runs(command, tmp_path):
    home = make_home(tmp_path)
    notes = tiny_client(home) / "notes"
    notes.mkdir()
    (notes / "strategy.md").write_bytes("Gespräch".encode("latin-1"))
    code, said = command(home, "run", "acme")
    assert code == 2 and "notes/strategy.md is not UTF-8" in said
    assert "It stopped before the first notebook." in (home / "reports" / "acme" / "failed" / "index.html").read_text("utf-8")


def test_a_file_that_cannot_be_written_is_said_in_words(command, tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    (home / "reports").write_text("a file where a folder should be")
    code, said = command(home, "watch", "--all")
    assert code == 1 and "reports" in said and "Traceback" not in said


def test_a_client_that_lost_its_file_is_not_passed_over(command, tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    (home / "reports" / "acme" / "2025-12-31").mkdir(parents=True)
    (home / "reports" / "gone").mkdir()  # its folder below data/ was removed: nobody works for it any more
    for room in ("data", "reports"):
        (home / room / ".ipynb_checkpoints").mkdir()  # as JupyterLab leaves them
    (home / "data" / "acme" / "client.yml").rename(home / "data" / "acme" / "client.yaml")
    for words in (["run", "--all"], ["check", "--all"]):
        code, said = command(home, *words)
        assert code == 2 and "data/acme has no client.yml: put it back" in said and "gone" not in said and "ipynb" not in said
    code, said = command(home, "list")
    assert code == 0 and "gone" not in said and "ipynb" not in said
    assert "client.yml is missing" in said and "playbook check acme: data/acme has no client.yml" in said


def test_the_list_says_the_first_that_is_wrong_with_a_file(command, tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    with (home / "data" / "acme" / "client.yml").open("a") as file:
        file.write("horizont: 3\n")
    said = command(home, "list")[1]
    assert "client.yml cannot be used: horizont" in said and not said.rstrip().endswith(":")


@pytest.mark.skipif(os.name == "nt", reason="no signals to a group")
def test_ctrl_c_while_libraries_load_is_told_in_a_line(tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    words = [sys.executable, "-m", "playbook", "run", "acme"]
    variables = {**os.environ, "PLAYBOOK_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    run = subprocess.Popen(
        words,
        cwd=home,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # where the tests run in the background, it is ignored
    )
    begun = run.stdout.readline()
    os.killpg(run.pid, signal.SIGINT)  # a terminal sends it to all of its group
    said = begun + run.communicate(timeout=120)[0]
    assert "acme: Checks" in begun and run.returncode == 130
    assert "Stopped." in said and "Traceback" not in said


def test_outside_of_any_playbook_it_says_so(tmp_path):
    variables = {name: value for name, value in os.environ.items() if name != "PLAYBOOK_HOME"}
    command = [sys.executable, "-m", "playbook", "list"]
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "PLAYBOOK_HOME" in done.stderr


def test_watch_writes_one_page_over_all_and_tells_what_is_wrong_in_words(command, tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    code, said = command(home, "watch", "--all")
    assert code == 0 and "no report yet" in said and "reports/watch.html" in said
    broken = home / "reports" / "acme" / "2025-12-31"
    broken.mkdir(parents=True)
    (broken / "manifest.json").write_text("{")
    code, said = command(home, "watch", "acme")
    assert code == 1 and "playbook run acme" in re.sub(r"\s+", " ", said) and "Traceback" not in said
    code, said = command(home, "watch", "acmee")
    assert code == 2 and "Did you mean 'acme'?" in said


def test_check_prints_what_was_read_and_exits_with_zero(home):
    done = run_playbook(home, "check", "acme")
    assert done.returncode == 0, done.stderr
    assert "orders: 1,096 rows, 2023-01-01 to 2025-12-31 (orders.csv)" in done.stdout
    assert "Next: playbook run acme\n" in done.stdout
    assert "  19 of 38 questions have the tables, keys of client.yml and earlier reports that they need;" in done.stdout
    assert "      impact, lessons: needs interventions in client.yml (id, start, end, cost)\n" in done.stdout
    done = run_playbook(home, "check", "acme", "--as-of", "2025-11-30")
    assert "Next: playbook run acme --as-of 2025-11-30\n" in done.stdout


def test_what_failed_is_said_beside_the_results(capfd, monkeypatch, tmp_path):
    home = make_home(tmp_path)
    for name in ("acme", "other"):
        tiny_client(home, name, client_yml=CLIENT.replace("raw/orders.csv", "raw/sales.csv"))

    def streams(*words):
        monkeypatch.setenv("PLAYBOOK_HOME", str(home))
        monkeypatch.setattr(sys, "argv", ["playbook", *words])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 2
        return capfd.readouterr()

    one = streams("run", "acme")
    assert one.out == "acme: Checks\n" and one.err.startswith("acme: failed. Open reports/acme/failed/index.html.")
    both = streams("run", "acme", "other")
    assert "acme: failed." in both.out and both.out.endswith("\n2 failed\n") and both.err == ""
    checked = streams("check", "acme")
    assert checked.out == "" and checked.err.startswith("The tables of acme cannot be read:")


def test_what_clean_could_not_remove_is_a_failure_of_it(command, tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    old = home / "reports" / "acme" / "2025-11-30"
    for folder in (old, old.with_name("2025-12-31")):
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
    (old.parent / ".work-2025-11-30").write_text("a file where the report would go")
    code, said = command(home, "clean", "acme", "--keep", "1")
    assert code == 1 and "acme: not all could be removed" in said and "Traceback" not in said


def test_list_says_what_to_do_next(command, home):
    assert re.search(r"acme\s+–\s+no report yet\s+playbook run acme", command(home, "list")[1])


def test_help_names_every_command(command, home):
    _, said = command(home, "--help")
    assert all(command in said for command in ("run", "check", "list"))


def test_a_client_that_cannot_be_asked_and_wrong_use_of_ask(home, command):
    for words, part in (
        (("ask", "acme", "why"), "needs tickets"),
        (("ask", "acme", "--about", "refund"), "name the question too"),
        (("ask", "nobody", "why"), "There is no client"),
    ):
        code, said = command(home, *words)
        assert code == 2 and part in said and "Traceback" not in said


def test_a_conversation_answers_hands_over_and_keeps_what_it_is_told(tmp_path):
    home = make_home(tmp_path, "aurora-audio")
    lines = "where is my parcel, it should be here by now\nwho won the cup\n= nothing known\n= late delivery\n\n"
    done = subprocess.run(
        [sys.executable, "-m", "playbook", "ask", "aurora-audio"], input=lines, capture_output=True, text=True,
        env={**os.environ, "PLAYBOOK_HOME": str(home)}, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "To a person" in done.stdout and "Kept." in done.stdout and "No question is filed under" in done.stderr
    assert "who won the cup" in (home / "data" / "aurora-audio" / "service-feedback.csv").read_text("utf-8")
