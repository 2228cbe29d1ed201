"""Formats: how a reader is spoken to: sentences from the catalogue, money, shares, counts and dates through Babel's CLDR data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import floor, log10
from typing import Literal

import pandas as pd
from babel import Locale, dates, lists, numbers
from markupsafe import Markup, escape

from playbook import locale as catalogues

__all__ = ["EDGES", "LEVEL", "Formats", "Unit"]

LEVEL = 0.80  # every range in every report holds this share; the one place where it is set
EDGES = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)  # the quantiles between which it lies

Unit = Literal["money", "unit_money", "share", "points", "count", "number", "days", "date", "month", "text"]

_COMPACT_FROM, _WHOLE_FROM = 10_000, 100
_NUMBER = re.compile(r"\d[\d,]*(?:\.(\d+))?")
_DASH = "–"
_MYRIADS = {"zh", "ja", "ko"}  # large numbers are told in ten thousands
_CLOSE_SET = {"zh", "ja"}  # no space follows a full stop


@dataclass(frozen=True)
class Formats:
    """Writes words and values the way readers of ``locale`` expect, money in ``currency``."""

    currency: str
    locale: str = "en"

    @property
    def language(self) -> str:
        """The language without its territory: ``zh`` for ``zh_Hans_CN``."""
        return self.locale.replace("-", "_").partition("_")[0]

    def say(self, template: str, /, **values: object) -> str:
        """``template``, which is a key of the catalogue, in the reader's language, with ``values`` in its ``{names}``."""
        return catalogues.catalogue(self.locale).gettext(template).format_map(values)

    def say_n(self, one: str, many: str, n: float, /, **values: object) -> str:
        """As ``say``, with one form for one and another for many; ``{n}`` is the count, unless ``values`` writes it otherwise."""
        form = catalogues.catalogue(self.locale).ngettext(one, many, 1 if n == 1 else 2)
        return form.format_map({"n": self.count(n), **values})

    def say_html(self, template: str, /, **values: object) -> Markup:
        """As ``say``, for a page: values that are not HTML already are escaped."""
        return Markup(escape(catalogues.catalogue(self.locale).gettext(template))).format_map(values)  # noqa: S704

    def told(self, text: str) -> str:
        """Words that were ``said`` or marked before the reader was known; any other text as it is."""
        return catalogues.told(text, self.locale)

    def listed(self, words: Iterable[object], style: Literal["standard", "or"] = "standard") -> str:
        """Words as a list in a sentence: A, B and C; with ``or``: A, B or C."""
        # International English has no comma before the last "and".
        return lists.format_list([str(w) for w in words], style, "en_001" if self.language == "en" else self._babel)

    def sentences(self, *sentences: str) -> str:
        """Whole sentences, those that are not empty, one after the other as the language sets them."""
        return ("" if self.language in _CLOSE_SET else " ").join(filter(None, sentences))

    def money(self, amount: float) -> str:
        """Money to three figures or so: €1.62M, €310K, €9,412, €50, ¥123万; small amounts that are not whole to the cent."""
        if _absent(amount):
            return _DASH
        size = abs(amount)
        if size >= _COMPACT_FROM:
            near = float(f"{amount:.3g}")
            power, step = floor(log10(abs(near))), 4 if self.language in _MYRIADS else 3
            amount = near if abs(near) == 10**power else amount  # the unit is that of what is read: 999,999 is 1M, not 1000K
            digits = max(2 - power % step, 0)  # three figures before K, M and B, or before wan and yi
            text = numbers.format_compact_currency(amount, self.currency, locale=self._babel, fraction_digits=digits)
        else:
            whole = size >= _WHOLE_FROM or round(size, 2) % 1 == 0
            pattern = self._currency_pattern(0 if whole else 2)
            text = numbers.format_currency(amount, self.currency, pattern, locale=self._babel, currency_digits=False)
        return _minus(text)

    def moneys(self, *amounts: float) -> tuple[str, ...]:
        """Amounts that a sentence compares: those in the same unit have the same decimals, €2.70M and €3.07M."""
        texts = [self.money(a) for a in amounts]
        units = [_NUMBER.sub("", text).lstrip("−") for text in texts]
        decimals = [len((_NUMBER.search(text) or [None, None])[1] or "") for text in texts]
        wanted = {unit: max(d for u, d in zip(units, decimals, strict=True) if u == unit) for unit in units}
        return tuple(_padded(text, wanted[unit] - d) for text, unit, d in zip(texts, units, decimals, strict=True))

    def exact_money(self, amount: float) -> str:
        """Money to the cent, for totals that a client reconciles."""
        return _DASH if _absent(amount) else _minus(numbers.format_currency(amount, self.currency, locale=self._babel))

    def share(self, share: float, digits: int | None = None) -> str:
        """A share as percent: 0.27 is 27%; below ten percent with one decimal."""
        if _absent(share):
            return _DASH
        if digits is None:
            digits = 1 if abs(share) < 0.0995 else 0
        return self._decimal(share, f"#,##0.{'0' * digits}%" if digits else "#,##0%")

    def points(self, difference: float) -> str:
        """A difference of two shares: −0.03 is −3.0 points."""
        return _DASH if _absent(difference) else self.say("{n} points", n=self._decimal(difference * 100, "+0.0;-0.0"))

    def days(self, days: float) -> str:
        """A length of time: 1 day, 12.5 days."""
        return _DASH if _absent(days) else self.say_n("{n} day", "{n} days", round(days, 1), n=self.number(days, 1))

    def change(self, ratio: float) -> str:
        """A relative change with its sign: 0.094 is +9%."""
        if _absent(ratio):
            return _DASH
        return self._decimal(ratio, "+0.0%;-0.0%" if abs(ratio) < 0.0995 else "+#,##0%;-#,##0%")

    def signed_money(self, amount: float) -> str:
        """Money with its sign."""
        return f"+{self.money(amount)}" if not _absent(amount) and amount > 0 else self.money(amount)

    def count(self, value: float) -> str:
        """A whole number with separators."""
        return _DASH if _absent(value) else self._decimal(round(float(value)), "#,##0")

    def number(self, value: float, digits: int | None = None) -> str:
        """A plain number to three figures, 0.26, 43.9 or 1,208, or with at most ``digits`` decimals."""
        if _absent(value):
            return _DASH
        if digits is None:
            digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
        return self._decimal(value, f"#,##0.{'#' * digits}")

    def day(self, day: date | pd.Timestamp) -> str:
        """A day: 31 October 2026."""
        pattern = "d MMMM y" if self.language == "en" else "long"
        return _DASH if _absent(day) else dates.format_date(day, pattern, locale=self._babel)

    def month(self, day: date | pd.Timestamp) -> str:
        """A month: October 2026."""
        return _DASH if _absent(day) else dates.format_skeleton("yMMMM", day, locale=self._babel)

    def value(self, value: object, unit: Unit) -> str:
        """Any value by its unit."""
        if unit == "text":
            return _DASH if _absent(value) else str(value)
        writers = {
            "money": self.money,
            "unit_money": self.exact_money,
            "share": self.share,
            "points": self.points,
            "count": self.count,
            "number": self.number,
            "days": self.days,
            "date": self.day,
            "month": self.month,
        }
        return writers[unit](value)

    def interval(self, low: float, high: float, unit: Unit) -> str:
        """The range of a value in words: 80% range €240K to €380K; ends that read the same are written once.

        A share that may be below zero is a change: both its ends carry signs.
        """
        write = self.change if unit == "share" and low < 0 else lambda end: self.value(end, unit)
        level, low_text, high_text = self.share(LEVEL), write(low), write(high)
        if low_text == high_text:
            return self.say("{level} range about {value}", level=level, value=low_text)
        return self.say("{level} range {low} to {high}", level=level, low=low_text, high=high_text)

    @property
    def _babel(self) -> Locale:
        return _read_locale(self.locale)

    def _decimal(self, value: float, pattern: str) -> str:
        write = numbers.format_percent if "%" in pattern else numbers.format_decimal
        return _minus(write(value, _read_pattern(pattern), locale=self._babel))

    def _currency_pattern(self, digits: int) -> numbers.NumberPattern:
        pattern = self._babel.currency_formats["standard"].pattern
        return _read_pattern(pattern.replace("0.00", "0." + "0" * digits if digits else "0"))


# Babel takes both as text, too, but then reads them anew for every number that it writes.
_read_locale, _read_pattern = cache(Locale.parse), cache(numbers.parse_pattern)


def _padded(text: str, zeros: int) -> str:
    """The number in ``text`` with so many more decimals, all of them 0."""
    return _NUMBER.sub(lambda m: f"{m[0]}{'' if m[1] else '.'}{'0' * zeros}", text) if zeros else text


def _minus(text: str) -> str:
    """A true minus sign, and none before a zero that rounding left."""
    return text.replace("-", "−" if re.search("[1-9]", text) else "") if "-" in text else text


def _absent(value: object) -> bool:
    return value is None or bool(pd.isna(value)) or (isinstance(value, float) and value in (float("inf"), float("-inf")))
