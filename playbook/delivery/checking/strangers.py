"""Strangers: another client's name, id, address or telltale words in what this client gets."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from playbook.delivery.checking.own import house_words, own_text, own_words, stamp, yaml_texts
from playbook.delivery.checking.seen import Problem, Seen, folded
from playbook.engagement import Engagement, client_names, open_engagement
from playbook.errors import PlaybookError

__all__ = ["strangers", "telltales"]

_IDEOGRAPH = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_DOTS = {0x307: None, 0x131: "i"}
_HIDDEN = "\x00"  # where an own word stood


def strangers(engagement: Engagement, texts: Iterable[Seen]) -> list[Problem]:
    """One problem for each word of another client and each place where it stands."""
    others = telltales(engagement.root, engagement.client)
    patterns = [
        (client, word, _longest(word), _pattern(word))
        for client, words in others.items()
        for word in words
        if not _shared(word, engagement)
    ]
    mine = [_pattern(word) for word in own_words(engagement)]
    found = []
    for seen in texts:
        text = seen.text
        for own in mine:
            text = own.sub(lambda m: _HIDDEN * len(m.group()), text)
        small = _small(text)
        for client, word, longest, pattern in patterns:
            hit = longest in small and pattern.search(text)  # a plain look first: two hundred clients have many words
            if hit and not pattern.search(own_text(engagement)):
                found.append(Problem(seen.where, f"names {word!r}, which belongs to {client}: “{seen.around(*hit.span())}”"))
    return found


def telltales(root: Path, client: str) -> dict[str, tuple[str, ...]]:
    """Words that give each other client of the house away: its id, name, recipients, and what it is ``known_by``."""
    others = (other for other in client_names(root) if other != client)
    return {other: _words(root, other, stamp(root / "data" / other / "client.yml")) for other in others}


@lru_cache(maxsize=4096)  # each client is a stranger to each other one
def _words(root: Path, other: str, _: tuple[int, int]) -> tuple[str, ...]:
    try:
        theirs = open_engagement(other, root=root)
        words = [other, theirs.name, *theirs.recipients, *theirs.known_by]
    except PlaybookError:  # a client file with errors hides no client: what can be read of it counts
        texts = yaml_texts(root / "data" / other / "client.yml")
        words = [other, *(b for a, b in zip(texts, texts[1:], strict=False) if a == "name")]
    return tuple(dict.fromkeys(filter(str.strip, map(folded, words))))


def _shared(word: str, engagement: Engagement) -> bool:
    """Whether a word tells nothing: it is one of this client's own, or a plain word of the house's prose."""
    return word in own_words(engagement) or (word.isalpha() and word.lower() in house_words(engagement.root / "notebooks"))


@lru_cache(maxsize=4096)
def _longest(word: str) -> str:
    """The longest part of a telltale word, in small letters."""
    return max(_small(word).split(), key=len)


def _small(text: str) -> str:
    """Small letters, so that what a pattern takes for the same letter is the same: the Turkish dotted and dotless i, too."""
    return text.casefold().translate(_DOTS)


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern:
    """Whole words, whatever their letters' size; a single plain word as it is written. Chinese has no blanks between words."""
    text = r"\s+".join(map(re.escape, word.split()))
    if not _IDEOGRAPH.search(word):
        text = rf"(?<!\w){text}(?!\w)"
    return re.compile(text, 0 if word.isalpha() and not _IDEOGRAPH.search(word) else re.IGNORECASE)
