"""Folder: a generated client written to disk: client.yml, raw/ as a client would send it, truth/ beside it.

The same client gives the same bytes: no file carries the time or the place of its making.
"""

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from ruamel.yaml import YAML

__all__ = ["Export", "fill_in", "write_folder"]

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can hold
STAMP = "2026-11-01T00:00:00Z"  # shown by Excel as the day the workbook was made
CORE = "docProps/core.xml"


@dataclass(frozen=True)
class Export:
    """How the client sends one table: file, kind, the client's own headers, and what a reader must know to read it.

    ``features`` names further columns of the table that are kept under their own names; ``values`` turns the client's words
    into ours, by column; ``empty`` names the words it writes for nothing. Written are the columns and the features, the words as
    the client has them.
    """

    path: str
    kind: Literal["csv", "plain", "semicolon", "tab", "json", "excel", "parquet"]
    columns: dict[str, str]
    options: dict[str, str] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    empty: tuple[str, ...] = ()

    def sent(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The table as the client has it: its columns, headers and words."""
        frame = _worded(frame[[*self.columns, *self.features]])
        for column, words in self.values.items():
            own = {ours: theirs for theirs, ours in words.items()}
            frame[column] = frame[column].map(lambda word, own=own: own.get(word, word))
        return frame.rename(columns=self.columns)


def write_folder(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    exports: Mapping[str, Export],
    client_file: str,
    planted: dict,
    truth: Mapping[str, pd.DataFrame],
) -> tuple[Path, ...]:
    """Write the whole client folder and return the files written, in order of their names.

    ``planted`` becomes truth/truth.yml, each frame of ``truth`` a Parquet file beside it. A star in an export's path stands for
    the year of ``order_date``: one file a year.
    """
    contents = {"client.yml": client_file.encode(), "truth/truth.yml": _yaml(planted)}
    for table, export in exports.items():
        for path, part in _parts(export.path, tables[table]):
            contents[path] = _ENCODERS[export.kind](export.sent(part), export.options)
    for name, frame in truth.items():
        contents[f"truth/{name}.parquet"] = _parquet(frame, {})
    for path, content in contents.items():
        target = Path(folder) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tuple(Path(folder) / path for path in sorted(contents))


def fill_in(template: str, **values: object) -> str:
    """A commented client.yml from its template in this package."""
    environment = Environment(
        loader=PackageLoader("playbook", "generate"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**values)


def _parts(path: str, frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """One file, or one a year where the path holds a star."""
    if "*" not in path:
        return [(path, frame)]
    return [(path.replace("*", str(year)), part) for year, part in frame.groupby(frame["order_date"].dt.year)]


def _worded(frame: pd.DataFrame) -> pd.DataFrame:
    """Flags in words. A plain one is a word where it holds and nothing where not; one that may be unknown says no too."""
    words = {}
    for flag in frame.select_dtypes(["bool", "boolean"]):
        no = "" if frame[flag].dtype == bool else "no"
        words[flag] = frame[flag].map({True: "yes", False: no}).astype(object).fillna("")
    return frame.assign(**words)


def _moments(frame: pd.DataFrame, date_format: str | None = None) -> pd.DataFrame:
    """Dates and times as text; a column without times of day shows days only.

    A format with signs of Chinese offices (2026年3月5日, 2026/3/5 9:05) is written as they do, without leading zeros.
    """
    texts = {}
    for name in frame.select_dtypes("datetime").columns:
        whole = (frame[name].dropna() == frame[name].dropna().dt.normalize()).all()
        texts[name] = frame[name].dt.strftime(date_format or ("%Y-%m-%d" if whole else "%Y-%m-%d %H:%M"))
        if date_format and re.search("[年/]", date_format):
            texts[name] = texts[name].str.replace(r"(?<=[年月/ ])0(?=\d)", "", regex=True)
    return frame.assign(**texts)


def _csv(frame: pd.DataFrame, options: dict) -> bytes:
    told = _moments(frame, options.get("date_format"))
    if sign := options.get("thousands"):
        numbers = told.select_dtypes("number")
        told = told.assign(**{n: numbers[n].map(lambda v: f"{v:,.10g}".replace(",", sign), na_action="ignore") for n in numbers})
    text = told.to_csv(index=False, sep=options.get("delimiter", ","), decimal=options.get("decimal", "."), lineterminator="\n")
    return text.encode(options.get("encoding", "utf-8"))


def _zipped_csv(frame: pd.DataFrame, options: dict) -> bytes:
    return gzip.compress(_csv(frame, options), mtime=0)


def _tab(frame: pd.DataFrame, options: dict) -> bytes:
    return _csv(frame, {**options, "delimiter": "\t"})


def _json_lines(frame: pd.DataFrame, options: dict) -> bytes:
    text = _moments(frame).to_json(orient="records", lines=True, force_ascii=False)
    return gzip.compress(text.encode(), mtime=0)


def _parquet(frame: pd.DataFrame, options: dict) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def _excel(frame: pd.DataFrame, options: dict) -> bytes:
    """A workbook whose properties and zip entries carry a fixed time."""
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl", datetime_format="YYYY-MM-DD") as writer:
        frame.to_excel(writer, sheet_name=options["sheet"], index=False)
        sheet = writer.sheets[options["sheet"]]
        sheet.freeze_panes = "A2"
        for column in sheet.columns:
            sheet.column_dimensions[column[0].column_letter].width = 16
    steady = io.BytesIO()
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(made.namelist()):
            content = made.read(name)
            if name == CORE:
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", STAMP.encode(), content)
            target.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return steady.getvalue()


_ENCODERS: dict[str, Callable[[pd.DataFrame, dict], bytes]] = {
    "csv": _zipped_csv,
    "plain": _csv,
    "semicolon": _csv,
    "tab": _tab,
    "json": _json_lines,
    "excel": _excel,
    "parquet": _parquet,
}


def _yaml(values: dict) -> bytes:
    buffer = io.BytesIO()
    yaml = YAML()
    yaml.width = 130
    yaml.dump(values, buffer)
    return (
        b"# What was planted in this generated client; reports never read it. Written by playbook.generate.\n" + buffer.getvalue()
    )
