"""Sources: the client's files and databases, read in place through DuckDB. Nothing is written back.

Text files are read as text, column by column as the client sent them; turning text into dates and
amounts is the mapping's job, so that a value that cannot be read is seen and reported, not guessed.
"""

import hashlib
import importlib.util
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from uuid import uuid4

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.csv
from python_calamine import CalamineError

from playbook.engagement import PACKAGE_PREFIX, Engagement, Source
from playbook.errors import IntakeError, did_you_mean
from playbook.intake.delimited import MOST_LINES, delimiter, header_line, require_alike, require_readable, uneven
from playbook.intake.schema import TABLES
from playbook.intake.workbook import KINDS, read_sheet
from playbook.locale import Verbatim, said

__all__ = ["FILE", "ROW", "RawTable", "connect", "fingerprint", "read_source", "refused", "source_files"]

ROW = "__row__"  # line in the file (the header is line 1), or number in the sheet or table
FILE = "__file__"
MEMORY_LIMIT = "1GB"
SMALL = 2**24  # bytes; of less, one thread is done before several have shared it out
MOST_NAMES = 10  # of a folder are listed
_TEXT = {".csv", ".tsv", ".txt"}
_JSON = {".jsonl", ".ndjson", ".json"}


@dataclass(frozen=True)
class RawTable:
    """One table as the client sent it: an Ibis expression with the client's headers, ``ROW`` and ``FILE``."""

    name: str
    rows: ir.Table
    origin: str
    left_out: ir.Table | None = None  # rows that client.yml names as no data, with all their cells

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(c for c in self.rows.columns if c not in {ROW, FILE})


def connect() -> ibis.BaseBackend:
    """A DuckDB connection in memory that spills into a temporary folder of its own instead of growing without bound.

    It works in one thread until it reads something that is not small.
    """
    spilt = Path(
        tempfile.gettempdir(), f"playbook-{os.getpid()}-{uuid4().hex}"
    )  # made when needed; its files are named alike in all
    connection = ibis.duckdb.connect(memory_limit=MEMORY_LIMIT, temp_directory=str(spilt), threads=1)
    (shown,) = connection.raw_sql("SELECT current_setting('enable_progress_bar')").fetchone()
    if shown:  # in a terminal; in Jupyter it is off, and even setting it would ask for widgets
        connection.raw_sql("SET enable_progress_bar = false")
    return connection


def source_files(engagement: Engagement, name: str) -> tuple[Path, ...]:
    """The files behind one table, in order; empty for a database.

    Raises IntakeError when a path matches nothing or leads outside the client's folder.
    """
    source = engagement.sources[name]
    if source.path is None:
        return ()
    base, pattern = _base(engagement, name, source.path)
    files = tuple(sorted(p for p in base.glob(pattern) if p.is_file()))
    if not files:
        near = [str(p.relative_to(base)) for p in base.rglob("*") if p.is_file()] if base.is_dir() else []
        hint = did_you_mean(source.path, near)
        remedy = f"Correct path under {name} in client.yml, or put the file there."
        raise IntakeError(f"{name}: there is no file {source.path!r}.{hint}{_lying_there(base, pattern)} {remedy}")
    outside = [p.name for p in files if not p.resolve().is_relative_to(base.resolve())]
    if outside:
        raise IntakeError(f"{name}: {', '.join(outside)} is a link that leaves the client's folder; copy the file into raw/.")
    return files


def _base(engagement: Engagement, name: str, path: str) -> tuple[Path, str]:
    if not path.startswith(PACKAGE_PREFIX):
        return engagement.folder, path
    package, _, inner = path.removeprefix(PACKAGE_PREFIX).partition("/")
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise IntakeError(f"{name}: the Python package {package!r} is not installed; install it to read {path!r}.")
    return Path(spec.submodule_search_locations[0]), inner


def _lying_there(base: Path, pattern: str) -> str:
    """What the folder holds in which a file was looked for."""
    folder = (base / pattern).parent
    shown = folder.relative_to(base).as_posix() if folder != base else base.name
    if not folder.is_dir():
        return f" There is no folder {shown}/."
    names = sorted(p.name for p in folder.iterdir() if not p.name.startswith("."))
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f" {shown}/ holds {', '.join(names[:MOST_NAMES])}{more}." if names else f" {shown}/ is empty."


