"""Picture: a chart of a page as PNG, for mail programs that show no SVG; the same bytes on every machine."""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import matplotlib as mpl
import resvg_py
from matplotlib.ft2font import FT2Font

from playbook.result.theme import PAPER

__all__ = ["WIDTH", "png"]

WIDTH = 1136  # pixels: twice what is shown, for screens of fine resolution
MARGIN = 6  # points of paper around the chart: a mail program may put it on black
_VARIABLE = re.compile(r"var\(--[\w-]+,\s*([^()]*(?:\([^()]*\))?)\)")
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # a page may hold these signs, a drawing by itself may not


def png(svg: str) -> bytes:
    """An ``<svg>`` of ``playbook.result.theme`` on opaque paper, ``WIDTH`` pixels wide.

    Letters come from fonts that are installed with the playbook; only where these lack some (Thai, say) from the machine's own.
    """
    svg = _NO_XML.sub("", svg)
    left, top, width, height = (float(n) for n in re.search(r'viewBox="([^"]+)"', svg).group(1).split())
    roomy = f"{left - MARGIN:g} {top - MARGIN:g} {width + 2 * MARGIN:g} {height + 2 * MARGIN:g}"
    plain = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", _VARIABLE.sub(r"\1", svg), count=1)
    plain = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", plain, count=1)
    plain = re.sub(r'viewBox="[^"]+"', f'viewBox="{roomy}"', plain, count=1)
    drawn = resvg_py.svg_to_bytes(
        svg_string=plain,
        width=WIDTH,
        background=PAPER,
        font_files=[str(f) for f in _fonts()],
        skip_system_fonts=_known().issuperset(map(ord, "".join(re.findall(r">([^<]+)<", plain)))),
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
    )
    return bytes(drawn)


@cache
def _fonts() -> tuple[Path, ...]:
    """Matplotlib's DejaVu Sans, by which charts are measured, and Noto Sans CJK."""
    shipped = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return (
        shipped / "DejaVuSans.ttf",
        shipped / "DejaVuSans-Bold.ttf",
        Path(str(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc")),
    )


@cache
def _known() -> frozenset[int]:
    """Code points that one of the fonts draws, and blanks, which none has to."""
    return frozenset(map(ord, " \t\r\n")).union(*(FT2Font(str(f)).get_charmap() for f in _fonts()))
