import gzip
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from playbook.errors import EngagementError, IntakeError
from playbook.intake import sources
from playbook.intake.checks import audit
from playbook.intake.sent import open_sources
from playbook.intake.sources import FILE, ROW, fingerprint, source_files
from playbook.intake.tables import open_tables

COLUMNS = {"order_id": "order", "order_date": "day", "revenue": "sum"}
FRAME = pd.DataFrame({"order": ["A1", "A2"], "day": ["2026-01-05", "2026-02-07"], "sum": [10.5, 20.0]})


def orders(engagement) -> pd.DataFrame:
    return open_sources(engagement)["orders"].rows.order_by([FILE, ROW]).to_pandas()


def excel(path: Path, sheets: dict[str, list[list]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def written(tmp_path: Path, kind: str) -> bytes:
    """Two order lines as a file of one kind."""
    csv, path = FRAME.to_csv(index=False), tmp_path / f"written.{kind}"
    if kind == "xlsx":
        excel(path, {"Orders": [list(FRAME.columns), *FRAME.to_numpy().tolist()]})
    elif kind == "parquet":
        FRAME.assign(day=pd.to_datetime(FRAME["day"])).to_parquet(path)
    elif kind.startswith("jsonl"):
        path.write_text(FRAME.to_json(orient="records", lines=True), encoding="utf-8")
    else:
        path.write_text(csv.replace(",", "\t") if kind.startswith("tsv") else csv, encoding="utf-8")
    return gzip.compress(path.read_bytes()) if kind.endswith(".gz") else path.read_bytes()


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "tsv", "tsv.gz", "txt", "xlsx", "parquet", "jsonl", "jsonl.gz"])
def test_every_kind_of_file_gives_the_same_rows(make_client, tmp_path, kind):
    engagement = make_client({f"o.{kind}": written(tmp_path, kind)}, orders={"path": f"raw/o.{kind}", "columns": COLUMNS})
    frame = orders(engagement)
    assert frame["order_id"].tolist() == ["A1", "A2"]
    assert frame["order_date"].tolist() == [pd.Timestamp("2026-01-05"), pd.Timestamp("2026-02-07")]
    assert frame["revenue"].tolist() == [10.5, 20.0]
    assert frame[ROW].tolist() == ([1, 2] if kind.startswith(("parquet", "jsonl")) else [2, 3])
    assert set(frame[FILE]) == {f"o.{kind}"}


@pytest.mark.parametrize(("encoding", "word"), [("cp1252", "Köln €"), ("gb18030", "上海耳机"), ("utf-16", "Łódź")])
@pytest.mark.parametrize("packed", [False, True])
def test_other_encodings_are_read_when_they_are_named(make_client, encoding, word, packed):
    content = f"order;day;sum;from\nA1;2026-01-05;1;{word}\n".encode(encoding)
    name = "o.csv.gz" if packed else "o.csv"
    engagement = make_client(
        {name: gzip.compress(content) if packed else content},
        orders={"path": f"raw/{name}", "columns": {**COLUMNS, "channel": "from"}, "encoding": encoding, "delimiter": ";"},
    )
    assert orders(engagement)["channel"].tolist() == [word]


def test_an_encoding_that_is_not_named_is_guessed_in_the_message(make_client):
    text = "order,day,sum,from\n" + "A1,2026-01-05,1,Größere Bücher für Käufer in München\n" * 50
    engagement = make_client({"orders.csv": text.encode("cp1252")}, orders={"columns": COLUMNS})
    with pytest.raises(IntakeError, match=r"orders\.csv is not UTF-8 text.*encoding: cp12"):
        open_sources(engagement)


def test_an_encoding_that_does_not_fit_is_said(make_client):
    engagement = make_client(
        {"orders.csv": b"order,day,sum\nA\xff\xff\xff,2026-01-05,1\n"}, orders={"columns": COLUMNS, "encoding": "gb18030"}
    )
    with pytest.raises(IntakeError, match=r"orders\.csv is not gb18030 text"):
        open_sources(engagement)


