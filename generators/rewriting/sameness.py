"""Whether a variant asks what the template asks: everything but the scaffold must be there, in the same order (§3.2).

Words are the scaffold of a question (`consider`, `which`, `the`) or carry its meaning; of these, names, numerals and
dates, selectors with negations, comparatives and scope words, and all others are told apart to say what is wrong.

1. The order is held too: `the mother of the director` and `the director of the mother` have the same words. A variant
   that turns a phrase round is refused, though it may ask the same: precision first.
"""

import re
from collections import Counter

SCAFFOLD = frozenset(
    "a an the of is are was were be been do does did what which who whom whose that this these those it its he she "
    "they them their his her there consider take then think now please find tell give state say me us you identify "
    "determine so let and for as certain".split()
)
"""Words that may come and go."""
CONTROL = frozenset(
    "not no never none without except only exactly just all any each every both either neither nor or least most more "
    "less fewer greater larger smaller higher lower longer shorter later earlier largest smallest greatest highest "
    "lowest longest shortest latest earliest first second third fourth fifth sixth last next before after above below "
    "over under between than rank order sum total mean average median difference differ how many much percent "
    "percentage documents given dated going by conversations".split()
)
"""Selectors, negations, comparatives and words of scope."""
NUMBER_WORDS = {
    word: str(number) for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
}  # fmt: skip
TOKEN = re.compile(
    r"[-−]?\d+(?:[.,]\d+)*|[^\W\d_][\w]*(?:[.:'’&-][^\W\d_][\w]*)*|[%$€£°<>=+*/]|[^\W_]\w*|_\w*"
)
GROUPS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
POSSESSIVE = re.compile(r"['’]s?$")
OPENING = ("", ".", "?", "!", ":", ";", ",")
"""Marks after which a word may have a capital for the sentence's sake."""
LONGER = 1.6
"""How much longer than the template a variant may be."""


def core(question: str) -> list[str]:
    """Return the words that carry a question's meaning, in order and as they are compared.

    A word of the scaffold with a capital inside a sentence is part of a name: `The Last Coupon`, the film `It`.
    """
    out: list[str] = []
    for match in TOKEN.finditer(question):
        word = _plain(match[0])
        opens = question[: match.start()].rstrip()[-1:] in OPENING
        if word.casefold() not in SCAFFOLD or (word[0].isupper() and not opens):
            out.append(word)
    return out


def _plain(token: str) -> str:
    if token[:1].isdigit() or token[:1] in "-−":
        return GROUPS.sub("", token).replace("−", "-")
    token = POSSESSIVE.sub("", token)
    return NUMBER_WORDS.get(token.casefold(), token)


def kind_of(word: str) -> str:
    """Return what a word of the core is: `numbers`, `selectors`, `names` (a capital inside or in front) or `words`."""
    if any(map(str.isdigit, word)) or not word[0].isalnum():
        return "numbers"
    if word.casefold() in CONTROL:
        return "selectors"
    return "names" if word != word.lower() else "words"


def fault(template: str, variant: str) -> tuple[str, str]:
    """Return why a variant does not ask what its template asks, as reason and detail; both empty where it does."""
    if not variant.strip() or "\n" in variant.strip() or len(variant) > LONGER * len(template) + 40:
        return "not one question", f"{len(variant)} characters"
    if variant.strip()[-1] not in "?.":
        return "not one question", "it does not end as one"
    if variant.split() == template.split():
        return "nothing is changed", ""
    quoted = [Counter(re.findall(r'"[^"]*"|“[^”]*”', text)) for text in (template, variant)]
    if quoted[0] != quoted[1]:
        return "quoted words differ", _shown(quoted[0] - quoted[1], quoted[1] - quoted[0])
    before, after = core(template), core(variant)
    for name in ("names", "numbers", "selectors", "words"):
        lost, added = (_less(one, other, name) for one, other in ((before, after), (after, before)))
        if lost or added:
            return f"{name} differ", _shown(lost, added)
    if [w.casefold() for w in before] != [w.casefold() for w in after]:
        return "the order differs", _first_difference(before, after)
    return "", ""


def _less(one: list[str], other: list[str], name: str) -> Counter[str]:
    """Return the words of a kind that one core has more often; a capital at the start of a sentence is no name."""
    mine, others = (Counter(word.casefold() for word in words) for words in (one, other))
    kinds = {word.casefold(): kind_of(word) for word in one}
    return Counter({w: n for w, n in (mine - others).items() if kinds[w] == name})


def _shown(lost: Counter[str], added: Counter[str]) -> str:
    parts = [f"{word} is gone" for word in sorted(lost)] + [f"{word} is new" for word in sorted(added)]  # fmt: skip
    return "; ".join(parts)[:200]


def _first_difference(before: list[str], after: list[str]) -> str:
    pairs = zip(before, after, strict=False)
    return next((f"{a} became {b}" for a, b in pairs if a.casefold() != b.casefold()), "")
