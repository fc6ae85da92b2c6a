"""A model's opinion of a document, the last filter: points by a small rubric on a sample of its text (§3.1).

The sample is the same for the same document. Points that cannot be read are no opinion, and never points of zero.
"""

from typing import Literal

from extractors.judging.options import DocumentJudgeOptions
from serving.calls import Reply
from serving.client import Ask, ModelClient
from serving.outcomes import Expected
from serving.prompts import load_prompt, marked
from warehouse.identity import draw
from warehouse.records import Document, Record

PACKAGE = "extractors.judging"
ROLE = "judge"
CRITERIA = ("readable", "informative", "original", "coherent")
MOST = 3
GAP = "\n[...]\n"


class SaidQuality(Record):
    """The reply."""

    readable: int
    informative: int
    original: int
    coherent: int
    because: str = ""


class JudgedDocument(Record):
    """What a model thinks of a document."""

    id: str
    """Id of the document."""
    verdict: Literal["keep", "drop", "unknown"]
    readable: int
    """Points of each, 0 to 3; -1 where the reply could not be read."""
    informative: int
    original: int
    coherent: int
    because: str
    """In the model's words, or why there is no opinion."""


def sample_of(document: Document, options: DocumentJudgeOptions, seed: int) -> str:
    """Return the beginning of a document and stretches drawn by its hash, each from the start of a line."""
    text = document.text
    if len(text) <= options.characters:
        return text
    size = options.characters // options.stretches
    drawn = draw(seed, document.id).integers(size, len(text) - size + 1, options.stretches - 1)
    starts = [0, *sorted(int(start) for start in drawn)]
    parts: list[str] = []
    last = 0
    for start in starts:
        line = text.find("\n", start, start + size // 2) + 1 if start else 0
        begin = max(line or start, last)
        last = min(begin + size, len(text))
        if begin < last:
            parts.append(text[begin:last])
    return GAP.join(parts)


def quality_ask(
    client: ModelClient, document: Document, options: DocumentJudgeOptions, seed: int
) -> Ask:
    """Return the question about a document."""
    prompt = load_prompt(PACKAGE, "quality", client.models.role(ROLE).prompt)
    shown = marked([(document.title, sample_of(document, options, seed))])
    filled = prompt.filled(kind=f"{document.category}, {document.format}", document=shown)
    return client.asking(ROLE, filled, expected=Expected(SaidQuality), seed=seed)


def judged(document: Document, reply: Reply, least: int) -> JudgedDocument:
    """Return the opinion that a reply states: `drop` under `least` of 12 points, or where a point is missing none."""
    if not reply.answered:
        return _opinion(document, "unknown", {}, f"the reply is {reply.status}: {reply.detail}")
    said = reply.value(SaidQuality)
    points = {name: getattr(said, name) for name in CRITERIA}
    if not all(0 <= point <= MOST for point in points.values()):
        return _opinion(document, "unknown", {}, f"points outside 0 to {MOST}: {said.because}")
    verdict = "drop" if sum(points.values()) < least else "keep"
    return _opinion(document, verdict, points, said.because)


def _opinion(
    document: Document, verdict: str, points: dict[str, int], because: str
) -> JudgedDocument:
    given = {name: points.get(name, -1) for name in CRITERIA}
    return JudgedDocument.model_validate(
        {"id": document.id, "verdict": verdict, "because": because[:300], **given}
    )  # fmt: skip
