"""Locale: the reports' words in other languages, looked up in gettext catalogues (``zh.po``), one file a language.

English is the language of code, data files and notebooks: what is written there is the catalogues' key. Words that are written
before the reader's language is known (what intake finds) are ``said``: English text that can be told in another language later.
"""

import gettext
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency

__all__ = ["FOLDER", "LANGUAGES", "Amount", "Said", "Verbatim", "catalogue", "mark", "said", "said_n", "told"]

FOLDER = Path(__file__).parent
LANGUAGES = ("en", *sorted(path.stem for path in FOLDER.glob("*.po")))


@cache
def catalogue(locale: str) -> gettext.NullTranslations:
    """The catalogue for readers of ``locale`` (``zh``, ``zh_Hans_CN``); where there is none, as for English, the keys."""
    file = FOLDER / f"{locale.replace('-', '_').partition('_')[0]}.po"
    if not file.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(file.read_bytes()), locale=file.stem))  # so that no compiled file can be out of date
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@dataclass(frozen=True)
class Amount:
    """Money in what is ``said``: to the cent, or ``whole``."""

    value: float
    currency: str
    whole: bool = False


class Said(str):
    """A sentence in English that remembers how it was put together, so that it can be told in another language."""

    forms: tuple[str, ...]  # the template, or the one for one and the one for many
    values: dict[str, object]
    n: int

    def __new__(cls, forms: tuple[str, ...], n: int, values: dict[str, object]):
        self = super().__new__(cls, (forms[0] if n == 1 else forms[-1]).format_map(_written(values, "en")))
        self.forms, self.n, self.values = forms, n, values
        return self

    def __reduce__(self):
        return Said, (self.forms, self.n, self.values)

    def __add__(self, other: str) -> "Said":
        return said("{first}{second}", first=self, second=other)


class Verbatim(str):
    """A name that is never translated, even where the catalogue has a word like it: a column, a file, a client's own word."""


def said(template: str, /, **values: object) -> Said:
    """``template`` with ``values`` in its ``{names}``; what is itself said, days, amounts and tuples of names are told along."""
    return Said((template,), 1, values)


def said_n(one: str, many: str, n: int, /, **values: object) -> Said:
    """As ``said``, with one form for one and another for many; ``{n}`` is the number."""
    return Said((one, many), n, {"n": f"{n:,}", **values})


def told(text: str, locale: str) -> str:
    """A text that was ``said``, or a key of the catalogue, in the language of ``locale``; ``Verbatim`` and any other as it is."""
    words = catalogue(locale)
    if isinstance(text, Verbatim):
        return str(text)
    if isinstance(text, Said):
        form = words.ngettext(*text.forms, text.n) if len(text.forms) > 1 else words.gettext(text.forms[0])
        return form.format_map(_written(text.values, locale))
    return words.gettext(text) if text else text  # the empty key holds the catalogue's own header


def _written(values: dict[str, object], locale: str) -> dict[str, object]:
    """Values as readers of ``locale`` expect them."""
    return {name: _value(value, locale) for name, value in values.items()}


def _value(value: object, locale: str) -> object:
    if isinstance(value, str):
        return told(value, locale)
    if isinstance(value, date):
        return format_date(value, "d MMMM y" if locale.startswith("en") else "long", locale=locale)
    if isinstance(value, Amount):
        pattern = "¤#,##0" if value.whole else None
        written = format_currency(value.value, value.currency, pattern, locale=locale, currency_digits=not value.whole)
        return written.replace("-", "−")
    return told(mark(", "), locale).join(map(str, value)) if isinstance(value, tuple) else value


def mark(text: str) -> str:
    """The text as it is: tells the extraction that it is a key which is looked up when it is shown."""
    return text
