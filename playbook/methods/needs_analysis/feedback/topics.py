"""Topics: what customers write about, found in the words alone.

    texts -> words of each language -> weights -> 100 dimensions -> groups -> labels and a quote

Weights are TF-IDF over words and pairs of words, the dimensions latent semantic ones (Deerwester et al. 1990), the groups
those of k-means on unit vectors; labels are the words that set a group apart (class TF-IDF, Grootendorst 2022).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import pairwise_distances, silhouette_score
from sklearn.preprocessing import normalize

from playbook.locale import mark
from playbook.methods.needs_analysis.feedback.topic_words import (
    CROWD,
    anonymous,
    cleaned,
    languages_of,
    surfaces,
    telling,
    terms_of,
    uses,
    words_of,
)

__all__ = ["WORDLESS", "Topics", "describe_groups", "find_topics"]

SEED = 7
FEWEST_TEXTS = 20  # of one language: fewer are read, not grouped
MOST_TOPICS, FEWEST_TOPICS, TEXTS_PER_TOPIC = 15, 3, 8
DIMENSIONS = 100
FIT, CHOOSE, COMPARE = 20_000, 4_000, 2_000  # texts drawn to fit, to choose the number of topics, and for the silhouette
STARTS = 4
MOST_NAMES = 1_000
COMMON = 0.15  # of texts in a language without a list of empty words: words in more of them say nothing
LABEL_WORDS, TOLD_WORDS = 3, 8
WORDLESS = mark("other words")  # the label of a topic whose texts share no telling word
NEAREST = 15  # texts at the centre among which a quote is looked for


@dataclass(frozen=True)
class Topics:
    """``labels``: for each text the id of its topic, -1 where there was too little to go by.

    ``topics``: one row a topic, the largest first [topic, language, texts, label, words, example]; ``words`` is a tuple, the most
    characteristic first; ``example`` may be ''. ``sampled`` is the number of texts that groups were learned from.
    """

    labels: np.ndarray
    topics: pd.DataFrame = field(repr=False)
    sampled: int = 0


def find_topics(
    texts: Sequence[str], k: int | None = None, languages: Sequence[str] | None = None, names: Sequence[str] = ()
) -> Topics:
    """Group texts by what they are about, each language for itself.

    With ``k`` None the number of topics of each language is the one with the best mean silhouette (Rousseeuw 1987) between 3 and
    15, and at most one topic per 8 texts; a given ``k`` is divided among languages by their texts. ``languages`` are codes
    ('en', 'zh', 'de' ...); None has them read from the script. A language with fewer than 20 texts stays ungrouped, unless k is
    given. ``names`` are the client's products: they may be quoted, but do not make a topic. Above 20,000 texts groups are learned
    from a sample and the rest are assigned. Raises ValueError for k below 1.
    """
    if k is not None and k < 1:
        raise ValueError("k must be at least 1")
    labels, rows, sampled = np.full(len(texts), -1), [], 0
    for language, where, clean in _by_language(texts, languages):
        if k is None and len(where) < FEWEST_TEXTS:
            continue
        wanted = None if k is None else max(1, round(k * len(where) / len(texts)))
        terms, points, learn = _placed(clean, language, names)
        if not len(learn):
            continue
        found = _groups(points, learn, wanted)
        numbers = np.unique(found[found >= 0])
        labels[where] = np.where(found >= 0, np.searchsorted(numbers, found) + len(rows), -1)
        told = _told(found, numbers, clean, terms, points, language)
        rows += [(language, row[0], ("、" if language == "zh" else ", ").join(row[1][:LABEL_WORDS]), *row[1:]) for row in told]
        sampled += min(len(where), FIT)
    table = pd.DataFrame(rows, columns=["language", "texts", "label", "words", "example"])
    order = table.sort_values("texts", ascending=False, kind="stable").index.to_numpy(dtype=int)
    place = np.append(np.argsort(order), -1)  # of each old number; the last is for texts without a topic
    table = table.loc[order].reset_index(drop=True).assign(label=lambda t: t["label"].replace("", WORDLESS))
    return Topics(place[labels], table.assign(topic=np.arange(len(table)))[["topic", *table.columns]], sampled)


def describe_groups(
    texts: Sequence[str], groups: Sequence[str], languages: Sequence[str] | None = None, names: Sequence[str] = ()
) -> pd.DataFrame:
    """Words and a quote for groups that someone else formed: [group, language, texts, words, example], one row a group.

    Described in the language that most of a group's texts are in; ``texts`` counts all of them. Empty groups (None) are left out.
    """
    groups = pd.Series(list(groups), dtype=object)
    rows = []
    for language, where, clean in _by_language(texts, languages):
        terms, points, _ = _placed(clean, language, names)
        known = groups.iloc[where].dropna()
        numbers = sorted(known.unique())
        codes = groups.iloc[where].map({g: n for n, g in enumerate(numbers)}).fillna(-1).to_numpy(dtype=int)
        told = _told(codes, np.arange(len(numbers)), clean, terms, points, language)
        rows += [(group, language, *row) for group, row in zip(numbers, told, strict=True)]
    table = pd.DataFrame(rows, columns=["group", "language", "texts", "words", "example"])
    main = table.sort_values(["texts", "language"], ascending=[False, True]).drop_duplicates("group")
    total = table.groupby("group")["texts"].sum()
    return main.assign(texts=main["group"].map(total)).sort_values(["texts", "group"], ascending=[False, True], ignore_index=True)


def _by_language(texts: Sequence[str], languages: Sequence[str] | None) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Language, positions of its texts, and those texts cleaned."""
    given = pd.Series(list(texts), dtype=object)
    given = given.where(given.notna(), "").astype(str)
    spoken = languages_of(given, None if languages is None else pd.Series(list(languages), dtype=object)).to_numpy()
    clean = given.map(cleaned).to_numpy(dtype=object)
    for language in sorted(set(spoken)):
        where = np.flatnonzero(spoken == language)
        yield language, where, clean[where]


