"""The words that dialogue patterns turn on: which verbs state a fact, which nouns name a relation.

Verbs are keyed by lemma and preposition, with the type of thing that their object names. Those in
`STATES` hold while they are said, so the present tense states them; those in `EVENTS` are stated by
the past and the perfect only (`I book the Aurora` is a habit or a plan).
"""

import re

from extractors.facts.dialogue_values import word_set
from warehouse.records import EntityType

Frames = dict[tuple[str, str], EntityType]


def _frames(table: str) -> Frames:
    """Read `type: verb prep|prep, verb` lines; a bare verb takes a direct object."""
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
    org: work at|for, study at, teach at, run, manage, lead, head, chair, play for, represent
    org: supply
    person: report to, rent from, live with
    thing: own, belong to, use
    value: cost, weigh, employ, earn
""")
EVENTS = _frames("""
    place: move to, relocate to, emigrate to, settle in, live in, grow in, travel to, fly to, visit
    place: stay at|in, book, reserve, return to, go to
    org: join, leave, quit, found, co-found, acquire, graduate from, retire from, study at, teach at
    org: work at|for, attend, start at, sign with, play for, enrol at, enroll at, train at
    person: marry, meet, hire, appoint, replace, succeed, study under
    thing: decide on, settle on, opt for, switch to, apply to, enrol in, enroll in
    thing: buy, purchase, sell, rent, choose, pick, select, adopt, win, build, open, order
    work: write, publish, record, compose, design, paint, translate, edit, direct
    work: read, finish, watch
    value: cost, weigh, employ, earn
""")
PASSIVES = _frames("""
    place: bear in, base in, locate in, headquarter in, situate in, hold in|at, make in, build in
    person: found by, own by, run by, manage by, lead by, head by, direct by, write by, design by
    person: build by, paint by, compose by, establish by, chair by, teach by, marry to, name after
    org: publish by, acquire by, supply by, make by, buy by, host by
    value: schedule for, due on, book for
""")
DATED = word_set(
    "bear found establish build open launch publish hold write release schedule book graduate "
    "retire marry"
)
# Verbs whose present tense is a timetable's: `The Lumen Fair opens on 9 June`.
SCHEDULED = word_set("start begin open close end finish")
IS = frozenset({"is", "'s", "am", "'m"})
PROGRESSIVE = {"living": "live", "working": "work", "studying": "study", "teaching": "teach"}
FIRM = word_set("live bear base move relocate settle headquarter grow emigrate marry report work")
# Verbs of organisations that people may be the object of as well.
EITHER = word_set(
    "represent leave manage marry meet hire appoint replace succeed choose pick select"
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
KIN = word_set(
    "sister brother mother father mum mom dad son daughter cousin aunt uncle nephew niece "
    "grandmother grandfather grandma grandpa granddaughter grandson stepmother stepfather "
    "stepsister stepbrother godmother godfather husband wife partner fiancé fiancée fiance "
    "fiancee girlfriend boyfriend friend colleague coworker co-worker boss manager landlord "
    "landlady neighbour neighbor flatmate roommate housemate teacher tutor doctor dentist "
    "therapist lawyer solicitor accountant agent coach trainer supervisor adviser advisor "
    "mentor assistant editor publisher employer client supplier contractor architect plumber "
    "electrician dog cat horse classmate teammate stepdaughter stepson bandmate penpal tenant "
    "hamster rabbit parrot puppy kitten tortoise hometown physiotherapist optician vet nanny "
    "childminder cleaner gardener hairdresser banker broker translator successor predecessor "
    "mother-in-law father-in-law sister-in-law brother-in-law son-in-law daughter-in-law"
)
MANY = word_set(
    "sister brother son daughter cousin aunt uncle nephew niece friend colleague coworker "
    "co-worker neighbour neighbor flatmate roommate housemate teacher client supplier dog cat "
    "grandmother grandfather grandma grandpa granddaughter grandson assistant pet member "
    "contractor student pupil child partner"
)
PETS = word_set("dog cat horse hamster rabbit parrot puppy kitten tortoise pet")
FIRMS = word_set("employer supplier client contractor publisher agent vendor")
ORGANISATIONS = word_set(
    "bank insurer carrier school university college airline hospital company firm agency club team "
    "band choir orchestra museum gallery parish union brewery bakery"
)
PLACES = word_set(
    "hometown birthplace capital city town village country neighbourhood neighborhood"
)
AGENT = re.compile(
    r"\w+(?:er|or|ist|ian|man|woman)|head|chief|chair|lead|contact|boss|captain|dean|"
    r"chef|cook|ceo|cto|cfo|president|principal|treasurer|vet|mp"
)
# Roles that only people have, whatever the recogniser makes of the name.
POSTS = word_set(
    "head chief chair boss captain dean chef cook ceo cto cfo president principal treasurer mayor "
    "director registrar conductor deputy secretary curator minister king queen headteacher "
    "spokesman spokeswoman chairman chairwoman apprentice intern receptionist caretaker editor "
    "author professor rector bursar warden governor ambassador sergeant colonel major nurse "
    "mason notary smith locksmith guide clerk surgeon physician judge priest vicar poet bride "
    "groom guardian host usher pilot"
)
# Verbs that are said of firms rather than of people.
CORPORATE = word_set("base headquarter employ supply acquire")
# Verbs that only people are the subject of.
HUMAN = word_set("live work bear marry study teach grow retire graduate")
# What somebody was to a thing once and for all, so that `was` states it as well as `is`.
ORIGINS = word_set(
    "founder co-founder architect author composer inventor designer builder painter creator "
    "winner sculptor discoverer translator birthplace"
)
NO_RELATION = word_set(
    "name guess point plan idea question answer hope concern worry problem suggestion thought "
    "feeling choice vote bet preference recommendation advice dream wish goal aim "
    "understanding impression fear opinion view reason issue thing part side turn word way "
    "kind sort type rest one lot bit pleasure bad fault mistake gosh goodness god time day "
    "week month year life background nationality mind heart eye excuse apology trouble "
    "reaction response example inspiration motto argument conclusion theory experience start "
    "end result"
)
BAD_ADJECTIVES = word_set(
    "former ex previous old first last next second third future ideal dream other another "
    "late potential possible likely planned original initial usual real total only biggest "
    "main interim acting would-be so-called supposed alleged then half maximum minimum"
)
DROPPED_ADJECTIVES = word_set("new current own dear lovely good great wonderful present")
NUMBERED = word_set("number code reference extension pin plate flight seat room gate")
UNTOLD = frozenset({"number", "code", "reference"})
ADVERBS = word_set(
    "also now currently just already finally actually still recently officially really both "
    "definitely indeed eventually originally"
)
