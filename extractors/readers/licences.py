"""Which licence a name or a licence's text is, as an SPDX expression; what is not surely one of them is none.

A text is recognised by phrases that it has and phrases that it must not have, and by its length without copyright
lines: a clause that somebody added or took away makes it another licence. The text of a GNU licence does not say
whether later versions are allowed, so the stricter `-only` is taken.
"""

import re
from dataclasses import dataclass

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

LONGEST_NAME = 200
TOLERANCE = 0.08
"""Share of a licence's words that a text may have more or fewer,"""
SLACK = 20
"""and so many words besides: headings, names of holders, an address."""
NAMES = {
    "mit": "MIT", "the mit": "MIT", "mit x11": "MIT", "expat": "MIT", "isc": "ISC", "zlib": "Zlib",
    "unlicense": "Unlicense", "the unlicense": "Unlicense", "public domain": "", "proprietary": "",
    "apache 2": "Apache-2.0", "apache 2.0": "Apache-2.0", "apache software 2.0": "Apache-2.0", "asl 2.0": "Apache-2.0",
    "bsd 2 clause": "BSD-2-Clause", "simplified bsd": "BSD-2-Clause", "freebsd": "BSD-2-Clause",
    "bsd 3 clause": "BSD-3-Clause", "3 clause bsd": "BSD-3-Clause", "new bsd": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause", "revised bsd": "BSD-3-Clause", "2 clause bsd": "BSD-2-Clause",
    "mozilla public 2.0": "MPL-2.0", "mozilla public 2.0 mpl 2.0": "MPL-2.0", "mpl 2.0": "MPL-2.0",
    "gplv2": "GPL-2.0-only", "gplv3": "GPL-3.0-only", "gplv2+": "GPL-2.0-or-later", "gplv3+": "GPL-3.0-or-later",
    "lgplv3": "LGPL-3.0-only", "agplv3": "AGPL-3.0-only", "gpl 2.0": "GPL-2.0-only", "gpl 3.0": "GPL-3.0-only",
    "lgpl 2.1": "LGPL-2.1-only", "lgpl 3.0": "LGPL-3.0-only", "agpl 3.0": "AGPL-3.0-only",
    "gnu general public v2 gplv2": "GPL-2.0-only", "gnu general public v3 gplv3": "GPL-3.0-only",
    "gnu general public v3 or later gplv3+": "GPL-3.0-or-later",
    "gnu general public v2 or later gplv2+": "GPL-2.0-or-later",
    "gnu affero general public v3": "AGPL-3.0-only", "gnu lesser general public v3 lgplv3": "LGPL-3.0-only",
    "python software foundation": "PSF-2.0", "psf": "PSF-2.0", "isc iscl": "ISC",
    "boost software 1.0": "BSL-1.0", "cc0": "CC0-1.0", "cc0 1.0 universal": "CC0-1.0", "w3c": "W3C",
}  # fmt: skip
"""Names in use, lower case without `license`, `version` and marks, to SPDX."""
COMMONS = re.compile(r"creativecommons\.org/(licenses|publicdomain)/([a-z-]{2,10})/(\d\.\d)", re.I)
COMMONS_NAME = re.compile(r"cc[ -](by(?:-(?:nc|sa|nd)){0,2})[ -](\d)(\.\d)?", re.IGNORECASE)
COMMONS_LONG = re.compile(
    r"creative commons (attribution(?:[- ](?:non-?commercial|share-?alike|no-?derivat(?:ive|e)s?)){0,2})"
    r"(?: (\d)(\.\d)?)?(?: international| unported| generic)?",
    re.IGNORECASE,
)
TERMS = (("noncommercial", "nc"), ("sharealike", "sa"), ("noderiv", "nd"))
URLS = (
    (re.compile(r"apache\.org/licenses/LICENSE-2\.0", re.IGNORECASE), "Apache-2.0"),
    (re.compile(r"opensource\.org/licenses?/mit\b", re.IGNORECASE), "MIT"),
    (re.compile(r"gnu\.org/licenses/gpl-3\.0", re.IGNORECASE), "GPL-3.0-only"),
    (re.compile(r"mozilla\.org/(?:en-US/)?MPL/2\.0", re.IGNORECASE), "MPL-2.0"),
)


@dataclass(frozen=True)
class Wording:
    """How the text of a licence is known."""

    spdx: str
    words: int
    """Words of the licence's own text, copyright lines left out."""
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()


