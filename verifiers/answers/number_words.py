"""Numbers written in words: `twenty-five`, `two hundred and fifty`, `three million`, `a dozen` (§3 Rewards).

A run of number words is read as one number; whatever is no such run (`two three`, `hundred ten thousand million`) is
none, so that a wrong grouping is never guessed.
"""

from collections.abc import Sequence

UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: value
    for value, word in zip(
        range(20, 100, 10),
        "twenty thirty forty fifty sixty seventy eighty ninety".split(),
        strict=True,
    )
}
SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
ORDINALS = {
    word: f"{value}{'th' if value > 3 else ('st', 'nd', 'rd')[value - 1]}"
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        start=1,
    )
}
"""Ordinals as they are printed with digits: `first` is `1st`."""
DIGITS = {word: str(value) for word, value in (UNITS | TENS).items()}
WORDS = frozenset((*UNITS, *TENS, *SCALES))


def value_of(words: Sequence[str]) -> int | None:
    """Return the number that a whole run of lower-case words says, or None."""
    words = [part for word in words for part in word.split("-") if part != "and"]
    if words and words[0] == "a":
        words = ["one", *words[1:]]
    if words in (["dozen"], ["one", "dozen"]):
        return 12
    total, group, last = 0, 0, 10**15
    for at, word in enumerate(words):
        if word in SCALES and word != "hundred":
            if not group or SCALES[word] >= last:
                return None
            last, total, group = SCALES[word], total + group * SCALES[word], 0
        elif word == "hundred":
            if not 0 < group < 100:
                return None
            group *= 100
        elif word in TENS or word in UNITS:
            value = TENS.get(word, UNITS.get(word, 0))
            if not _fits(words[at - 1] if at else "", group, value):
                return None
            group += value
        else:
            return None
    return total + group if words else None


def _fits(before: str, group: int, value: int) -> bool:
    """Whether a number below 100 may follow what the group has so far: `twenty five`, not `five twenty`."""
    if not group or before == "hundred" or group % 100 == 0:
        return not group or group % 100 == 0
    return before in TENS and 0 < value < 10
