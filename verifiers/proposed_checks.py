"""Checks on the form of a question that a model wrote (method 2.5, 1): it stands alone, is English, gives nothing away.

What is asked cannot be proved, having no program; what can be told from the words is told here.
"""

import re
from collections.abc import Callable, Sequence

from warehouse.names import normalise
from warehouse.programs import Answer
from warehouse.verdicts import Verdict, failed, passed

FEWEST_WORDS = 5
MOST_WORDS = 120
LONGEST_TEXT_WORDS = 30
"""Words of an answer that is a name or phrase; a longer one is compared by nobody alike."""
ENGLISH = frozenset(
    ("the of in on at by to for from and or a an is was are were did does do has have had what which who whom whose "
     "when where why how many much if that than as with would between among name give list").split()
)  # fmt: skip
FEWEST_ENGLISH = 2
"""English function words, of which every English question has some."""
LEANING = re.compile(
    r"\b(?:documents?|texts?|passages?|articles?|excerpts?|sections?|sources?|paragraphs?) "
    r"(?:#? ?\d+|above|below|given|provided|number|no\.|one|two|three|four|five|[A-F]\b)"
    r"|\b(?:above|following|provided|given|preceding|supplied|first|second|third|fourth|fifth|last|other) "
    r"(?:documents?|texts?|passages?|excerpts?|paragraphs?)\b"
    r"|\b(?:in|from|by|of|to|across|both|these|this|those|all) (?:the )?(?:two |three |four |several )?"
    r"(?:documents?|passages?|excerpts?)\b"
    r"|\baccording to (?:the |this )?(?:text|passage|context)\b|\bthe context\b|\bmentioned (?:above|earlier)\b",
    re.IGNORECASE,
)
"""Words that point at where a text stood, which a reader of another context cannot follow."""
STRAY = re.compile(
    r"[<>{}\x00-\x08\x0b-\x1f\x7f]|\[\[|\]\]|```|\bmark=|therefore, the (?:final )?answer is|\banswer_kind\b",
    re.IGNORECASE,
)
"""Marks and phrases of prompts and replies, which have no place in a question."""
ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override) (?:all |any )?(?:of )?(?:the |your |these |previous |prior |above )+"
    r"|\b(?:reply|respond|answer|output|print|say) (?:only |just |with )*(?:\"|'|\d|exactly)|\bsystem prompt\b",
    re.IGNORECASE,
)  # fmt: skip
"""Orders to a reader other than the question itself."""


def sentence(question: str, answer: Answer) -> Verdict:
    """The question is a sentence of a common length that ends as one, without the marks of prompts."""
    words = question.split()
    if not FEWEST_WORDS <= len(words) <= MOST_WORDS:
        return failed("sentence", "length of the question", f"{len(words)} words")
    if question[-1] not in ".?":
        return failed("sentence", "not a sentence", question[-40:])
    if found := STRAY.search(question):
        return failed("sentence", "marks of a prompt", found[0])
    if found := ORDERS.search(question):
        return failed("sentence", "gives orders", found[0])
    if answer.kind == "text" and len(answer.text.split()) > LONGEST_TEXT_WORDS:
        return failed("sentence", "the answer is too long", f"{len(answer.text.split())} words")
    if found := STRAY.search(answer.text):
        return failed("sentence", "marks of a prompt", found[0])
    return passed("sentence")


def english(question: str, answer: Answer) -> Verdict:
    """The question has English function words and hardly any letters that English has not."""
    letters = [c for c in question if c.isalpha()]
    plain = sum(c.isascii() for c in letters)
    own = {word for word in re.findall(r"[a-z]+", question.casefold()) if word in ENGLISH}
    if plain < 0.8 * len(letters) or len(own) < FEWEST_ENGLISH:
        return failed("english", "not English", question[:80])
    return passed("english")


def standalone(question: str, answer: Answer) -> Verdict:
    """The question names its things and never points at a place in what the reader was given."""
    if found := LEANING.search(question):
        return failed("standalone", "points at a document", found[0])
    return passed("standalone")


def leak(question: str, answer: Answer) -> Verdict:
    """The question contains neither the answer nor an item of it."""
    asked = f" {normalise(question)} "
    for form in (answer.text, *answer.items, *answer.aliases):
        name = normalise(form)
        if name and f" {name} " in asked:
            return failed("leak", "the question contains the answer", form[:80])
    return passed("leak")


FORM_CHECKS: tuple[Callable[[str, Answer], Verdict], ...] = (sentence, english, standalone, leak)


def check_form(question: str, answer: Answer) -> Sequence[Verdict]:
    """Return the verdicts in order, ending with the first that fails."""
    verdicts: list[Verdict] = []
    for check in FORM_CHECKS:
        verdicts.append(check(question, answer))
        if verdicts[-1].status == "failed":
            break
    return verdicts
