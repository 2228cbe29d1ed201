"""Locale: the reports' words in other languages, looked up in gettext catalogues (``zh.po``), one file a language.

English is the language of code, data files and notebooks: what is written there is the catalogues' key. Words that are written
before the reader's language is known (what intake finds) are ``said``: English text that can be told in another language later.
"""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

__all__ = ["FOLDER", "LANGUAGES", "Said", "Verbatim", "catalogue", "mark", "said", "said_n", "told"]

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


class Said(str):
    """A sentence in English that remembers how it was put together, so that it can be told in another language."""

    forms: tuple[str, ...]  # the template, or the one for one and the one for many
    values: dict[str, object]
    n: int

    def __new__(cls, forms: tuple[str, ...], n: int, values: dict[str, object]):
        self = super().__new__(cls, (forms[0] if n == 1 else forms[-1]).format_map(values))
        self.forms, self.n, self.values = forms, n, values
        return self

    def __reduce__(self):
        return Said, (self.forms, self.n, self.values)

    def __add__(self, other: str) -> "Said":
        return said("{first}{second}", first=self, second=other)


class Verbatim(str):
    """A name that is never translated, even where the catalogue has a word like it: a column, a file, a client's own word."""


def said(template: str, /, **values: object) -> Said:
    """``template`` with ``values`` in its ``{names}``; values that are themselves said are told along."""
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
        return form.format_map({k: told(v, locale) if isinstance(v, str) else v for k, v in text.values.items()})
    return words.gettext(text) if text else text  # the empty key holds the catalogue's own header


def mark(text: str) -> str:
    """The text as it is: tells the extraction that it is a key which is looked up when it is shown."""
    return text
