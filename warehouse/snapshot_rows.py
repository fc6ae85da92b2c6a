"""The rows that trainers read: a sample, and the long context that samples refer to by id.

A context is stored once, however many samples ask about it, so a sample's prompt has the slot
`{context}` where the text belongs and `with_context` fills it. The line under each field below is
also its description in the dataset card and in `croissant.json`.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import ConfigDict

from warehouse.records import Category, Record

TaskType = Literal[
    "multiple_choice", "multi_hop", "reading_comprehension", "dialogue_memory", "corpus_numeric"
]
TASK_TYPES: tuple[TaskType, ...] = get_args(TaskType)
Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
SLOT = "{context}"
UNKNOWN = "unknown"
"""The licence of a document that states none and around which none is stated."""


class Message(Record):
    """One message of a conversational prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class RewardSpec(Record):
    """How a reply is scored against the answer."""

    kind: str
    """Comparison: the answer's kind, or `choice`."""
    unit: str
    """Unit that the answer is in, empty for none."""
    tolerance: str
    """Largest absolute difference that still counts, a decimal in `unit`."""


class EvidenceSpan(Record):
    """One passage that the answer rests on, where it stands in the context."""

    document_id: str
    section_id: str
    source: str
    """Path of the document in the corpus."""
    title: str
    quote: str
    """The context's text from `start` to `end`."""
    start: int
    """First character in the context's text."""
    end: int
    """One past the last character."""
    position: float
    """Centre of the passage as a share of the context's characters, 0 to 1."""


class Difficulty(Record):
    """How often a model answered rightly."""

    pass_rate: float | None
    """Share of `k` attempts that were right; null where none was made."""
    k: int | None


class CheckResult(Record):
    """What one check found."""

    check: str
    status: Literal["passed", "failed", "unknown"]
    reason: str


class SampleRow(Record):
    """One question about one long context, with its proof."""

    model_config = ConfigDict(use_attribute_docstrings=True, allow_inf_nan=False)

    id: str
    """Content id of the sample."""
    task_type: TaskType
    """Kind of task, which the sampler balances."""
    category: Category
    """Category of the source documents."""
    strategy: str
    """Form of the question within its task: `chain`, `comparison`, `listing` and others."""
    split: Split
    """Split of every document of the context."""
    prompt: tuple[Message, ...]
    """Conversational prompt without a reply; the first `{context}` in it is the context's slot."""
    question: str
    """The question alone."""
    answer: str
    """The answer as text."""
    answer_aliases: tuple[str, ...]
    """Other texts that are the same answer."""
    answer_kind: Literal["text", "number", "items", "ordered_items"]
    """What the answer is."""
    answer_items: tuple[str, ...]
    """The items of a list answer, in order where order counts."""
    reward_spec: RewardSpec
    """How a reply is scored."""
    context_id: str
    """Id of the context in `contexts`."""
    context_tokens: int
    """Length of the context in tokens of the Qwen vocabulary."""
    bucket: int
    """Length that the context was assembled for, in tokens."""
    evidence: tuple[EvidenceSpan, ...]
    """The passages that the answer rests on."""
    program: str
    """The question as a query, JSON; empty where the task has none."""
    hops: int
    """Facts that the answer rests on."""
    documents: int
    """Documents that these facts stand in."""
    difficulty: Difficulty
    """How often a model answered rightly."""
    verdicts: tuple[CheckResult, ...]
    """What each check found."""
    core_question: str
    """The question without instructions on format, for the memory agent's reading turns."""
    format_instructions: str
    """How to write the answer, for the memory agent's last turn."""
    series: tuple[str, ...]
    """Series of the context's documents; no series is in two splits."""
    licences: tuple[str, ...] = ()
    """Licences of the context's documents, sorted; `unknown` for those that state none."""


class ContextSection(Record):
    """Where one section stands in a context's text."""

    section_id: str
    document_id: str
    start: int
    """First character in the context's text."""
    end: int
    """One past the last character."""
    evidence: bool
    """Whether an answer rests on it."""
    licence: str = ""
    """Licence of the document, an SPDX expression where it is one; `unknown` where none is stated."""


class ContextRow(Record):
    """One long context."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """Content id of the context."""
    split: Split
    """Split of every document in it."""
    category: Category
    """Category of its documents."""
    tokens: int
    """Length in tokens of the Qwen vocabulary."""
    bucket: int
    """Length that it was assembled for, in tokens."""
    text: str
    """The text to put in the prompt's slot."""
    sections: tuple[ContextSection, ...]
    """Its sections in order; no section is in two places."""


def with_context(row: SampleRow, contexts: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the sample's prompt with its context in place, as chat templates and TRL take it.

    Args:
        row: the sample.
        contexts: context id → text.

    Raises:
        KeyError: the context is not among `contexts`.
    """
    text = contexts[row.context_id]
    return [
        {"role": message.role, "content": message.content.replace(SLOT, text, 1)}
        for message in row.prompt
    ]


def evidence_position(start: int, end: int, length: int) -> float:
    """Return the centre of a passage as a share of its context's `length`, all in characters."""
    return (start + end) / 2 / length
