"""A section is read by the model: one question, gleaning rounds, and every statement checked (§3.2; method 2.1)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from extractors.model_facts.accept import Refused, accepted
from extractors.model_facts.agreement import EXTRACTOR
from extractors.model_facts.options import ModelFactOptions
from extractors.model_facts.replies import SaidFact, SaidFacts
from serving.calls import Message, Reply
from serving.client import Ask, ModelClient
from serving.outcomes import Expected
from serving.prompts import load_prompt, marked
from warehouse.records import Document, Fact, Section

PACKAGE = "extractors.model_facts"
EXPECTED = Expected(SaidFacts)


@dataclass
class SectionRead:
    """What a section gave."""

    section: Section
    facts: list[Fact] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    failed: Reply | None = None
    """The reply that could not be used, where the first one could not; facts of earlier rounds are kept."""


def extractor_of(model: str) -> str:
    """Return what facts that a model read are said to be read by."""
    return f"{EXTRACTOR}+{model}"


def first_ask(
    client: ModelClient, document: Document, section: Section, options: ModelFactOptions, seed: int
) -> Ask:
    """Return the question for a section's facts."""
    prompt = load_prompt(PACKAGE, "facts", client.models.role("extractor").prompt)
    title = " / ".join((document.title, *section.headings))
    text = document.text[section.start : section.end]
    filled = prompt.filled(most=str(options.facts), section=marked([(title, text)]))
    return client.asking("extractor", filled, expected=EXPECTED, seed=seed)


async def read_section(
    client: ModelClient, document: Document, section: Section, options: ModelFactOptions, seed: int
) -> SectionRead:
    """Return the facts that the model read from a section, and what of its statements was refused.

    Raises:
        ModelConfigError: the role `extractor` is not given.
        LedgerError: the ledger cannot be written.
    """
    out = SectionRead(section)
    ask = first_ask(client, document, section, options, seed)
    heard: set[SaidFact] = set()
    for number in range(options.rounds + 1):
        reply = await client.ask(ask)
        if not reply.answered:
            out.failed = reply if number == 0 or reply.stops else None
            return out
        new = [said for said in reply.value(SaidFacts).facts if said not in heard]
        _take(out, new, document, options, client.models.server("extractor").model)
        heard.update(new)
        if not new or number == options.rounds:
            return out
        ask = _again(ask, reply)
    return out


def _again(ask: Ask, reply: Reply) -> Ask:
    """Return the question for what the model missed, after its reply."""
    prompt = load_prompt(PACKAGE, "glean")
    said = Message(role="assistant", parts=(reply.text,))
    messages = (*ask.call.messages, said, *prompt.filled().messages)
    return Ask(ask.role, ask.call.model_copy(update={"messages": messages}), EXPECTED, prompt.name)


def _take(
    out: SectionRead, said: Iterable[SaidFact], document: Document, options: ModelFactOptions, model: str
) -> None:  # fmt: skip
    """Check what was said, and keep each fact once."""
    known = {fact.id for fact in out.facts}
    for number, one in enumerate(said):
        if number == options.facts:
            out.refused.append(Refused("too many in one reply", f"more than {options.facts}"))
            return
        found = accepted(
            one, document, out.section, extractor=extractor_of(model), confidence=options.confidence
        )
        if isinstance(found, Refused):
            out.refused.append(found)
        elif found.id not in known:
            known.add(found.id)
            out.facts.append(found)
