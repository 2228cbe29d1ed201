"""The workbook: real types, one sheet a list, nothing worked out that a client wrote, the same bytes twice."""

import shutil
import subprocess
from datetime import date, datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.report.workbook import write_workbook
from playbook.result.contract import Worklist
from playbook.result.formats import Formats

AS_OF, FMT = date(2026, 10, 31), Formats("EUR")
FRAME = pd.DataFrame(
    {
        "id": ["007", "=1+1", "客户"],
        "value": [1234.5, np.nan, np.inf],
        "share": [0.25, 0.5, 0.0],
        "orders": [3, 0, 12],
        "day": pd.to_datetime(["2026-11-02", None, "2026-11-09"]),
    }
)
COLUMNS = {
    "id": ("Customer", "text"),
    "value": ("Value", "money"),
    "share": ("Share", "share"),
    "orders": ("Orders", "count"),
    "day": ("By", "date"),
}


def save_list(title="Save list", frame=FRAME, columns=COLUMNS, key="id"):
    return Worklist("save", title, "Call the first ten.", frame, columns, key)


def written(folder, *lists):
    file = folder / "lists.xlsx"
    write_workbook(lists, file, "Acme", AS_OF, FMT)
    return file


def test_types_formats_and_empty_cells(tmp_path):
    sheet = openpyxl.load_workbook(written(tmp_path, save_list()))["Save list"]
    assert [c.value for c in sheet[1]] == ["Customer", "Value", "Share", "Orders", "By"]
    assert [c.value for c in sheet[2]] == ["007", 1234.5, 0.25, 3, datetime(2026, 11, 2)]
    assert sheet["B3"].value is None and sheet["B4"].value is None and sheet["E3"].value is None
    assert sheet["B2"].number_format == '#,##0.00 "€"' and sheet["C2"].number_format == "0.0%"
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref == "A1:E4"


def test_no_sheets_name_ends_with_an_apostrophe_which_excel_refuses(tmp_path):
    book = openpyxl.load_workbook(written(tmp_path, save_list(title="Offers-to-the-regular-customer's-friends")), read_only=True)
    assert book.sheetnames == ["Lists", "Offers-to-the-regular-customer"]


def test_counts_and_points_are_those_of_the_page(tmp_path):
    frame = pd.DataFrame({"id": ["a"], "expected": [2.7], "change": [-0.031]})
    columns = {"id": ("Product", "text"), "expected": ("Orders", "count"), "change": ("Change", "points")}
    row = openpyxl.load_workbook(written(tmp_path, save_list(frame=frame, columns=columns)))["Save list"][2]
    assert [c.value for c in row[1:]] == [3, pytest.approx(-3.1)]
    assert (FMT.count(2.7), FMT.points(-0.031)) == ("3", "−3.1 points")


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path):
    cell = openpyxl.load_workbook(written(tmp_path, save_list()))["Save list"]["A3"]
    assert cell.value == "=1+1" and cell.data_type == "s" and cell.quotePrefix


def test_the_front_sheet_says_what_each_list_is_for(tmp_path):
    book = openpyxl.load_workbook(written(tmp_path, save_list(), save_list("Reorder: now/later?")))
    assert book.sheetnames == ["Lists", "Save list", "Reorder – now later"]
    assert [c.value for c in book["Lists"][2]] == ["Save list", 3, "Call the first ten.", datetime(2026, 10, 31)]


def test_chinese_words_have_room(tmp_path):
    words = pd.DataFrame({"id": ["GX-24 旋转灌装机", "华信包装机械有限公司"]})
    sheet = openpyxl.load_workbook(written(tmp_path, save_list(frame=words, columns={"id": ("Name", "text")})))["Save list"]
    assert sheet.column_dimensions["A"].width == 22  # ten characters of two, and two to spare


def test_long_and_equal_titles_become_names_that_excel_takes(tmp_path):
    names = openpyxl.load_workbook(written(tmp_path, *[save_list("x" * 40)] * 3, save_list("lists"))).sheetnames
    assert names == ["Lists", "x" * 31, "x" * 29 + " 2", "x" * 29 + " 3", "lists 2"]


def test_a_long_name_ends_with_a_whole_word(tmp_path):
    names = openpyxl.load_workbook(written(tmp_path, save_list("Discounts for all deals that may end"))).sheetnames
    assert names == ["Lists", "Discounts for all deals that"]


def test_the_same_lists_are_the_same_bytes_and_the_frame_stays_as_it_was(tmp_path):
    before = FRAME.copy(deep=True)
    assert written(tmp_path, save_list()).read_bytes() == written(tmp_path, save_list()).read_bytes()
    pd.testing.assert_frame_equal(FRAME, before)


def test_an_empty_list_has_its_heads(tmp_path):
    sheet = openpyxl.load_workbook(written(tmp_path, save_list(frame=FRAME.head(0))))["Save list"]
    assert sheet.max_row == 1 and sheet["A1"].value == "Customer"


@settings(max_examples=25)
@given(st.text(min_size=1))
def test_any_text_comes_back_as_it_was_but_for_what_xml_cannot_hold(tmp_path_factory, text):
    frame = pd.DataFrame({"id": [text], "value": [1.0]})
    file = written(
        tmp_path_factory.mktemp("any"), save_list(frame=frame, columns={"id": COLUMNS["id"], "value": COLUMNS["value"]})
    )
    cell = openpyxl.load_workbook(file)["Save list"]["A2"]
    assert cell.data_type in {"s", "n", "inlineStr"} and (cell.value is None or isinstance(cell.value, str))
    if text.isprintable():
        assert (cell.value or "") == text


def test_a_list_with_missing_words_is_written(tmp_path):
    frame = pd.DataFrame({"id": ["a", "b"], "name": pd.Series([None, "客户"], dtype="str")})
    file = written(tmp_path, save_list(frame=frame, columns={"id": ("Id", "text"), "name": ("Name", "text")}))
    sheet = openpyxl.load_workbook(file)["Save list"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [["a", None], ["b", "客户"]]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine")
def test_libreoffice_opens_it(tmp_path):
    file = written(tmp_path, save_list())
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'home').as_uri()}",
        "--headless",
        "--convert-to",
        "ods",
        "--outdir",
    ]
    subprocess.run([*command, tmp_path, file], check=True, capture_output=True, timeout=120)
    assert pd.read_excel(tmp_path / "lists.ods", sheet_name="Save list", engine="calamine")["Value"].iloc[0] == 1234.5


def test_the_clock_leaves_no_trace(tmp_path):
    properties = openpyxl.load_workbook(written(tmp_path, save_list())).properties
    assert properties.created == properties.modified == datetime(2026, 10, 31)
