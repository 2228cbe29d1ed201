"""Dress: a consultant's brand on a page: colours that can be read in light and dark, the logo as data, footer and note."""

import base64
import colorsys
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from playbook.engagement import LOGOS, Brand, contrast

__all__ = ["DARK_PAPER", "Dress", "dress"]

DARK_PAPER = "#14181f"
READABLE = 7.0  # contrast on dark paper to which a brand's colour is made lighter: AAA of WCAG 2.2, as the house's own colours
STEP = 0.02


@dataclass(frozen=True)
class Dress:
    """What a page shows of a brand: ``style`` goes after the style sheet, ``logo`` is a picture as data."""

    name: str = ""
    style: Markup = Markup("")
    logo: str = ""
    footer: str = ""
    confidentiality: str = ""


def dress(brand: Brand, data: Path) -> Dress:
    """The brand as a page wears it; ``data`` is the folder that the logo's path starts from.

    Raises OSError for a logo that cannot be read.
    """
    colours = {role: colour for role in ("accent", "finding") if (colour := getattr(brand, role))}
    light = "".join(f"--{role}:{colour};" for role, colour in colours.items())
    dark = "".join(f"--{role}:{_lightened(colour)};" for role, colour in colours.items())
    style = ""
    if colours:
        style = f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}@media print{{:root{{{light}}}}}"
    return Dress(
        name=brand.name or "",
        style=Markup(style),  # noqa: S704  colours are checked to be #rrggbb
        logo=_as_data(data / brand.logo) if brand.logo else "",
        footer=brand.footer or "",
        confidentiality=brand.confidentiality or "",
    )


def _lightened(colour: str) -> str:
    """The same hue, as light as dark paper asks for."""
    hue, light, saturation = colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
    while contrast(colour, DARK_PAPER) < READABLE and light < 1:
        light = min(light + STEP, 1.0)
        colour = "#" + "".join(f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(hue, light, saturation))
    return colour


def _as_data(file: Path) -> str:
    return f"data:{LOGOS[file.suffix.lower()]};base64,{base64.b64encode(file.read_bytes()).decode()}"