def _placed(texts: np.ndarray, language: str, names: Sequence[str]) -> tuple[list[list[str]], np.ndarray, np.ndarray]:
    """Terms of each text, its place as a unit vector (or zero: nothing to go by), and the positions to learn groups from."""
    product = _any_of(names)
    terms = [terms_of(words_of(product.sub(" ", text) if product else text, language)) for text in texts]
    fit = np.sort(np.random.default_rng(SEED).permutation(len(texts))[:FIT])
    common = COMMON if language not in {"en", "zh"} and len(fit) >= 50 else 1.0
    model = TfidfVectorizer(analyzer=_as_is, min_df=3 if len(fit) >= 500 else 2, max_df=common, sublinear_tf=True)
    try:
        weights = model.fit([terms[i] for i in fit]).transform(terms)
    except ValueError:  # no term is frequent enough
        return terms, np.zeros((len(texts), 1)), np.empty(0, dtype=int)
    dimensions = min(DIMENSIONS, weights.shape[1] - 1, len(fit) - 1)
    if dimensions < 2:
        points = normalize(weights.toarray())
    else:
        with np.errstate(divide="ignore", invalid="ignore"):  # texts that are all the same have no variance to explain
            model = TruncatedSVD(dimensions, random_state=SEED).fit(weights[fit])
        points = normalize(model.transform(weights))
    return terms, points, fit[_placeable(points[fit])]


def _as_is(terms: list[str]) -> list[str]:
    return terms


def _any_of(names: Sequence[str]) -> re.Pattern | None:
    known = sorted({n.strip() for n in names if isinstance(n, str) and len(n.strip()) > 1}, key=lambda n: (-len(n), n))[
        :MOST_NAMES
    ]
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, known))})(?![A-Za-z0-9])", re.IGNORECASE) if known else None


def _placeable(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points, axis=1) > 0.5


def _groups(points: np.ndarray, learn: np.ndarray, k: int | None) -> np.ndarray:
    """Group of each point, -1 where there is nothing to go by."""
    most = len(np.unique(points[learn].round(6), axis=0))
    k = min(k or _number(points[learn], most), most)
    model = KMeans(k, n_init=STARTS, random_state=SEED).fit(points[learn])
    return np.where(_placeable(points), model.predict(points), -1)


def _number(points: np.ndarray, most: int) -> int:
    """The number of topics whose texts lie closest together and furthest from others."""
    drawn = points[np.random.default_rng(SEED).permutation(len(points))[:CHOOSE]]
    highest = min(MOST_TOPICS, len(points) // TEXTS_PER_TOPIC, most - 1, len(np.unique(drawn.round(6), axis=0)))
    if highest <= FEWEST_TOPICS:
        return max(1, highest)
    near, scores = pairwise_distances(drawn[:COMPARE]), {}
    for k in range(FEWEST_TOPICS, highest + 1):
        labels = KMeans(k, n_init=2, random_state=SEED).fit_predict(drawn)[: len(near)]
        scores[k] = silhouette_score(near, labels, metric="precomputed") if 1 < len(set(labels)) < len(near) else -1.0
    return max(scores, key=scores.get)


def _told(groups, numbers, texts, terms, points, language: str) -> list[tuple[int, tuple[str, ...], str]]:
    """Number of texts, words and a quote of each group of ``numbers``; ``groups`` has the group of each text, -1 for none."""
    some = np.random.default_rng(SEED).permutation(len(texts))[:FIT]
    written, used = surfaces(texts[some], language), uses(texts[some], language)
    count = pd.DataFrame({"group": np.repeat(groups, [len(t) for t in terms]), "term": [t for ts in terms for t in ts]})
    count = count[count["group"] >= 0].value_counts(["group", "term"]).rename("uses").reset_index()
    everywhere = count.groupby("term")["uses"].transform("sum")
    in_group = count.groupby("group")["uses"].transform("sum")
    size = in_group.groupby(count["group"]).first().mean() if len(count) else 0.0
    count["weight"] = count["uses"] / in_group * np.log1p(size / everywhere)
    count = count[everywhere >= CROWD].sort_values(["weight", "term"], ascending=[False, True])
    best = {group: rows["term"].head(40).tolist() for group, rows in count.groupby("group", sort=False)}
    rows = []
    for number in numbers:
        members = np.flatnonzero(groups == number)
        chosen = telling(best.get(number, []), language)[:TOLD_WORDS]
        centre = points[members].mean(axis=0)
        near = members[np.argsort(-(points[members] @ centre), kind="stable")[:NEAREST]]
        gap = "" if language == "zh" else " "
        shown = tuple(gap.join(written.get(word, word) for word in term.split(" ")) for term in chosen)
        wanted = [word for term in chosen for word in term.split(" ")]
        rows.append((len(members), shown, anonymous(texts[near], used, language, wanted)))
    return rows