def fingerprint(files: tuple[Path, ...]) -> str:
    """SHA-256 over the files' names and bytes, as hexadecimal text."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def read_source(connection: ibis.BaseBackend, engagement: Engagement, name: str) -> RawTable:
    """One table of the client as it was sent. Raises IntakeError with the file and the reason."""
    source = engagement.sources[name]
    if source.database:
        return _read_database(connection, name, source)
    files = source_files(engagement, name)
    empty = [f.name for f in files if f.stat().st_size == 0]
    if empty:
        raise IntakeError(f"{name}: {', '.join(empty)} is empty (0 bytes); ask for the export again.")
    try:
        table = _read_files(connection, name, source, files)
    except (duckdb.Error, pa.ArrowInvalid, CalamineError) as error:
        raise refused(engagement, name, error) from None
    if not table.columns:
        raise IntakeError(f"{name}: no columns in {_names(files)}; ask for the export again.")
    bare = {h.strip(): h for h in table.columns}  # nobody sees a blank at the end of a header
    if tuple(bare) != table.columns and len(bare) == len(table.columns):
        table = table.rename(bare)
    return _as_agreed(RawTable(name, table, _names(files)), source)


def refused(engagement: Engagement, name: str, error: Exception) -> IntakeError:
    """The files of one table that their reader did not take: the lines at which it stumbled, else what it said itself."""
    source = engagement.sources[name]
    files = source_files(engagement, name)
    texts = [f for f in files if _suffix(f) in _TEXT]
    lines = [line for file in texts for line in uneven(file, source)][:MOST_LINES]
    if lines:
        return IntakeError(
            f"{name}: {'; '.join(lines)}. Every line needs as many fields as the header, and a text that holds the sign"
            " between the columns needs quotation marks around it: have these lines corrected."
        )
    origin = _names(files) if files else source.table
    hint = " It is not UTF-8 text there; name its encoding in client.yml." if "nvalid unicode" in str(error) else ""
    return IntakeError(f"{name}: {origin} cannot be read: {_first_line(error)}.{hint}")


def _as_agreed(raw: RawTable, source: Source) -> RawTable:
    """The table without the rows that ``leave_out`` names, and with nothing where a word stands for an empty cell."""
    rows, dropped = raw.rows, None
    if unknown := [header for header in source.leave_out if header not in raw.headers]:
        hint = did_you_mean(unknown[0], raw.headers)
        remedy = "Write the header under leave_out in client.yml as the file has it, or take it out."
        raise IntakeError(
            f"{raw.name} > leave_out: no column {unknown[0]!r} in {raw.origin}.{hint} It has: {', '.join(raw.headers)}. {remedy}"
        )
    marks = [rows[header].cast("string").strip().isin(words) for header, words in source.leave_out.items() if words]
    if marks:
        marked = reduce(or_, (mark.fill_null(False) for mark in marks))
        rows, dropped = rows.filter(~marked), rows.filter(marked)
    if source.empty:
        texts = [c for c in raw.headers if rows[c].type().is_string()]
        rows = rows.mutate(**{c: rows[c].strip().isin(source.empty).ifelse(ibis.null("string"), rows[c]) for c in texts})
    return RawTable(raw.name, rows, raw.origin, dropped)


def _read_files(connection, name: str, source: Source, files: tuple[Path, ...]) -> ir.Table:
    kind = _kind(name, files)
    paths, required = [str(f) for f in files], [source.columns[c] for c in TABLES[name].required]
    called = ["/".join(f.parts[-2:]) for f in files]  # files of two years' folders may have one name
    _share_out(connection, sum(f.stat().st_size for f in files))
    if kind in KINDS:
        sheets = [read_sheet(name, f, source) for f in files]
        require_alike(name, source, required, {c: s.column_names for c, s in zip(called, sheets, strict=True)})
        rows = pa.concat_tables(map(_with_origin, sheets, files), promote_options="default")
        return _held(connection, name, rows)
    if kind == ".parquet":
        return _numbered(connection.read_parquet(paths, filename=True), len(files), first=1)
    if kind in _JSON:
        return _numbered(connection.read_json(paths, filename=True, format="auto"), len(files), first=1)
    require_alike(name, source, required, {c: require_readable(name, source, f) for c, f in zip(called, files, strict=True)})
    if source.encoding.lower().replace("_", "-") != "utf-8":
        rows = pa.concat_tables([_read_encoded(name, f, source) for f in files], promote_options="default")
        return _held(connection, name, rows)
    # All is read as text; trying other types on it would take most of the time that every look into a file takes.
    as_text = {"all_varchar": True, "auto_type_candidates": ["VARCHAR"], "header": True, "quote": '"', "union_by_name": True}
    table = connection.read_csv(paths, filename=True, delim=delimiter(files[0], source), **as_text)
    # Where most lines are longer than the header, DuckDB takes one of them for it.
    lost = {h for f in files for h in header_line(f, source)} & set(source.headers) - {c.strip() for c in table.columns}
    if lost and any(uneven(f, source) for f in files):
        raise duckdb.InvalidInputException("the header does not fit the lines")
    return _numbered(table, len(files), first=2)


def _suffix(file: Path) -> str:
    return Path(file.name.removesuffix(".gz")).suffix.lower()


def _share_out(connection, size: int) -> None:
    if size > SMALL:
        connection.raw_sql("RESET threads")  # one for each core


def _held(connection, name: str, rows: pa.Table) -> ir.Table:
    _share_out(connection, rows.nbytes)
    # As an expression: given the rows themselves, Ibis 12 trips over its own cleaning up with sqlglot 30.
    return connection.create_table(f"raw_{name}", ibis.memtable(rows), temp=True)


def _numbered(table: ir.Table, files: int, first: int) -> ir.Table:
    # Only a window without partitions counts the rows in the order in which they stand in the files.
    place = ibis.row_number()
    if files > 1:
        table = table.mutate(**{ROW: place})
        place = table[ROW] - table[ROW].min().over(ibis.window(group_by="filename"))
    headers = [c for c in table.columns if c not in {ROW, "filename"}]
    return table.select(headers, **{ROW: place + first, FILE: table.filename.re_replace(r"^.*[/\\]", "")})


def _kind(name: str, files: tuple[Path, ...]) -> str:
    kinds = {_suffix(f) for f in files}
    if len(kinds) > 1:
        raise IntakeError(f"{name}: the path matches files of different kinds ({', '.join(sorted(kinds))}); name one kind.")
    kind = kinds.pop()
    if kind not in {*KINDS, *_TEXT, *_JSON, ".parquet"}:
        raise IntakeError(f"{name}: {files[0].name} is not a kind we read; send CSV, TSV, Excel, Parquet or JSON lines.")
    return kind


def _read_encoded(name: str, file: Path, source: Source) -> pa.Table:
    options = {
        "read_options": pyarrow.csv.ReadOptions(encoding=source.encoding),
        "parse_options": pyarrow.csv.ParseOptions(delimiter=delimiter(file, source)),
    }
    try:
        with pyarrow.csv.open_csv(file, **options) as reader:
            texts = {field: pa.string() for field in reader.schema.names}
        convert = pyarrow.csv.ConvertOptions(column_types=texts, strings_can_be_null=True)
        return _with_origin(pyarrow.csv.read_csv(file, convert_options=convert, **options), file)
    except (UnicodeError, LookupError):
        raise IntakeError(f"{name}: {file.name} is not {source.encoding} text; correct encoding: in client.yml.") from None


def _with_origin(table: pa.Table, file: Path) -> pa.Table:
    numbers = pa.array(range(2, len(table) + 2), pa.int64())
    return table.append_column(ROW, numbers).append_column(FILE, pa.array([file.name] * len(table), pa.string()))


def _read_database(connection, name: str, source: Source) -> RawTable:
    variable = source.database.removeprefix("env:")
    address = os.environ.get(variable)
    if not address:
        raise IntakeError(f"{name}: the environment variable {variable} is not set; it holds the address of the database.")
    schema, _, table = source.table.rpartition(".")
    try:
        with _session(address) as backend:
            remote = backend.table(table, database=schema or None)
            headers = list(dict.fromkeys(source.columns.values()))
            wanted = remote.select(headers) if set(headers) <= set(remote.columns) else remote.limit(0)
            local = _held(connection, name, _as_table(wanted.to_pyarrow_batches()))
    except Exception as error:  # drivers raise classes of their own; the address may hold a password, so only the class is shown
        kind = type(error).__name__
        raise IntakeError(f"{name}: the database behind {variable} did not give {source.table!r} ({kind}).") from None
    rows = local.mutate(**{ROW: ibis.row_number() + 1, FILE: ibis.literal(source.table)})
    return _as_agreed(RawTable(name, rows, source.table), source)


@contextmanager
def _session(address: str) -> Iterator[ibis.BaseBackend]:
    backend = ibis.connect(address)
    try:
        yield backend
    finally:
        backend.disconnect()


def _as_table(batches: Iterator[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches(list(batches), schema=batches.schema)


def _names(files: tuple[Path, ...]) -> str:
    more = len(files) - 1
    return said("{name} and {n} more", name=Verbatim(files[0].name), n=more) if more else files[0].name


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]
