"""The letters that travel with a page: those of charts and headings, in the form of mainland China, the same bytes each time."""

import base64
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from playbook.report.glyphs import FAMILY, with_glyphs

STYLE = "<style>p{color:red}</style>"
CHART = f'{STYLE}<svg aria-label="销"><text x="1">华北</text><text>Süd</text></svg>'
HEADING = f"{STYLE}<h2><b>1</b>直销</h2>"
LATIN = f"{STYLE}<h1>Süd € − “a” 😀</h1><svg><text>Ω</text></svg><p>渠道</p>"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return with_glyphs({"chart": CHART, "heading": HEADING, "latin": LATIN})


def embedded(html: str) -> TTFont:
    """The font that a page carries."""
    (data,) = re.findall(r"url\(data:font/otf;base64,([^)]*)\)", html)
    return TTFont(io.BytesIO(base64.b64decode(data, validate=True)))


def letters(html: str) -> str:
    return "".join(map(chr, sorted(embedded(html).getBestCmap())))


def outline(font: TTFont, letter: str) -> list:
    """How a letter is drawn, with its width."""
    pen, glyph = RecordingPen(), font.getGlyphSet()[font.getBestCmap()[ord(letter)]]
    glyph.draw(pen)
    return [glyph.width, *pen.value]


@pytest.fixture(scope="module")
def collection() -> Iterator[list[TTFont]]:
    """The faces for Japan (0) and mainland China (2) of the font that is cut."""
    file = str(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc")
    with TTFont(file, fontNumber=0, lazy=True) as japan, TTFont(file, fontNumber=2, lazy=True) as china:
        yield [japan, china]


def test_a_page_carries_the_letters_of_its_own_charts_and_headings(pages):
    assert letters(pages["chart"]) == "北华"
    assert letters(pages["heading"]) == "直销"


def test_a_page_without_such_letters_stays_as_it_is(pages):
    assert pages["latin"] == LATIN


def test_only_the_style_sheet_grows(pages):
    added = re.compile(r'(?<=p\{color:red\})@font-face\{font-family:"Playbook CJK".*(?=</style>)')
    assert added.sub("", pages["chart"]) == CHART


def test_the_letters_stand_behind_the_reader_s_own_fonts(pages):
    (stack,) = re.findall(r"svg text,h1[^{]*\{font-family:([^}]*)!important", pages["chart"])
    assert stack.endswith(f"'Microsoft YaHei', sans-serif,\"{FAMILY}\"")


def test_letters_have_the_form_of_mainland_china(pages, collection):
    japan, china = (outline(face, "直") for face in collection)
    assert outline(embedded(pages["heading"]), "直") == china != japan


def test_whose_font_it_is_goes_with_it(pages):
    names = embedded(pages["chart"])["name"]
    assert "Adobe" in names.getDebugName(0) and names.getDebugName(14) == "http://scripts.sil.org/OFL"


def test_a_letter_that_the_font_lacks_stops_nothing():
    assert letters(with_glyphs({"x": f"{STYLE}<h1>\U0003fffd华</h1>"})["x"]) == "华"
    assert with_glyphs({"x": f"{STYLE}<h1>\U0003fffd</h1>"})["x"].endswith("<h1>\U0003fffd</h1>")


SEPARATE = """
import hashlib, sys
from playbook.report.glyphs import with_glyphs
pages = with_glyphs({"x": sys.argv[1]})
print(hashlib.sha256(pages["x"].encode()).hexdigest(), "fontTools.ttLib" in sys.modules)
"""


def separate(html: str, seed: str) -> list[str]:
    """Digest of the page, and whether a font was opened, in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-c", SEPARATE, html], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
    )
    return told.stdout.split()


def test_same_pages_same_bytes():
    page = f"{STYLE}<h1>华北东南直销渠道客户增长</h1>"
    assert separate(page, "1") == separate(page, "2")


def test_a_report_in_latin_letters_does_not_pay():
    assert separate(LATIN, "0")[1] == "False"
    assert separate(CHART, "0")[1] == "True"
