"""Glyphs: the Chinese, Japanese and Korean letters of a report's charts and headings travel in the page itself.

A machine without a font for them would draw boxes. The font is the one that charts are measured with, cut down to the letters of
the page. It stands behind all fonts of the reader's machine, so it is drawn with only where none of these has the letter; and
only in charts and headings, whose letters it has all: running text would mix two hands on a machine whose font we cannot name.
"""

import base64
import io
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files

from playbook.result.theme import FONT

__all__ = ["FAMILY", "with_glyphs"]

FAMILY = "Playbook CJK"
_SIMPLIFIED = 2  # the face of the collection that draws letters as mainland China writes them: Noto Sans CJK SC
_KEPT = {"CFF ", "GlyphOrder", "OS/2", "cmap", "head", "hhea", "hmtx", "maxp", "name", "post"}  # no vertical text, no ligatures
_COPYRIGHT, _LICENSE = 0, 14  # entries of a font's names: whose it is goes with it
_SHOWN = re.compile(r"<(svg|h[1-6])\b.*?</\1>", re.DOTALL)
_TEXT = re.compile(r">([^<]+)<")
_EAST_ASIAN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")  # no emoji


def with_glyphs(pages: Mapping[str, str]) -> dict[str, str]:
    """The pages of a report (HTML by file name), each with a font for the East Asian letters of its charts and headings.

    A page without such letters comes back as it is; the same pages give the same bytes.
    """
    wanted = {name: letters for name, html in pages.items() if (letters := _letters(html))}
    if not wanted:
        return dict(pages)
    # The collection has 65,535 glyphs: it is cut once, to the letters of the report; the pages' fonts are cut from that.
    collection = str(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc")
    whole = _cut(collection, "".join(wanted.values()), _SIMPLIFIED, hinting=False, desubroutinize=True)
    styles = {name: _style(_cut(io.BytesIO(whole), letters)) for name, letters in wanted.items()}
    return {name: html.replace("</style>", f"{styles.get(name, '')}</style>", 1) for name, html in pages.items()}


def _letters(html: str) -> str:
    """East Asian letters that stand in charts and headings, each once, in order."""
    texts = (text for shown in _SHOWN.finditer(html) for text in _TEXT.findall(shown.group()))
    return "".join(sorted(set(_EAST_ASIAN.findall("".join(texts)))))


def _cut(font: str | io.BytesIO, letters: Iterable[str], face: int = -1, **how: bool) -> bytes:
    """An OpenType font with these letters of ``font``, as far as it has them; ``how`` are options of fontTools."""
    from fontTools.subset import Options, Subsetter  # a report in Latin letters does not wait for its import
    from fontTools.ttLib import TTFont

    with TTFont(font, fontNumber=face, lazy=True, recalcBBoxes=False, recalcTimestamp=False) as opened:
        for table in set(opened.keys()) - _KEPT:
            del opened[table]
        cutter = Subsetter(Options(name_IDs=[_COPYRIGHT, _LICENSE], notdef_outline=True, **how))
        cutter.populate(unicodes=map(ord, letters))
        cutter.subset(opened)
        file = io.BytesIO()
        opened.save(file)
    return file.getvalue()


def _style(font: bytes) -> str:
    """The font as data, and the rule that lets charts (which name their fonts themselves) and headings fall back on it.

    Chromium keeps the boxes of short texts that it drew before it had read the font, unless their words are spaced (its cache of
    shaped texts holds unspaced ones only): so they are, by a hundredth of a pixel.
    """
    data = base64.b64encode(font).decode("ascii")
    face = f'@font-face{{font-family:"{FAMILY}";src:url(data:font/otf;base64,{data})}}'
    return f'{face}svg text,h1,h2,h3,h4,h5,h6{{font-family:{FONT},"{FAMILY}"!important;word-spacing:.001em}}'
