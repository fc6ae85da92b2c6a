"""The words that dialogue patterns turn on: which verbs state a fact, which nouns name a relation.

Verbs are keyed by lemma and preposition, with the type of thing that their object names. Those in
`STATES` hold while they are said, so the present tense states them; those in `EVENTS` are stated by
the past and the perfect only (`I book the Aurora` is a habit or a plan).
"""

import re

from extractors.facts.dialogue_values import DATE, DAYS, NAME, YEAR
from warehouse.records import EntityType

Frames = dict[tuple[str, str], EntityType]


def _frames(table: str) -> Frames:
    """Read `type: verb prep|prep, verb` lines; a verb without a preposition takes a direct object."""
    frames: Frames = {}
    kinds: dict[str, EntityType] = {
        "place": "place", "org": "organisation", "person": "person", "thing": "thing",
        "work": "work", "value": "value",
    }  # fmt: skip
    for line in table.strip().splitlines():
        kind, _, verbs = line.strip().partition(": ")
        for verb in verbs.split(", "):
            lemma, _, prepositions = verb.partition(" ")
            for preposition in prepositions.split("|"):
                frames[lemma, preposition] = kinds[kind]
    return frames


STATES = _frames("""
    place: live in|on, come from
    org: work at|for, study at, teach at, run, manage, lead, head, chair, play for, represent, supply
    person: report to, rent from, live with
    thing: own, belong to, use
    value: cost, weigh, employ, earn
""")
EVENTS = _frames("""
    place: move to, relocate to, emigrate to, settle in, live in, grow in, travel to, fly to, visit
    place: stay at|in, book, reserve, return to, go to
    org: join, leave, quit, found, co-found, acquire, graduate from, retire from, study at, teach at
    org: work at|for, attend, sign with, play for, enrol at, enroll at, train at
    person: marry, meet, hire, appoint, replace, succeed, study under
    thing: buy, purchase, sell, rent, choose, pick, select, adopt, win, build, open, order
    work: write, publish, record, compose, design, paint, translate, edit, direct, read, finish, watch
    value: cost, weigh, employ, earn
""")
PASSIVES = _frames("""
    place: bear in, base in, locate in, headquarter in, situate in, hold in|at, make in, build in
    person: found by, own by, run by, manage by, lead by, head by, direct by, write by, design by
    person: build by, paint by, compose by, establish by, chair by, teach by, marry to, name after
    org: publish by, acquire by, supply by, make by, buy by, host by
    value: schedule for, due on, book for
""")
DATED = frozenset(
    "bear found establish build open launch publish hold write release schedule book "
    "graduate retire marry".split()
)
IS = frozenset({"is", "'s", "’s", "am", "'m", "’m"})
PROGRESSIVE = {"living": "live", "working": "work", "studying": "study", "teaching": "teach"}
FIRM = frozenset(
    "live bear base move relocate settle headquarter grow emigrate marry report work".split()
)
FUNCTIONAL = frozenset(
    {
        "lives in", "lives on", "works at", "works for", "studies at", "reports to", "married to",
        "based in", "headquartered in", "costs", "weighs", "employs", "earns", "scheduled for",
        "rents from", "is from",
    }
)  # fmt: skip
ENDS_STATE = {
    "moved to": ("lives in", "based in", "headquartered in"),
    "relocated to": ("lives in", "based in", "headquartered in"),
    "joined": ("works at", "works for"),
    "left": ("works at", "works for"),
    "quit": ("works at", "works for"),
    "retired from": ("works at", "works for"),
}
KIN = frozenset(
    "sister brother mother father mum mom dad son daughter cousin aunt uncle nephew niece "
    "grandmother grandfather grandma grandpa granddaughter grandson stepmother stepfather "
    "stepsister stepbrother godmother godfather husband wife partner fiancé fiancée fiance fiancee "
    "girlfriend boyfriend friend colleague coworker co-worker boss manager landlord landlady "
    "neighbour neighbor flatmate roommate housemate teacher tutor doctor dentist therapist lawyer "
    "solicitor accountant agent coach trainer supervisor adviser advisor mentor assistant editor "
    "publisher employer client supplier contractor architect plumber electrician dog cat horse "
    "classmate teammate roommate stepdaughter stepson bandmate penpal tenant hamster rabbit parrot puppy kitten tortoise hometown physiotherapist optician vet nanny "
    "childminder cleaner gardener hairdresser banker broker translator successor predecessor "
    "mother-in-law father-in-law sister-in-law brother-in-law son-in-law daughter-in-law".split()
)
MANY = frozenset(
    "sister brother son daughter cousin aunt uncle nephew niece friend colleague coworker "
    "co-worker neighbour neighbor flatmate roommate housemate teacher client supplier dog cat "
    "grandmother grandfather grandma grandpa granddaughter grandson assistant pet member "
    "contractor student pupil child partner".split()
)
PETS = frozenset("dog cat horse hamster rabbit parrot puppy kitten tortoise pet".split())
FIRMS = frozenset("employer supplier client contractor publisher agent vendor insurer".split())
PLACES = frozenset(
    "hometown birthplace capital city town village country neighbourhood neighborhood".split()
)
AGENT = re.compile(r"\w+(?:er|or|ist|ian|man|woman)|head|chief|chair|lead|contact|boss|captain|dean|"
    r"chef|cook|ceo|cto|cfo|president|principal|treasurer|vet|mp"
)
# Verbs that only people are the subject of.
HUMAN = frozenset("live work bear marry study teach grow retire graduate move".split()) - {"move"}
NO_RELATION = frozenset(
    "name guess point plan idea question answer hope concern worry problem suggestion thought "
    "feeling choice vote bet preference recommendation advice dream wish goal aim understanding "
    "impression fear opinion view reason issue thing part side turn word way kind sort type rest "
    "one lot bit pleasure bad fault mistake gosh goodness god time day week month year life "
    "background nationality mind heart eye excuse apology trouble reaction response "
    "example inspiration motto argument conclusion theory experience start end result".split()
)
BAD_ADJECTIVES = frozenset(
    "former ex previous old first last next second third future ideal dream other another late "
    "potential possible likely planned original initial usual real total only biggest main "
    "interim acting would-be so-called supposed alleged then half maximum minimum".split()
)
DROPPED_ADJECTIVES = frozenset("new current own dear lovely good great wonderful present".split())
NUMBERED = frozenset("number code reference extension pin plate flight seat room gate".split())
ADVERBS = frozenset(
    "also now currently just already finally actually still recently officially really both "
    "definitely indeed eventually originally".split()
)
# A sentence with one of these says nothing for certain, or says it of another world.
UNSURE_SENTENCE = re.compile(
    r"\b(?:if|unless|whether|pretend\w*|jok(?:e|ing)|kidding|imagin\w+|suppos\w+|let's say|say,|"
    r"example|e\.g|said|says|told|tells|claim\w*|rumou?r\w*|apparently|allegedly|according|heard|"
    r"hears?|dreamed|dreamt|fictional|hypothetical\w*|would have|wish|as though|game|quiz)\b",
    re.IGNORECASE,
)
UNSURE = re.compile(
    r"\b(?:maybe|perhaps|might|think|believe|guess|hope\w*|hoping|probably|possibly|likely|seems?|"
    r"would|could|should|can|will|shall|want\w*|gonna|going to|plan\w*|consider\w*|not|never|no|"
    r"nobody|none|neither|nor|hardly|almost|nearly|about to|used to|about|around|roughly|or|"
    r"approximately|at least|at most|up to|between|over|under|sure|tomorrow|yesterday|tonight|"
    r"today|next|last|ago|soon|later|earlier|until recently|this (?:week|month|year|morning|"
    r"evening|afternoon|summer|winter|spring|autumn|weekend)|like|when|while|before|after|once|"
    r"except|without|sometimes|usually|often|every|feels?|look\w*|sound\w*|technically|"
    r"temporarily)\b|n['’]t\b|['’](?:ll|d)\b|\?",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"(?:(?i:well|yes|yeah|yep|no|oh|ah|hi|hello|hey|okay|ok|right|sure|so|and|but|also|actually|"
    r"now|by the way|btw|anyway|thanks|thank you|great|good|fine|perfect|update|quick update|news|"
    r"good news|big news|quick note|small update|correction|small correction|for the record|"
    r"incidentally|fyi|meanwhile|in the end|finally|as you know|good morning|good afternoon|"
    r"good evening|morning|evening|as for me|sorry|one more thing|it's official|of course|"
    r"in fact|as of now|these days|at the moment|personally|please note|note|reminder)\b"
    r"(?:,? [A-Z][a-zà-ÿ]+(?=[,!]))?[ ,:.!…–—-]*)*"
)
SINCE = re.compile(rf"(?:In|Since|On|As of|From) (?:{DATE.pattern}|{YEAR}),? ")
CLOSING = re.compile(
    r"\s*(?:$|[.!;:)…]|,(?!\s*(?i:no|not|or|wait|sorry|rather|i mean|scratch|right|isn)\b|"
    r"\s*(?:and )?[A-Z0-9](?!['’ ]))"
    r"|\s[-–—]{1,2}\s(?!(?i:no|or|wait|sorry)\b)"
    r"|\s(?:but|so|because|since|which|who|where|although|though|whereas)\b"
    r"|\sand\s(?=[a-z]|I\b))"
)
ADVERB_TAIL = re.compile(
    r" (?:now|already|too|as well|at the moment|currently|these days|officially|recently)\b"
)
QUALIFIERS = (
    ("time", re.compile(rf",? (?:in|since|until|till|from|on|by) (?:{DATE.pattern}|{YEAR})\b")),
    ("place", re.compile(rf",? (?:in|at|near) (?:the )?(?!{DAYS}){NAME.pattern}")),
    ("with", re.compile(rf" with (?:the )?{NAME.pattern}")),
    ("note", re.compile(rf" for (?:the )?(?:{DATE.pattern})")),
    ("note", re.compile(r" as (?:a|an|the|their|its) [a-z-]+(?: [a-z-]+)?(?=[.,;!]|$| and )")),
)
# How a correction is worded, from the plainest down; `dialogue_changes` says what each must touch.
RETRACTED = re.compile(
    r"(?:^|[.!?,;–—-]\s*)(?:no|nope|oops)\b|\b(?:wait|scratch that|correction|make (?:that|it)|"
    r"i meant?|misspoke|sorry|on second thoughts?|let me correct)\b",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"\b(?:chang(?:e|ed|ing)|moved|cancel\w*|switch\w*|no longer|anymore|postponed|revis\w+|"
    r"updated?|wrong|mistake\w*|instead|rather|bumped|raised|lowered|cut)\b",
    re.IGNORECASE,
)
DIFFERENT = re.compile(r"\b(?:actually|now|turns out|new)\b", re.IGNORECASE)
DENIED = re.compile(r"\b(?:not|never|former|ex)\b|n['’]t\b", re.IGNORECASE)
YEAR_ONLY = re.compile(rf"{YEAR}(?![\w-])")
