"""Regular expressions of dialogue: openings, qualifiers, ends of clauses, doubt and correction.

Utterances reach them with plain quotation marks and one kind of dash (see `dialogue_turns`).
"""

import re

from extractors.facts.dialogue_values import DATE, DAYS, MONTHS, NAME, YEAR
from warehouse.records import QualifierKind

# A sentence with one of these speaks of another world.
UNREAL = re.compile(
    r"\b(?:pretend\w*|jok(?:e|ing)|kidding|imagin\w+|suppos\w+|let's say|say,|example|e\.g|"
    r"dreamed|dreamt|fictional|hypothetical\w*|wish|quiz)\b|^as (?:if|though)\b|^say\b",
    re.IGNORECASE,
)
# Before a clause, these make it somebody's word or a condition's.
GOVERNED = re.compile(
    r"\b(?:if|unless|whether|said|says|told|tells|claim\w*|rumou?r\w*|apparently|allegedly|"
    r"according|heard|hears?|in (?:the|a|my|our) (?:game|book|novel|film|movie|story|play))\b",
    re.IGNORECASE,
)
# Right after a clause, these take it back or hand it to somebody else.
HEDGED = re.compile(
    r"[\s,]*(?:(?:only|but only|even|at least|so) )?(?:if|unless|provided|assuming|depending|or|"
    r"(?!(?:and|but|so|who|which|because)\b)(?:\w+ ){1,3}?"
    r"(?:said|says|told|tells|claims?|hears?|heard))\b",
    re.IGNORECASE,
)
UNSURE = re.compile(
    r"\b(?:maybe|perhaps|might|think|believe|guess|hope\w*|hoping|probably|possibly|likely|seems?|"
    r"would|could|should|can|will|shall|want\w*|gonna|going to|plan\w*|consider\w*|not|never|no|"
    r"nobody|none|neither|nor|hardly|almost|nearly|about to|used to|about|around|roughly|or|"
    r"approximately|at least|at most|up to|sure|tomorrow|yesterday|tonight|"
    r"today|next|last|ago|soon|later|earlier|until recently|this (?:week|month|year|morning|"
    r"evening|afternoon|summer|winter|spring|autumn|weekend)|like|when|while|before|after|once|"
    r"except|without|sometimes|usually|often|every|feels?|look\w*|sound\w*|technically|"
    r"temporarily)\b|n't\b|'(?:ll|d)\b|\?",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"(?:(?i:well|yes|yeah|yep|no|oh|ah|hi|hello|hey|okay|ok|right|sure|so|and|but|also|actually|"
    r"now|by the way|btw|anyway|thanks|thank you|great|good|fine|perfect|update|quick update|news|"
    r"good news|big news|quick note|small update|correction|small correction|for the record|"
    r"incidentally|fyi|meanwhile|in the end|finally|as you know|good morning|good afternoon|"
    r"good evening|morning|evening|as for me|sorry|one more thing|it's official|of course|"
    r"in fact|as of now|these days|at the moment|personally|please note|note|reminder)\b"
    r"(?:,? [A-Z][a-zà-ÿ]+(?=[,!]))?[ ,:.!…\u2013-]*)*"
)
INTRODUCED = re.compile(
    r"\bI(?:'ve| have)? (?:(?:also|just|recently) )?(?:have|got|own|keep|run|adopted|founded|"
    r"started|opened) an? (?P<noun>[a-z]+)(?: [a-z-]+){0,3}? (?:called|named) (?=[A-ZÀ-Þ])"
)
DOUBTED = re.compile(
    r"\b(?:i|we|they) (?:think|believe|guess|hope|suppose|assume|reckon|mean|imagine)\b|"
    r"\b(?:probably|maybe|perhaps|or something|not sure|as far as|to my knowledge|apparently|"
    r"isn't it)\b|, right\b",
    re.IGNORECASE,
)
# `My plumber is Tiago Melo, if you ever need one.`
POLITE = re.compile(
    r", if you (?:ever )?(?:need|want|like|wish|care|ask|must know|wonder)\b[^,.!?]*"
)
AGE = re.compile(r"(?P<years>\d{1,3}) (?P<unit>years) old\b")
SINCE = re.compile(rf"(?:In|Since|On|As of|From) (?:{DATE.pattern}|{YEAR}),? ")
CLOSING = re.compile(
    r"\s*(?:$|[.!;:)…]|,(?!\s*(?i:no|not|or|wait|sorry|rather|i mean|scratch|right|isn)\b|"
    r"\s*(?:and )?[A-Z0-9](?![' ]))"
    r"|\s[-\u2013]{1,2}\s(?!(?i:no|or|wait|sorry)\b)"
    r"|\s(?:but|so|because|since|which|who|where|although|though|whereas)\b"
    r"|\sand\s(?=[a-z]|I\b))"
)
ADVERB_TAIL = re.compile(
    r" (?:now|already|too|as well|at the moment|currently|these days|officially|recently|"
    r"at last|for good)\b"
)
QUALIFIERS: tuple[tuple[QualifierKind, re.Pattern[str]], ...] = (
    ("time", re.compile(rf" (?:from|between) {YEAR} (?:to|until|till|and) {YEAR}\b")),
    (
        "time",
        re.compile(rf",? (?:in|since|until|till|from|on|by) (?:{DATE.pattern}|{YEAR}|{MONTHS})\b"),
    ),
    ("with", re.compile(r" with (?:my|his|her|their) [a-z]+(?: and [a-z]+)?(?=[.,;!]|$)")),
    ("place", re.compile(rf",? (?:in|at|near) (?:the )?(?!{DAYS}|{MONTHS}){NAME.pattern}")),
    ("with", re.compile(rf" with (?:the )?{NAME.pattern}")),
    ("note", re.compile(rf" for (?:the )?(?:{DATE.pattern})")),
    ("note", re.compile(r" for (?:the|my|our|this) (?!next|last|time)[a-z]+(?=[.,;!]|$| and )")),
    ("note", re.compile(r" as (?:a|an|the|their|its) [a-z-]+(?: [a-z-]+)?(?=[.,;!]|$| and )")),
)
# How a correction is worded, from the plainest down; `dialogue_changes` says what each must touch.
RETRACTED = re.compile(
    r"(?:^|[.!?,;\u2013-]\s*)(?:nope\b|oops\b|no(?=[,.!;:]|$| (?:wait|it|make|not)\b))|"
    r"\b(?:wait|scratch that|correction|make (?:that|it)|"
    r"i meant?|misspoke|sorry|on second thoughts?|let me correct)\b",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"\b(?:changed|changing|change of|moved|cancel\w*|switch\w*|no longer|anymore|postponed|"
    r"revis\w+|updated?|wrong|mistake\w*|instead|rather|bumped)\b",
    re.IGNORECASE,
)
DIFFERENT = re.compile(r"\b(?:actually|now|turns out|new)\b", re.IGNORECASE)
DENIED = re.compile(r"\b(?:not|never|former|ex)\b|n't\b", re.IGNORECASE)
YEAR_ONLY = re.compile(rf"{YEAR}(?![\w-])")
