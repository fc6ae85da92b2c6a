"""Multiple choice: the right option by its letter or its text (§3 Rewards, "exact option").

A reply that names several options, or a letter and the text of another option, chooses none. `A` is a letter only where
it cannot be the article.
"""

import re
from string import ascii_uppercase

from verifiers.answers.comparison import Comparison, different, equal, unknown
from verifiers.answers.folding import plain, words
from verifiers.answers.stating import CHOICES, DENIALS, DOUBTS
from warehouse.answer_specs import AnswerSpec

RULE = "choice"
_ALONE = re.compile(r"\A\W*(?:(?:option|choice|answer)\W{0,3})?([A-Za-z])\W*\Z", re.IGNORECASE)
_LETTER = re.compile(
    r"\b(?:option|choice|answer(?: is)?)[\s:*(\[]{1,4}([A-Z])\b(?!')|(?<![\w'])\(([A-Za-z])\)"
    r"|(?<![\w'.])([A-Z])(?:[.):]|(?=\s*(?:,|\Z|and\b|or\b)))"
)


def compare_choice(gold: AnswerSpec, reply: str, question: str) -> Comparison:
    """Return whether a reply chooses the right option.

    Args:
        gold: an answer of kind `choice`; its text is a letter, or the text of one of its options.
        reply: the final answer.
        question: not used; options are the answer's.
    """
    right = _right(gold)
    if not right:
        return unknown(RULE, "the answer is no option")
    chosen = _letters(reply) | _texts(gold, reply)
    if not chosen:
        return unknown(RULE, "no option is named")
    if len(chosen) > 1:
        return different(RULE, f"several options: {', '.join(sorted(chosen))}")
    if chosen != {right}:
        return different(RULE, f"option {min(chosen)}")
    doubts = (
        (DENIALS | DOUBTS | CHOICES) - set(words(gold.options[ascii_uppercase.index(right)]))
        if gold.options
        else DENIALS
    )
    return unknown(RULE, "in doubt") if doubts.intersection(words(reply)) else equal(RULE)


def _right(gold: AnswerSpec) -> str:
    """Return the letter of the right option."""
    letter = gold.text.strip().strip("().").upper()
    if len(letter) == 1 and letter in ascii_uppercase:
        return letter
    same = [n for n, option in enumerate(gold.options[:26]) if words(option) == words(gold.text)]
    return ascii_uppercase[same[0]] if len(same) == 1 else ""


def _letters(reply: str) -> set[str]:
    text = plain(reply)
    alone = _ALONE.match(text)
    if alone:
        return {alone[1].upper()}
    return {next(filter(None, match.groups())).upper() for match in _LETTER.finditer(text)}


def _texts(gold: AnswerSpec, reply: str) -> set[str]:
    """Return the letters of options whose text the reply has, but not those that are part of a longer option there."""
    said = " " + " ".join(words(reply)) + " "
    found = {}
    for letter, option in zip(ascii_uppercase, gold.options, strict=False):
        text = " ".join(words(option))
        if text and (len(text) > 1 or said.strip() == text) and f" {text} " in said:
            found[letter] = f" {text} "
    rest = said
    kept = set()
    for letter, text in sorted(found.items(), key=lambda pair: -len(pair[1])):
        if text in rest:
            kept.add(letter)
            rest = rest.replace(text, "  ")
    return kept