def test_several_files_are_one_table_and_keep_their_own_line_numbers(make_client):
    lines = {
        f"orders_{year}.csv": "order,day,sum\n" + "".join(f"{year}-{i},{year}-03-01,{i}\n" for i in range(3000))
        for year in (2024, 2025)
    }
    frame = orders(make_client(lines, orders={"path": "raw/orders_*.csv", "columns": COLUMNS}))
    assert frame[FILE].value_counts().to_dict() == {"orders_2024.csv": 3000, "orders_2025.csv": 3000}
    assert (frame[ROW] == frame["revenue"] + 2).all()


def test_line_numbers_hold_in_a_file_that_is_read_in_parallel(make_client, monkeypatch):
    monkeypatch.setattr(sources, "SMALL", 0)
    text = "order,day,sum\n" + "".join(f"A,2026-01-01,{i}\n" for i in range(300_000))
    frame = orders(make_client({"orders.csv": text}, orders={"columns": COLUMNS}))
    assert (frame[ROW] == frame["revenue"] + 2).all()


def test_a_second_file_may_have_its_columns_in_another_order(make_client):
    raw = {"orders_1.csv": "order,day,sum\nA1,2026-01-05,1\n", "orders_2.csv": "sum,order,day\n2,A2,2026-01-06\n"}
    frame = orders(make_client(raw, orders={"path": "raw/orders_*.csv", "columns": COLUMNS}))
    assert frame["revenue"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("rows", ["", "A2,2026-01-06,2,x\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_with_other_columns_than_the_others_is_told_with_and_without_rows(make_client, encoding, rows):
    raw = {"orders_1.csv": "order,day,sum\nA1,2026-01-05,1\n", "orders_2.csv": f"order,Tag,Summe,from\n{rows}"}
    asked = {"path": "raw/orders_*.csv", "columns": COLUMNS, "encoding": encoding}
    with pytest.raises(IntakeError) as raised:
        open_sources(make_client(raw, orders=asked))
    assert raised.value.problems == (
        "orders: raw/orders_2.csv has no column 'day', 'sum', as other files of raw/orders_*.csv have. It has: order, Tag, Summe,"
        " from. Have it exported like the others, or write path in client.yml so that it leaves it out.",
    )
    with pytest.raises(IntakeError, match=r"no column 'no' in orders_1\.csv and 1 more"):  # which no file has
        open_sources(make_client(raw, orders={**asked, "columns": {**dict.fromkeys(COLUMNS, "order"), "order_id": "no"}}))


def test_files_of_one_name_in_two_folders_are_told_apart(make_client):
    raw = {"2025/orders.csv": "order,day\nA1,2025-01-05\n", "2026/orders.csv": "order,day,sum\nA2,2026-01-06,2\n"}
    with pytest.raises(
        IntakeError, match=r"orders: 2025/orders\.csv has no column 'sum', as other files of raw/\*/orders\.csv have"
    ):
        open_sources(make_client(raw, orders={"path": "raw/*/orders.csv", "columns": COLUMNS}))


def test_a_workbook_with_other_columns_than_the_others_is_told(make_client, tmp_path):
    lines = {"1": [["order", "day", "sum"], ["A1", "2026-01-05", 7]], "2": [["order", "Tag"]]}
    raw = {f"b{n}.xlsx": excel(tmp_path / f"{n}.xlsx", {"Orders": rows}).read_bytes() for n, rows in lines.items()}
    with pytest.raises(IntakeError, match=r"raw/b2\.xlsx has no column 'day', 'sum', as other files of raw/b\*\.xlsx have"):
        open_sources(make_client(raw, orders={"path": "raw/b*.xlsx", "columns": COLUMNS}))


def test_a_column_that_no_figure_needs_may_be_missing_in_a_file(make_client):
    raw = {"orders_1.csv": "order,day,sum\nA1,2026-01-05,1\n", "orders_2.csv": "order,day,sum,from\nA2,2026-01-06,2,web\n"}
    frame = orders(make_client(raw, orders={"path": "raw/orders_*.csv", "columns": {**COLUMNS, "channel": "from"}}))
    assert frame["channel"].fillna("").tolist() == ["", "web"]


def test_ids_that_excel_keeps_as_numbers_stay_ids(make_client, tmp_path):
    book = excel(
        tmp_path / "b.xlsx",
        {"About": [["nothing"]], "Orders": [["order", "day", "sum"], [1042, "2026-01-05", 7], [1043, "2026-01-06", 7.5]]},
    )
    raw = {"b.xlsx": book.read_bytes()}
    engagement = make_client(raw, orders={"path": "raw/b.xlsx", "sheet": "Orders", "columns": COLUMNS})
    assert orders(engagement)["order_id"].tolist() == ["1042", "1043"]
    with pytest.raises(IntakeError, match="has no sheet 'Order'; its sheets are About, Orders"):
        open_sources(make_client(raw, orders={"path": "raw/b.xlsx", "sheet": "Order", "columns": COLUMNS}))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("orders.csv", "", "empty (0 bytes)"),
        ("orders.xlsx", b"not a workbook", "cannot be read"),
        ("orders.parquet", b"not parquet", "cannot be read"),
        ("orders.csv.gz", b"not gzip", "cannot be read"),
        ("orders.jsonl", "{broken", "cannot be read"),
        ("orders.pdf", b"%PDF", "not a kind we read"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_message(make_client, name, content, said):
    with pytest.raises(IntakeError) as raised:
        open_sources(make_client({name: content}, orders={"path": f"raw/{name}", "columns": COLUMNS}))
    assert name in str(raised.value)
    assert said in str(raised.value)
    assert len(str(raised.value).splitlines()) == 2


def test_all_files_that_cannot_be_read_are_told_at_once(make_client):
    engagement = make_client(
        {"orders.csv": ""},
        customers={"path": "raw/custmers.csv", "columns": {"customer_id": "who"}},
        products={"path": "raw/orders.csv", "columns": {"product_id": "what"}},
    )
    with pytest.raises(IntakeError) as raised:
        open_sources(engagement)
    assert len(raised.value.problems) == 3


def test_a_missing_file_is_named_with_a_close_one(make_client):
    said = (
        r"no file 'raw/order\.csv'. Did you mean 'raw/orders\.csv'\? raw/ holds orders\.csv\."
        r" Correct path under orders in client\.yml, or put the file there\."
    )
    with pytest.raises(IntakeError, match=said):
        open_sources(make_client(orders={"path": "raw/order.csv"}))


def test_files_of_different_kinds_are_not_mixed(make_client):
    with pytest.raises(IntakeError, match="different kinds"):
        open_sources(make_client({"orders.tsv": "a\tb\n"}, orders={"path": "raw/orders.*"}))


def test_a_link_that_leaves_the_folder_is_refused(make_client, tmp_path):
    engagement = make_client(orders={"path": "raw/linked.csv"})
    (tmp_path / "secret.csv").write_text("order,day,sum\n", encoding="utf-8")
    (engagement.folder / "raw" / "linked.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(IntakeError, match="link that leaves the client's folder"):
        open_sources(engagement)


def test_a_package_that_is_not_there_is_named(make_client):
    with pytest.raises(IntakeError, match="'no_such_package' is not installed"):
        open_sources(make_client(orders={"path": "package:no_such_package/x.csv"}))


@pytest.mark.parametrize(
    "header", ['quo"te', "semi;colon", "x'; DROP TABLE orders; --", "sum of, all", "Größe (€)", "select", "__row", " spaced "]
)
def test_hostile_headers_are_only_names(make_client, header):
    frame = pd.DataFrame({"order": ["A1"], "day": ["2026-01-05"], header: [7]})
    engagement = make_client({"orders.csv": frame.to_csv(index=False)}, orders={"columns": {**COLUMNS, "revenue": header}})
    assert orders(engagement)["revenue"].tolist() == [7.0]


def test_reading_changes_nothing(make_client):
    engagement = make_client()
    before = fingerprint(source_files(engagement, "orders"))
    orders(engagement)
    assert fingerprint(source_files(engagement, "orders")) == before
    (engagement.folder / "raw" / "orders.csv").write_text("other\n", encoding="utf-8")
    assert fingerprint(source_files(engagement, "orders")) != before


def test_an_address_that_is_not_set_is_named(make_client, monkeypatch):
    monkeypatch.delenv("ACME_DATABASE", raising=False)
    engagement = make_client(
        orders=None,
        pipeline={"database": "env:ACME_DATABASE", "table": "deals", "columns": {"opportunity_id": "id", "stage": "s"}},
    )
    with pytest.raises(IntakeError, match="ACME_DATABASE is not set"):
        open_sources(engagement)


@pytest.fixture(scope="module")
def postgres():
    """The address of a PostgreSQL server of our own, reached through a socket in a temporary folder."""
    psycopg = pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")
    found = shutil.which("postgres") or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)), None
    )
    initdb = found and shutil.which("initdb", path=str(Path(found).resolve().parent))
    if not initdb:
        pytest.skip("no PostgreSQL server on this machine")
    base = Path(tempfile.mkdtemp(prefix="playbook-pg-"))  # not below pytest's own folders, which only their owner may enter
    as_user = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        as_user = {"user": "nobody"}
        shutil.chown(base, "nobody")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": base}
    subprocess.run([initdb, "-D", base / "data", "-U", "acme", "-A", "trust", "--no-sync"], check=True, **quiet, **as_user)
    server = subprocess.Popen([found, "-D", base / "data", "-k", base, "-c", "listen_addresses=", "-F"], **quiet, **as_user)
    address = f"postgresql://acme@/postgres?host={base}"
    try:
        with _patient(psycopg, address) as connection:
            connection.execute("create schema crm")
            connection.execute("create table crm.deals (id int, stage text, opened date, worth numeric(12, 2), secret text)")
            connection.execute(
                "insert into crm.deals values (1, 'won', '2026-01-05', 1200.50, 'x'), (2, 'lost', '2026-02-06', null, 'y')"
            )
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown; it would wait for open sessions otherwise
        server.wait(timeout=30)
        shutil.rmtree(base)


def _patient(psycopg, address: str):
    """A connection to a server that is still starting."""
    for _ in range(100):
        try:
            return psycopg.connect(address, autocommit=True)
        except psycopg.OperationalError:
            time.sleep(0.1)
    pytest.fail("PostgreSQL did not start")


def test_a_real_database_is_read(make_client, postgres, monkeypatch):
    monkeypatch.setenv("ACME_DATABASE", postgres)
    columns = {"opportunity_id": "id", "stage": "stage", "created_on": "opened", "amount": "worth"}
    sent = open_sources(
        make_client(orders=None, pipeline={"database": "env:ACME_DATABASE", "table": "crm.deals", "columns": columns})
    )
    assert set(sent["pipeline"].raw.headers) == {"id", "stage", "opened", "worth"}  # what is not asked for is not fetched
    frame = sent["pipeline"].rows.order_by("opportunity_id").to_pandas()
    assert frame["opportunity_id"].tolist() == ["1", "2"]
    assert frame["amount"].fillna(0).tolist() == [1200.5, 0.0]
    assert [str(day)[:10] for day in frame["created_on"]] == ["2026-01-05", "2026-02-06"]


def test_a_table_the_database_does_not_have_is_said_without_the_address(make_client, postgres, monkeypatch):
    monkeypatch.setenv("ACME_DATABASE", postgres)
    source = {"database": "env:ACME_DATABASE", "table": "crm.dales", "columns": {"opportunity_id": "id", "stage": "stage"}}
    with pytest.raises(IntakeError, match=r"did not give 'crm\.dales'") as raised:
        open_sources(make_client(orders=None, pipeline=source))
    assert "postgresql://" not in str(raised.value)


def test_a_column_the_database_does_not_have_is_said(make_client, postgres, monkeypatch):
    monkeypatch.setenv("ACME_DATABASE", postgres)
    source = {"database": "env:ACME_DATABASE", "table": "crm.deals", "columns": {"opportunity_id": "id", "stage": "stag"}}
    with pytest.raises(IntakeError, match=r"no column 'stag' in .*\. Did you mean 'stage'"):
        open_sources(make_client(orders=None, pipeline=source))


def test_json_lines_may_leave_fields_out(make_client):
    lines = "\n".join(
        map(
            json.dumps,
            [{"order": "A1", "day": "2026-01-05", "sum": 1, "from": "web"}, {"order": "A2", "day": "2026-01-06", "sum": 2}],
        )
    )
    frame = orders(make_client({"o.jsonl": lines}, orders={"path": "raw/o.jsonl", "columns": {**COLUMNS, "channel": "from"}}))
    assert frame["channel"].isna().tolist() == [False, True]


def test_words_for_nothing_and_rows_that_are_no_data(make_client):
    lines = "order,day,sum,who,what\nA1,2026-01-05,10.50,-,P1\nA2,2026-01-06,4,k.A.,P2\n Total ,,14.50,,\n"
    asked = {"empty": ["-", "k.A."], "leave_out": {"order": ["Total"]}}
    engagement = make_client({"orders.csv": lines}, orders=asked)
    rows = open_tables(engagement).rows["orders"].to_pandas()
    assert rows["order_id"].tolist() == ["A1", "A2"]
    assert rows["customer_id"].isna().all()
    (noted,) = [c for c in audit(engagement).checks if c.rule == "left-out"]
    assert (noted.level, noted.rows, noted.of, noted.examples) == ("note", 1, 3, ("orders.csv line 4: 'Total'",))
    with pytest.raises(IntakeError, match="leave_out: no column 'ordr' in orders.csv. Did you mean 'order'.* or take it out"):
        open_tables(make_client(orders={"leave_out": {"ordr": ["Total"]}}))


def test_a_misspelled_table_is_named_even_when_it_is_empty(make_client):
    with pytest.raises(EngagementError, match="sources > custmers: there is no such table. Did you mean 'customers'"):
        open_tables(make_client(custmers={"path": "raw/orders.csv"}))


@pytest.mark.parametrize(
    ("content", "encoding"), [("order,day,sum\nA1,2026-01-05,7\n", "utf-8"), ("order,day,sum\n甲,2026-01-05,7\n", "gb18030")]
)
def test_what_is_small_is_read_by_one_thread_and_what_is_large_by_all_cores(make_client, monkeypatch, content, encoding):
    def threads(limit):
        monkeypatch.setattr(sources, "SMALL", limit)
        engagement = make_client(
            {"o.csv": content.encode(encoding)}, orders={"path": "raw/o.csv", "columns": COLUMNS, "encoding": encoding}
        )
        connection = open_sources.__wrapped__(engagement)["orders"].rows.get_backend()
        return connection.raw_sql("SELECT current_setting('threads')").fetchone()[0]

    with duckdb.connect() as usual:
        (cores,) = usual.execute("SELECT current_setting('threads')").fetchone()
    assert (threads(10**6), threads(10)) == (1, cores)


def test_what_does_not_fit_into_memory_lies_in_a_folder_of_its_own():
    places = [sources.connect().raw_sql("SELECT current_setting('temp_directory')").fetchone()[0] for _ in range(2)]
    assert len(set(places)) == 2 and {Path(place).parent for place in places} == {Path(tempfile.gettempdir())}
