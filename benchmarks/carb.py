"""CaRB's own score for open extraction, re-implemented from its definition (binary lenient tuple match).

A tuple is a relation and its arguments, the arguments behind the first taken as one. A prediction is compared with a
gold tuple part by part, as bags of words: precision is the share of its words that the gold part has, recall the share
of the gold words that it has. Without a common word of the relations there is no match. Recall is the mean over gold
tuples of the best recall that any prediction gives; precision matches predictions and gold tuples one to one, greedily
by precision, and divides by all predictions.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAID = ("said", "told", "added", "adds", "says")
"""Relations of speech may name speaker and words in either order."""
BE = ("be", "is", "am", "are", "was", "were", "been", "being")
WRAPPED = re.compile(r"(?:\w*Argument|Relation)\((.*?),List\(")
_WORD = re.compile(r"n't|['’](?:s|re|ve|ll|d|m)\b|[\w.]*\w\.(?=\w)[\w.]*|\w+(?:[-&.,]\w+)*|[^\w\s]")


@dataclass(frozen=True)
class Tuple:
    """A relation with its arguments as words, and how sure a system is of it."""

    relation: tuple[str, ...]
    arguments: tuple[tuple[str, ...], ...]
    confidence: float = 1.0

    def parts(self, *, turned: bool = False) -> list[tuple[str, ...]]:
        """Return relation, first argument and the rest; the last two exchanged if `turned`."""
        first, *rest = self.arguments
        ends = [first, tuple(word for part in rest for word in part)] if rest else [first]
        return [self.relation, *(reversed(ends) if turned else ends)]


@dataclass(frozen=True)
class Score:
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def words(text: str) -> tuple[str, ...]:
    """Return the words of running text as the set writes them: marks and endings apart."""
    return tuple(_WORD.findall(text))


def match(gold: Tuple, told: Tuple) -> Score:
    """Return the precision and recall of one prediction against one gold tuple."""
    straight = _match(gold.parts(), told.parts())
    if not any(verb in " ".join(gold.relation) for verb in SAID) or len(told.arguments) < 2:
        return straight
    turned = _match(gold.parts(), told.parts(turned=True))
    return max(straight, turned, key=lambda s: (s.precision, s.recall))


def _match(gold: Sequence[tuple[str, ...]], told: Sequence[tuple[str, ...]]) -> Score:
    if len(told) < len(gold):
        return Score(0.0, 0.0)
    relation = _as_in(gold[0], told[0])
    if not set(gold[0]) & set(relation):
        return Score(0.0, 0.0)
    told = [relation, *told[1:]]
    shared = sum((Counter(g) & Counter(t)).total() for g, t in zip(gold, told, strict=False))
    said = sum(len(t) for _, t in zip(gold, told, strict=False))
    return Score(shared / said if said else 0.0, shared / max(sum(map(len, gold)), 1))


def _as_in(gold: tuple[str, ...], told: tuple[str, ...]) -> tuple[str, ...]:
    """Return a relation with its bare `be` in the form that the gold one has."""
    form = next((word for word in BE if word in gold), "be")
    at = told.index("be") if "be" in told else len(told)
    return (*told[:at], form, *told[at + 1 :]) if at < len(told) else told


def score(gold: Mapping[str, Sequence[Tuple]], told: Mapping[str, Sequence[Tuple]]) -> Score:
    """Return a system's score over all sentences of the gold set."""
    right = best = 0.0
    predictions = labelled = 0
    for sentence, tuples in gold.items():
        own = told.get(sentence, ())
        found = [[match(g, t) for t in own] for g in tuples]
        best += sum(max((s.recall for s in row), default=0.0) for row in found)
        right += _greedy([[s.precision for s in row] for row in found])
        predictions += len(own)
        labelled += len(tuples)
    return Score(right / predictions if predictions else 0.0, best / labelled if labelled else 0.0)


def _greedy(precisions: list[list[float]]) -> float:
    """Return the sum of precisions of a one-to-one matching, the best pair first."""
    pairs = sorted(((-p, i, j) for i, row in enumerate(precisions) for j, p in enumerate(row)))
    rows, columns, summed = set[int](), set[int](), 0.0
    for negative, row, column in pairs:
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            summed -= negative
    return summed


def best_score(gold: Mapping[str, Sequence[Tuple]], told: Mapping[str, Sequence[Tuple]]) -> Score:
    """Return the score at the confidence that gives the best F1."""
    levels = sorted({t.confidence for own in told.values() for t in own})
    step = max(len(levels) // 100, 1)
    scores = [
        score(gold, {s: [t for t in own if t.confidence >= level] for s, own in told.items()})
        for level in levels[::step]
    ]
    return max(scores, key=lambda s: s.f1, default=Score(0.0, 0.0))


def read_gold(path: Path) -> dict[str, list[Tuple]]:
    """Return the gold tuples by sentence, from tab-separated lines: sentence, relation, arguments."""
    out: dict[str, list[Tuple]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        sentence, relation, *arguments = (field.strip() for field in line.split("\t"))
        if arguments:
            out[sentence].append(
                Tuple(tuple(relation.split()), tuple(tuple(a.split()) for a in arguments))
            )
    return out


def read_openie(path: Path) -> dict[str, list[Tuple]]:
    """Return OpenIE-5's tuples by sentence."""
    out: dict[str, list[Tuple]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        confidence, _, first, relation, rest, sentence = line.split("\t")
        if not rest:
            continue
        parts = [tuple(WRAPPED.findall(part)[0].split()) for part in (relation, first)]
        parts += [tuple(part.split()) for part in WRAPPED.findall(rest)]
        out[sentence.strip()].append(Tuple(parts[0], tuple(parts[1:]), float(confidence)))
    return out
