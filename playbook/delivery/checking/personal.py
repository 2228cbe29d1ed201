"""Personal: e-mail addresses, telephone and account numbers of people, raw, where they should never stand."""

import re
from collections.abc import Iterable, Iterator

from playbook.delivery.checking.own import noted_text, own_text, own_words
from playbook.delivery.checking.seen import Problem, Seen
from playbook.engagement import Engagement

__all__ = ["personal"]

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w-])")
_PHONES = (
    re.compile(r"(?<![\w+.,])\+[1-9]\d{0,2}(?:[ \-/]?\(?\d{1,5}\)?){2,6}(?![\w%,]|\.\d)"),  # +49 30 1234567
    re.compile(r"(?<![\w+.,-])\(?0\d{1,4}\)?[ /]\d{2,5}(?:[ -]?\d{2,5}){1,3}(?![\w%,-]|\.\d)"),  # 030 1234567, (030) 123 45 67
    re.compile(r"(?<![\w+.,-])0\d{2,3}-\d{7,8}(?![\w-])"),  # 010-12345678
    re.compile(r"(?<![\w+.,-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w-])"),  # (555) 123-4567, 555-123-4567
    re.compile(r"(?<![\w+.,-])1[3-9]\d(?:[ -]\d{4}[ -]\d{4}|\d{8})(?![\w.,-])"),  # a Chinese mobile telephone
)
_ACCOUNT = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_FEWEST_DIGITS = 8


def personal(engagement: Engagement, texts: Iterable[Seen], allowed: frozenset[str] = frozenset()) -> list[Problem]:
    """Addresses and numbers of people in these texts, one problem a place and kind; ``allowed`` are the mail's own addresses.

    What the client wrote of its own products and channels is not personal, nor is what the consultant wrote into a note: a
    service line stays.
    """
    found = []
    for seen in texts:
        kinds: dict[str, list[re.Match]] = {}
        for kind, hit in _hits(seen.text):
            if (
                hit.group() not in allowed
                and hit.group() not in own_words(engagement)
                and hit.group() not in noted_text(engagement)
                and hit.group() not in own_text(engagement)
            ):
                kinds.setdefault(kind, []).append(hit)
        for kind, hits in kinds.items():
            more = f", and {len(hits) - 1} more" if len(hits) > 1 else ""
            found.append(Problem(seen.where, f"shows {kind}: “{seen.around(*hits[0].span())}”{more}"))
    return found


def _hits(text: str) -> Iterator[tuple[str, re.Match]]:
    yield from (("an e-mail address", m) for m in _EMAIL.finditer(text))
    yield from (
        ("a telephone number", m) for p in _PHONES for m in p.finditer(text) if sum(map(str.isdigit, m.group())) >= _FEWEST_DIGITS
    )
    yield from (("an account number (IBAN)", m) for m in _ACCOUNT.finditer(text) if _sums_up(m.group()))


def _sums_up(number: str) -> bool:
    """The check digits of ISO 13616: letters count from 10 on, the remainder by 97 is one."""
    plain = number.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1
