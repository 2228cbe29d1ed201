"""The consultant's brand, of ``data/brand.yml`` and of ``brand`` in a ``client.yml``: name, logo, two colours, footer, note."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from playbook.engagement.logo import LOGOS

__all__ = ["LEAST_CONTRAST", "MOST_LOGO", "Brand", "contrast"]

LEAST_CONTRAST = 4.5  # of text on its ground, level AA of WCAG 2.2 (success criterion 1.4.3)
MOST_LOGO = 100_000  # bytes: it stands in every page


def contrast(one: str, other: str) -> float:
    """Contrast of two colours written ``#rrggbb``, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError(f"{value!r} is no colour: write it as '#1f5fd0', in quotes")
    if (reached := contrast(value, "#ffffff")) < LEAST_CONTRAST:
        raise ValueError(
            f"{value} on white paper has a contrast of {reached:.1f}; words need {LEAST_CONTRAST} to be read: take a darker one"
        )
    return value.lower()


def _logo(value: str) -> str:
    if Path(value).suffix.lower() not in LOGOS or Path(value).is_absolute() or ".." in Path(value).parts:
        raise ValueError(f"{value!r} is no logo: name a {', '.join(LOGOS)} file that lies beside the brand's file or below it")
    return value


Colour = Annotated[str, AfterValidator(_colour)]


class Brand(BaseModel):
    """Whose report it is. ``logo`` is a path below the folder of the file that names it; texts stand as they are written."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: str | None = Field(None, max_length=80)
    logo: Annotated[str, AfterValidator(_logo)] | None = None
    accent: Colour | None = None  # links, forecasts, the bottom line
    finding: Colour | None = None  # goals and findings
    footer: str | None = Field(None, max_length=300)
    confidentiality: str | None = Field(None, max_length=200)

    @field_validator("accent", "finding", mode="before")
    @classmethod
    def _said(cls, value: object) -> object:
        if value is None:
            raise ValueError("no colour; write it in quotes, '#1f5fd0': without them YAML takes what begins with # for a remark")
        return value
