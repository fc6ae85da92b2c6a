"""Currencies by sign, code and name, from the CLDR data that Babel carries.

A bare dollar is read as the US one, as CLDR does for English; other dollars are printed with a letter (`C$`). A sign
that several currencies share otherwise, such as `kr`, is none.
"""

import re
from functools import lru_cache

from babel import Locale

_ENGLISH = Locale("en")
CODES = frozenset(str(c) for c in _ENGLISH.currencies if re.fullmatch(r"[A-Z]{3}", str(c)))
"""ISO 4217 codes."""
SIGNS = {
    sign: code
    for code, sign in _ENGLISH.currency_symbols.items()
    if not sign.isalpha() and code in CODES
} | {
    "US$": "USD",
    "C$": "CAD",
    "S$": "SGD",
    "$": "USD",
    "U.S.$": "USD",
    "US $": "USD",
    "U.S. $": "USD",
}
"""Codes by sign."""
COMMON = (
    "USD",
    "EUR",
    "GBP",
    "JPY",
    "CHF",
    "CAD",
    "AUD",
    "NZD",
    "CNY",
    "INR",
    "SEK",
    "NOK",
    "DKK",
    "BRL",
    "MXN",
)
"""Currencies whose names are read in words."""


WORDS = frozenset("ALL AMD BAM BOB COP CUP GEL MAD MOP PEN RON SOS TOP TRY".split())
"""Codes that are words or names, and stand for money only beside a scale (`TRY million`)."""


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """Return codes by lower-case English name, singular and plural."""
    found = {"dollar": "USD", "dollars": "USD", "u.s. dollars": "USD", "u.s. dollar": "USD"}
    found |= {"pounds sterling": "GBP", "pound sterling": "GBP", "yen": "JPY", "renminbi": "CNY"}
    for code in COMMON:
        name = _ENGLISH.currencies[code].lower()
        found |= {name: code, f"{name}s": code, name.replace("us ", "u.s. "): code}
    return found


@lru_cache(maxsize=4096)
def currency_of(text: str) -> str | None:
    """Return the ISO 4217 code that a sign, code or name stands for, None for none."""
    if not text:
        return None
    if text in SIGNS:
        return SIGNS[text]
    if text.upper() in SIGNS:
        return SIGNS[text.upper()]
    if text in CODES and text not in WORDS:
        return text
    return names().get(text.lower())
