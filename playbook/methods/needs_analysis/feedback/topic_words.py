"""Topic words: what customers wrote, cleaned of courtesy and of all that could name a person, and cut into words.

A quote shows only words that at least ``CROWD`` messages use: what one person alone could have written never leaves here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

import pandas as pd
import rjieba
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from playbook.locale.data import data_file

__all__ = ["CROWD", "HIDDEN", "anonymous", "cleaned", "languages_of", "surfaces", "telling", "terms_of", "uses", "words_of"]

CROWD = 3  # messages that have to use a word before a reader sees it
HIDDEN = "…"
LONGEST = 2_000  # characters of a message that are read
QUOTE = 110  # characters of a quote
CHINESE_SHARE = 0.3  # of the letters
FEWEST_DIGITS = 4  # from here on a number may be an order, an account or a telephone
_LISTS = data_file(__package__, "stop_words.yml")
PERSON = "nr"  # the segmenter's tag for a person's name

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ADDRESS = re.compile(r"[\w.+%-]{0,64}@[^\s,;，。；]+|(?:https?://|www\.)[^\s,;，。；]+", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_.+#/:&=%~-]+")
_FIGURES = re.compile(rf"[A-Za-z#/_-]{{0,6}}\+?\(?\d(?:[\s().\-/]{{0,3}}\d){{{FEWEST_DIGITS - 1},}}[A-Za-z0-9]{{0,10}}")
_NAMED = re.compile(
    r"\b((?:my|the|our) name is|name:|i am|i'm|i’m|this is|it's|mr|mrs|ms|miss|dr|herr|frau|madame|monsieur|señora?)\b\.?\s+"
    r"((?-i:[^\W\d_a-z][\w'’-]+)(?:\s+(?-i:[^\W\d_a-z][\w'’-]+)){0,2})",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\s*(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|guten tag|bonjour|hola)\b(?:[ ]+[^\s,!:]+){0,3}\s*"
    r"[,!:\n]|(?:[^\s，,。！!？?]{0,4}(?:您好|你好)|请问)[，,！!。]?)\s*",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"\b(?:(?:best|kind|warm|many) (?:regards|wishes|greetings)|regards|sincerely|yours (?:truly|faithfully)|"
    r"mit freundlichen|viele grüße|cordialement|saludos)\b.*$|(?:此致|祝好).*$",
    re.IGNORECASE | re.DOTALL,
)
_THANKED = re.compile(
    r"(?<=[\s,.!?。，！？])(?:many thanks|thanks|thank you|thx|cheers|谢谢|多谢|麻烦了|请尽快回复)[^?？]{0,40}$",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]?")
_STEM_KEEPS = ("us", "ss", "is")


def languages_of(texts: pd.Series, stated: pd.Series | None = None) -> pd.Series:
    """Language of each text: 'zh' where Chinese characters are a good part of its letters, else as stated, or 'en'."""
    chinese = texts.map(lambda text: len(_CHINESE.findall(text)) / max(1, len(_LETTER.findall(text)))) >= CHINESE_SHARE
    if stated is None:
        return chinese.map({True: "zh", False: "en"})
    named = stated.astype("string").str.strip().str.lower().str[:2].fillna("en")
    return named.mask(named.isin(["zh", "cn", "ch", "中文"]), "en").mask(chinese.astype(bool), "zh").astype(object)


def cleaned(text: str) -> str:
    """The message without greeting, thanks and signature; addresses, long numbers and stated names are hidden."""
    text = _GREETING.sub("", text[:LONGEST])
    text = _NAMED.sub(rf"\1 {HIDDEN}", text)
    text = _THANKED.sub("", _SIGNED.sub("", text))
    text = _FIGURES.sub(HIDDEN, _ADDRESS.sub(HIDDEN, text))
    return _TOKEN.sub(lambda found: HIDDEN if sum(map(str.isdigit, found[0])) >= FEWEST_DIGITS else found[0], text).strip()


def words_of(text: str, language: str) -> list[str]:
    """The words of a cleaned message that say something, in a form in which singular and plural are one.

    Chinese is cut by rjieba (the dictionary and hidden Markov model of jieba); English plurals lose their s (Harman 1991).
    """
    if language == "zh":
        return [w for w in map(str.lower, rjieba.cut(text)) if _LETTER.match(w) and w not in _stop_words("zh")]
    stop = _stop_words("en") if language == "en" else frozenset()
    plain = (w.lower().replace("’", "").replace("'", "") for w in _WORD.findall(text))
    return [_singular(w) if language == "en" else w for w in plain if w not in stop and len(w) > 1]


def terms_of(words: Sequence[str]) -> list[str]:
    """The words, and each two in a row."""
    return [*words, *(f"{a} {b}" for a, b in zip(words, words[1:], strict=False))]


def surfaces(texts: Iterable[str], language: str) -> dict[str, str]:
    """How customers write each word most often: a reader sees 'Bluetooth' and 'batteries', not 'bluetooth' and 'battery'."""
    written = Counter(piece for text in texts for piece in (rjieba.cut(text) if language == "zh" else _WORD.findall(text)))
    forms: dict[str, Counter] = {}
    for piece, times in written.items():
        for word in words_of(piece, language):
            forms.setdefault(word, Counter())[piece] += times
    return {word: min(seen, key=lambda form: (-seen[form], form.lower() != form, form)) for word, seen in forms.items()}


def telling(terms: Sequence[str], language: str) -> list[str]:
    """Those of the terms, best first, that a label can be made of: none repeats a word of one before it.

    A bare 'not' tells too little, and so does a single Chinese character or, in a Chinese text, a word in Latin letters.
    """
    kept: list[str] = []
    for term in terms:
        words = set(term.split(" "))
        dull = words <= _stop_words("dull") or (language == "zh" and (len(term) < 2 or not _CHINESE.search(term)))
        if not dull and not any(words & set(other.split(" ")) for other in kept):
            kept.append(term)
    return kept


def uses(texts: Iterable[str], language: str) -> Counter:
    """How many of the cleaned messages use each word, whatever its case."""
    return Counter(token for text in texts for token in {piece.lower() for piece in _cut(text, language)})


def anonymous(texts: Sequence[str], used: Counter, language: str, wanted: Iterable[str]) -> str:
    """The sentence of the cleaned ``texts`` that tells most and hides least, or '' when too little of it may be shown.

    ``used`` says how many of all messages use a word (see ``uses``): what fewer than three use is hidden. ``wanted`` are the
    subject's words: a sentence with many of them is preferred, and among equals the one of the earlier text.
    """
    best, most, wanted = "", 0.0, set(wanted)
    for sentence in (s.strip() for text in texts for s in _SENTENCE.findall(text)):
        tokens, length = [], 0
        for token, shown in _shown(sentence, language, used):
            length += len(token)
            if length > QUOTE:
                tokens.append((HIDDEN, True))
                break
            tokens.append((token if shown else HIDDEN, shown))
        letters = [shown for token, shown in tokens if token == HIDDEN or _LETTER.match(token)]
        if len(letters) < 3 or sum(letters) < 2 / 3 * len(letters):
            continue
        told = len(wanted & set(words_of(sentence, language))) * sum(letters) / len(letters)
        if told > most:
            best, most = "".join(token for token, _ in tokens), told
    return re.sub(rf"{HIDDEN}(?:\s*{HIDDEN})+", HIDDEN, best).strip()


def _shown(sentence: str, language: str, used: Counter) -> Iterable[tuple[str, bool]]:
    people = {word for word, tag in rjieba.tag(sentence) if tag == PERSON} if language == "zh" else set()
    for token in _cut(sentence, language):
        yield token, token not in people and (not _LETTER.match(token) or used[token.lower()] >= CROWD)


def _cut(text: str, language: str) -> list[str]:
    """The text in pieces, words and what stands between them; together they are the text."""
    return rjieba.cut(text) if language == "zh" else re.findall(rf"{_WORD.pattern}|\d+|\s+|.", text)


@cache
def _stop_words(language: str) -> frozenset[str]:
    lists = _LISTS[language]
    library = ENGLISH_STOP_WORDS if language == "en" else frozenset()
    return (library - set(lists.get("kept", ()))) | {str(word) for word in lists["more"]}


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies") and not word.endswith(("eies", "aies")):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(_STEM_KEEPS):
        return word[:-1]
    return word
