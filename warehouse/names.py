"""How names are compared: spellings of one name made equal, signs that tell names apart kept."""

import re
import unicodedata
from functools import lru_cache

DISAMBIGUATOR = re.compile(r"^(?P<base>.+?) \((?P<kind>[^()]+)\)$")
_NOT_WORD = re.compile(r"[\W_]+")
SHOUTED = re.compile(r"(?=.{6})[^\da-z]*[A-Z][^\da-z]*")
"""A name in capitals for want of small letters; one with digits (`NCT00000102`) is a code."""


@lru_cache(maxsize=1 << 17)
def normalise(name: str) -> str:
    """Return the name as compared: NFKC, case folded, marks and punctuation to spaces, no leading article."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = _NOT_WORD.sub(" ", text.removesuffix("'s").removesuffix("’s")).strip()
    return text.removeprefix("the ") or text


KNOWN = {
    **dict.fromkeys(("US", "U.S.", "USA", "U.S.A.", "United States of America"), "United States"),
    **dict.fromkeys(("UK", "U.K."), "United Kingdom"),
    **dict.fromkeys(("USSR", "U.S.S.R."), "Soviet Union"),
    "First World War": "World War I",
    "Second World War": "World War II",
}
"""Second names that any text may use without saying so, spelled exactly; everything else must be told by the text."""
_SIGN = {"&": " and ", "+": " plus", "#": " sharp"}
_INITIALS = re.compile(r"\b(?:[^\W\d_] ){2,}[^\W\d_]\b|\b[^\W\d_] [^\W\d_](?= [^\W\d_]{2})")


@lru_cache(maxsize=1 << 17)
def block_name(name: str) -> str:
    """Return the name as blocks compare it: spellings of one name are equal, signs that tell names apart stay.

    `J. R. R. Tolkien` is `JRR Tolkien`, `Barnes & Noble` has an `and`, accents of names of several words may be left
    out; `C++` and `C#` are not `C`.
    """
    name = KNOWN.get(name.removeprefix("the ").removeprefix("The "), name)
    text = re.sub(r"&|(?<=\w)[+#]", lambda sign: _SIGN[sign[0]], name)
    text = _INITIALS.sub(lambda letters: letters[0].replace(" ", ""), normalise(text))
    if " " not in text:
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def calm(name: str) -> str:
    """Return a name in capitals in title case: `LOWE'S BANK OF OHIO` is `Lowe's Bank of Ohio`."""
    words = re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)?", lambda match: match[0].capitalize(), name)
    return re.sub(r"(?<= )(?:Of|And|The|For|In|On|De)(?= )", lambda match: match[0].lower(), words)
