"""Rules that say which texts are copies and which questions repeat a test question: ours, and those of others.

Of others: datasketch's MinHashLSH, where it is installed, over our phrases at our threshold and as its documentation
shows it (sets of words, 0.5); equality of the words; for test questions one common run of 13 words (GPT-3) or of 50
characters (GPT-4, letters and digits alone).
"""

import importlib.util
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

from verifiers.contamination import ContaminationOptions, PublicQuestion, repetitions
from warehouse.duplicates import DuplicateOptions, Signed, find_copies
from warehouse.minhash import PHRASE, WORD, matrix_of, signature

Texts = Mapping[str, str]
"""Id → text."""
Pairs = set[tuple[str, str]]
"""Copies: ids, the smaller first. Repetitions: id of the question, id of the test question."""
OURS = "ours"
LONG, CHARACTERS, HALF = 13, 50, 0.5


def words(text: str) -> tuple[str, ...]:
    """Return the words as our rules see them."""
    return tuple(word.casefold() for word in WORD.findall(text))


def runs(text: str, size: int) -> set[str]:
    """Return each `size` words in a row; all of them if they are fewer."""
    own = words(text)
    return {" ".join(own[i : i + size]) for i in range(max(len(own) - size, 0) + 1)}


def characters(text: str) -> set[str]:
    """Return each 50 characters in a row, of letters and digits alone; all of them if they are fewer."""
    own = "".join(words(text))
    return {own[i : i + CHARACTERS] for i in range(max(len(own) - CHARACTERS, 0) + 1)}


def copies(texts: Texts) -> Pairs:
    """Return the copies that a run would find; what is a copy of one kept document is one group."""
    ids = list(texts)
    matrix = matrix_of([signature(texts[identity]) for identity in ids])
    groups: dict[str, set[str]] = defaultdict(set)
    signed = [Signed(identity, "", "") for identity in ids]
    for copy in find_copies(signed, matrix, DuplicateOptions()):
        groups[copy.of] |= {copy.of, copy.document_id}
    return _within(groups.values())


def equal(texts: Texts) -> Pairs:
    """Return the pairs with the same words in the same order."""
    groups: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for identity, text in texts.items():
        groups[words(text)].add(identity)
    return _within(groups.values())


def _within(groups: Iterable[set[str]]) -> Pairs:
    return {(a, b) for group in groups for a, b in combinations(sorted(group), 2)}


def sketched(size: int, threshold: float) -> Callable[[Texts], Pairs]:
    """Return datasketch's rule over runs of `size` words, with the bands that it chooses."""

    def found(texts: Texts) -> Pairs:
        index, out = _index(threshold), set()
        for identity, text in texts.items():
            sketch = _sketch(runs(text, size))
            out |= {tuple(sorted((other, identity))) for other in index.query(sketch)}
            index.insert(identity, sketch)
        return out

    return found


def repeated(questions: Texts, tests: Texts) -> Pairs:
    """Return every repetition by the rule of a run."""
    asked = (PublicQuestion(identity, text) for identity, text in tests.items())
    return {(q, found.file) for q, found in repetitions(questions, asked, ContaminationOptions())}


def sharing(grams: Callable[[str], set[str]]) -> Callable[[Texts, Texts], Pairs]:
    """Return the rule that one common gram is a repetition."""

    def found(questions: Texts, tests: Texts) -> Pairs:
        holding: dict[str, set[str]] = defaultdict(set)
        for identity, text in questions.items():
            for gram in grams(text):
                holding[gram].add(identity)
        return {
            (identity, test)
            for test, text in tests.items()
            for gram in grams(text)
            for identity in holding.get(gram, ())
        }

    return found


def sketched_tests(questions: Texts, tests: Texts) -> Pairs:
    """Return datasketch's rule, as its documentation shows it, between questions and test questions."""
    index = _index(HALF)
    for identity, text in tests.items():
        index.insert(identity, _sketch(runs(text, 1)))
    return {
        (identity, test)
        for identity, text in questions.items()
        for test in index.query(_sketch(runs(text, 1)))
    }


def _index(threshold: float):
    from datasketch import MinHashLSH  # pyright: ignore[reportMissingImports]

    return MinHashLSH(threshold=threshold, num_perm=128)


def _sketch(grams: Iterable[str]):
    from datasketch import MinHash  # pyright: ignore[reportMissingImports]

    sketch = MinHash(num_perm=128)
    sketch.update_batch([gram.encode("utf-8", "surrogatepass") for gram in grams])
    return sketch


DUPLICATES: dict[str, Callable[[Texts], Pairs]] = {OURS: copies, "equal words": equal}
REPETITIONS: dict[str, Callable[[Texts, Texts], Pairs]] = {
    OURS: repeated,
    f"a run of {LONG} words": sharing(lambda text: runs(text, LONG)),
    f"a run of {CHARACTERS} characters": sharing(characters),
}
if importlib.util.find_spec("datasketch") is not None:
    DUPLICATES["MinHashLSH, phrases, 0.85"] = sketched(PHRASE, DuplicateOptions().similarity)
    DUPLICATES["MinHashLSH, words, 0.5"] = sketched(1, HALF)
    REPETITIONS["MinHashLSH, words, 0.5"] = sketched_tests
