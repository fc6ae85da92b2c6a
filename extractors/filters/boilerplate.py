"""Paragraphs that stand in a thousand documents: licence texts, cookie and privacy notices, navigation.

C4 drops lines and pages with such phrases. Nothing is cut out of a document here, because spans must stay right, and
a report with a copyright line is no boilerplate: what counts is the share of words in such paragraphs.
"""

import re

BLANK = re.compile(r"\n\s*\n")
WORDS_PER_PHRASE = 80
"""Longest stretch for which one phrase makes a paragraph boilerplate."""
NOTICE = re.compile(
    r"""we\ use\ cookies | (?:site|page)\ uses\ cookies | accept\ (?:all\ )?cookies
    | (?:cookie|privacy)\ (?:policy|settings|preferences|notice|statement)
    | terms\ (?:of|and\ conditions\ of)\ (?:use|service)\b | enable\ javascript
    | javascript\ (?:is|must\ be|has\ been)\ (?:disabled|required|enabled)
    | skip\ to\ (?:main\ |the\ )?(?:content|navigation) | back\ to\ top\b | all\ rights\ reserved
    | (?:subscribe|sign\ up)\ (?:to|for)\ (?:our|the)\ (?:\w+\ )?newsletter
    | follow\ us\ on\b | share\ this\ (?:page|article|post)""",
    re.VERBOSE,
)
NOTICE_TRIGGERS = (
    "cookie", "privacy", "terms ", "javascript", "skip to", "back to top", "all rights", "newsletter", "follow us",
    "share this",
)  # fmt: skip
"""What no notice is without: a paragraph that has none is not searched."""
MENU = re.compile(
    r"(?:home|about(?: us)?|contact(?: us)?|log ?in|sign ?in|register|sitemap|site map|search|help|faq|"
    r"privacy|terms|careers|newsletter|rss)(?!\w)"
)
MENU_WORDS = 25
MENU_SHARE = 0.4
"""Share of a short paragraph's words in entries of menus from which it is a menu."""
LICENCE = re.compile(
    r"""permission\ is\ hereby\ granted,\ free\ of\ charge | redistribution\ and\ use\ in\ source\ and\ binary
    | licensed\ under\ the\ (?:apache|mit|bsd|mozilla) | this\ program\ is\ free\ software
    | apache\ license\W+version\ 2 | gnu\ (?:lesser\ |affero\ )?general\ public\ license
    | creative\ commons\ (?:corporation|public\ license) | open\ government\ licence
    | mozilla\ public\ license""",
    re.VERBOSE,
)
"""What says that a text is, or carries, one of the well-known licences."""
LICENCE_TRIGGERS = ("licen", "hereby granted", "redistribution and use")
LICENCE_PHRASE = re.compile(
    LICENCE.pattern
    + r"""| (?:this|the|that)\ (?:public\ )?licen[cs]e | licen[cs]ed\ (?:material|work|rights) | \blicen[cs]or
    | as\ is\W+(?:\w+\W+){0,3}(?:without|basis) | without\ (?:any\ )?warrant(?:y|ies) | derivative\ works?
    | copyright\ (?:\(c\)|©|holders?|owners?|notices?) | merchantability | adapted\ material | sublicense
    | you\ are\ free\ to\b | neither\ the\ name\ of""",
    re.VERBOSE,
)


def boilerplate_share(text: str) -> float:
    """Return the share of a text's words in paragraphs of boilerplate, 0 to 1."""
    folded = text.casefold()
    spaced = " ".join(folded.split()) if _any(LICENCE_TRIGGERS, folded) else ""
    licence = bool(LICENCE.search(spaced))
    found = 0
    for paragraph in BLANK.split(folded):
        words = paragraph.split()
        if words and _is_boilerplate(" ".join(words), len(words), licence):
            found += len(words)
    return found / max(len(folded.split()), 1)


def _any(triggers: tuple[str, ...], text: str) -> bool:
    return any(trigger in text for trigger in triggers)


def _is_boilerplate(paragraph: str, words: int, licence: bool) -> bool:
    if words <= MENU_WORDS and not paragraph.startswith("#"):
        entries = sum(len(item.split()) for item in MENU.findall(paragraph))
        if entries > 1 and entries >= MENU_SHARE * words:
            return True
    phrases = len(NOTICE.findall(paragraph)) if _any(NOTICE_TRIGGERS, paragraph) else 0
    phrases += len(LICENCE_PHRASE.findall(paragraph)) if licence else 0
    return phrases * WORDS_PER_PHRASE >= words and phrases > 0