GRANT = (
    "permission is hereby granted, free of charge, to any person obtaining a copy of this software"
)
REDISTRIBUTION = "redistribution and use in source and binary forms, with or without modification"
ENDORSE = "may be used to endorse or promote products derived from"
ADVERTISING = "all advertising materials mentioning features"
WORDINGS = (
    Wording("MIT", 163, (GRANT, "shall be included in all copies or substantial portions")),
    Wording(
        "MIT-0", 112, (GRANT, "without warranty of any kind"), ("shall be included", "shall appear")
    ),
    Wording("BSD-3-Clause", 216, (REDISTRIBUTION, ENDORSE), (ADVERTISING, "patent license")),
    Wording(
        "BSD-2-Clause", 186, (REDISTRIBUTION, "binary form must reproduce"), (ENDORSE, ADVERTISING)
    ),
    Wording("BSD-4-Clause", 247, (REDISTRIBUTION, ENDORSE, ADVERTISING)),
    Wording(
        "ISC",
        112,
        (
            "permission to use, copy, modify, and",
            "the above copyright notice and this permission notice appear",
        ),
    ),
    Wording(
        "0BSD",
        102,
        ("permission to use, copy, modify, and", "with or without fee is hereby granted"),
        ("notice appear",),
    ),
    Wording(
        "Apache-2.0",
        1590,
        (
            "apache license version 2.0",
            "grant of patent license",
            "how to apply the apache license",
        ),
    ),
    Wording(
        "Apache-2.0",
        1410,
        ("apache license version 2.0", "grant of patent license"),
        ("how to apply the apache license",),
    ),
    Wording(
        "Apache-2.0",
        86,
        ("licensed under the apache license, version 2.0", "except in compliance with the license"),
    ),
    Wording(
        "GPL-2.0-only",
        2975,
        ("gnu general public license version 2, june 1991", "terms and conditions for copying"),
    ),
    Wording(
        "GPL-3.0-only",
        5674,
        ("gnu general public license version 3, 29 june 2007", "corresponding source"),
    ),
    Wording(
        "LGPL-2.1-only", 4401, ("gnu lesser general public license version 2.1, february 1999",)
    ),
    Wording("LGPL-3.0-only", 1231, ("gnu lesser general public license version 3, 29 june 2007",)),
    Wording(
        "AGPL-3.0-only", 5600, ("gnu affero general public license version 3, 19 november 2007",)
    ),
    Wording(
        "MPL-2.0",
        2414,
        ("mozilla public license version 2.0", "incompatible with secondary licenses"),
    ),
    Wording("EPL-2.0", 2232, ("eclipse public license - v 2.0",)),
    Wording(
        "Unlicense",
        214,
        ("this is free and unencumbered software released into the public domain",),
    ),
    Wording("Zlib", 135, ("altered source versions must be plainly marked as such", "as-is")),
    Wording("BSL-1.0", 214, ("boost software license - version 1.0",)),
    Wording("CC0-1.0", 1088, ("cc0 1.0 universal", "affirmer")),
    Wording(
        "CC-BY-4.0",
        2780,
        ("creative commons attribution 4.0 international public license",),
        ("noncommercial purposes",),
    ),
    Wording(
        "CC-BY-SA-4.0",
        3040,
        ("creative commons attribution-sharealike 4.0 international public license",),
    ),
    Wording(
        "PSF-2.0",
        382,
        ("python software foundation license version 2", "psf is making python available"),
        ("beopen.com",),
    ),
)
CHANGED = ("commons clause", "good, not evil")
"""Phrases that make another licence of any of these."""
NOTICE = re.compile(
    r"^[ \t#*/;-]*(?:portions )?(?:copyright\b(?! notice| holder| owner| law| license| and| disclaimer)"
    r"|\(c\)|©|all rights reserved)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
WORD = re.compile(r"[^\W_]+")


def spdx_of(name: str) -> str:
    """Return a stated licence as an SPDX expression, or as it is stated where it is none that is known."""
    stated = " ".join(name.split())[:LONGEST_NAME].strip(" \"'.,;")
    found = _expression(stated) or _named(stated) or _linked(stated)
    return found or stated


def is_spdx(licence: str) -> bool:
    """Say whether a licence is an SPDX expression."""
    return bool(_expression(licence))


def _expression(text: str) -> str:
    try:
        return canonicalize_license_expression(text) if text else ""
    except (InvalidLicenseExpression, RecursionError):
        return ""


def _named(text: str) -> str:
    bare = re.sub(r"licen[cs]ed?\b|\bversion\b|osi approved|[^\w.+ -]|_", " ", text.lower())
    bare = " ".join(re.sub(r"(?<!\w)-|-(?!\w)|(?<=\w)-(?=\w)", " ", bare).split())
    bare = bare.replace(" v2.0", " 2.0").removeprefix("the ")
    return NAMES.get(bare, "")


def _linked(text: str) -> str:
    if match := COMMONS.search(text):
        kind, name, version = match[1].lower(), match[2].lower(), match[3]
        named = (
            f"CC-{name}-{version}" if kind == "licenses" else "CC0-1.0" if name == "zero" else ""
        )
        return _expression(named)
    if match := COMMONS_NAME.search(text):
        return _expression(f"CC-{match[1]}-{match[2]}{match[3] or '.0'}")
    if (match := COMMONS_LONG.search(text)) and match[2]:
        terms = match[1].lower().replace("-", "").replace(" ", "")
        parts = ["CC", "BY", *(short for word, short in TERMS if word in terms)]
        return _expression("-".join([*parts, f"{match[2]}{match[3] or '.0'}"]))
    return next((spdx for pattern, spdx in URLS if pattern.search(text)), "")


def identify(text: str) -> str:
    """Return the SPDX id of a licence's text, '' if it is none of those known or has been changed."""
    if len(text) > 100_000:
        return ""
    bare = NOTICE.sub(" ", text)
    words = len(WORD.findall(bare))
    plain = " ".join(
        re.sub(r"^[ \t]*(?:[#*/;]+|//+|dnl)[ \t]?", "", bare, flags=re.M).split()
    ).lower()
    plain = plain.replace(" ,", ",").replace("licence", "license")
    if any(phrase in plain for phrase in CHANGED):
        return ""
    for wording in WORDINGS:
        near = abs(words - wording.words) <= TOLERANCE * wording.words + SLACK
        if (
            near
            and all(p in plain for p in wording.has)
            and not any(p in plain for p in wording.lacks)
        ):
            return wording.spdx
    return ""
