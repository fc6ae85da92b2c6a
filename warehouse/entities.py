"""Which mention stands for which entity: one versioned table, recomputed by name block, never written into facts.

Two mentions are one entity when their names are equal as blocks compare them and their types do not clash; within one
document a short form is the full name (`short_forms`). Precision comes first: a one-word personal name is a different
person in every document, a name that two titles share under different disambiguators stays unresolved, a name in lists
of different kinds is told apart (`families`), so are namesakes who work in different places (`people`), and an untyped
mention joins a typed one only where there is a single candidate. An entity's id is its smallest member's hash; each
merge is kept with the name that justified it.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from warehouse.edges import OWNED
from warehouse.families import Families, is_layout
from warehouse.identity import content_id, digest
from warehouse.people import People
from warehouse.records import EntityType, Fact, Mention
from warehouse.short_forms import LocalName, short_forms

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


@dataclass
class Entity:
    """One thing of the world, or one literal value; `names` are its surfaces, most frequent first."""

    id: str
    type: EntityType
    key: str
    names: list[str] = field(default_factory=list)
    nouns: list[str] = field(default_factory=list)
    """Common nouns that the documents call it by (`river`, `comedy film`), from `class` facts and headers."""
    family: str = ""
    """The kind of list whose row it is (`warehouse.families`), if any: only things of one family are compared."""

    article: bool = False
    """Whether running text says "the" before the name (`the Netherlands`, `the Danube`)."""

    @property
    def name(self) -> str:
        """The surface to print."""
        return self.names[0] if self.names else self.key


def mention_keys(fact: Fact, renames: Mapping[str, str]) -> tuple[str, str]:
    """Return the block keys of the fact's subject and object; `renames` maps re-exported names to their definitions."""
    return _key(fact, fact.subject, "subject=", renames), _key(
        fact, fact.object, "object=", renames
    )


def _key(fact: Fact, mention: Mention, prefix: str, renames: Mapping[str, str]) -> str:
    for qualifier in fact.qualifiers:
        if qualifier.kind == "note" and qualifier.text.startswith(prefix):
            name = qualifier.text.removeprefix(prefix)
            if prefix == "subject=" and fact.relation in OWNED:
                name = name.rpartition(".")[0]
            return f"code:{renames.get(name, name)}"
    if mention.type in ("value", "text"):
        unit = fact.quantity.unit if fact.quantity and prefix == "object=" else ""
        value = (
            fact.quantity.value
            if fact.quantity and prefix == "object="
            else mention.text.casefold()
        )
        return f"{mention.type}:{value} {unit}".rstrip()
    if any(q.text == "speaker=generic" for q in fact.qualifiers) and prefix == "subject=":
        return f"local:{fact.document_id}:{normalise(mention.text)}"
    return f"name:{block_name(mention.text)}"


PERSONAL = frozenset(
    (
        "born|died|birthplace|place of birth|place of death|date of birth|date of death|"
        "nationality|spouse|doctoral advisor|born in|died in|born on|died on|buried in|"
        "educated at|married|born at|died at|studied under|occupation"
    ).split("|")
)
"""Relations whose subject is a person, whatever the entity recogniser said."""
PLACED = frozenset(
    (
        "birthplace|place of birth|place of death|born in|died in|buried in|capital|country|city|"
        "rises in|flows into|located in|lives in|moved to|stands on|lies on|country of origin|"
        "launch site|headquarters"
    ).split("|")
)
"""Relations whose object is a place."""
EMPLOYS = frozenset(("works at", "works for", "worked at", "worked for", "employer"))
SEATED = frozenset(("based in", "headquartered in"))
"""Relations whose object or subject is an organisation, which the type alone does not tell from a place."""
KINDS = frozenset(
    (
        "river city town village country state province region county district island lake sea "
        "ocean mountain peak range glacier valley desert bridge tunnel dam canal tower castle "
        "palace church cathedral museum library theatre theater opera ballet symphony novel book "
        "play poem film song album painting sculpture magazine journal newspaper language "
        "company university college school laboratory observatory institute airport station "
        "railway ship submarine aircraft airliner engine rocket spacecraft satellite telescope "
        "planet moon asteroid comet star galaxy element mineral protocol standard program "
        "programme agency team club party band orchestra award prize treaty battle war airline "
        "article trial committee mission registrant"
    ).split()
)
"""Common nouns for kinds of things: a field's last word that is one of them says what its value is."""
RELATIONAL = frozenset(
    (
        "capital mother father wife husband sister brother son daughter birthplace head chief "
        "seat home part member source mouth result centre center subject author founder leader "
        "name place time work one site cause end"
    ).split()
)
"""Nouns that say how a thing stands to another; they are no class of things."""
CODE_SUBJECT = {
    "inherits": "class",
    "raises": "function",
    "returns": "function",
    "calls": "function",
    "defined in": "method",
}
"""What a program's relation says its subject is, for wording and for closing a scope."""
CODE_OBJECT = {"inherits": "class", "raises": "exception class"}
HEADING = 2
"""Largest offset of a name that heads its document: `# ` stands before it at most."""
ARTICLED = "#the"
"""Ends the block of a name with an article where the same name without one is another thing."""
FIRM = 50
"""Weight of what a relation or a class statement says, against one guess of the entity recogniser."""
_CLASSES: dict[str, str] = {
    "person": "person",
    "work": "work",
    "place": "place",
    "organisation": "place",
}


class EntityTable:
    """Maps (block key, document, type) to entities; built in one pass over facts, then asked by fact."""

    def __init__(self, facts: Collection[Fact], renames: Mapping[str, str] | None = None) -> None:
        """Read every mention once: names, types and class nouns by block; `renames` as for `mention_keys`."""
        self._renames = renames or {}
        self._surfaces: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._types: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._nouns: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._bases: dict[str, set[str]] = defaultdict(set)
        self._told: dict[str, set[str]] = defaultdict(set)
        """Documents that state something of the name, by block."""
        self._headed: dict[str, dict[bool, set[str]]] = defaultdict(lambda: defaultdict(set))
        """Documents headed by the name, by block and by whether the heading opens with an article."""
        self._places: set[str] = set()
        """Blocks that running text calls a place: with an article and without it is the same one."""
        self._near: dict[tuple[str, str], set[str]] = defaultdict(set)
        """Types that a document gives a name, by block and document."""
        local: dict[str, dict[LocalName, None]] = defaultdict(dict)
        self.entities: dict[str, Entity] = {}
        self._families = Families((fact, *mention_keys(fact, self._renames)) for fact in facts)
        self._people = People((fact, *mention_keys(fact, self._renames)) for fact in facts)
        for fact in facts:
            subject, object_ = self._keys(fact)
            self._told[subject].add(fact.document_id)
            if not is_layout(fact):
                self._read(local[fact.document_id], subject, fact.subject, fact)
                self._read(local[fact.document_id], object_, fact.object, fact)
            if not (fact.shape == "code" and fact.relation in OWNED):
                self._note(subject, fact.subject)
            for key, kind in ((subject, CODE_SUBJECT), (object_, CODE_OBJECT)):
                if fact.shape == "code" and fact.relation in kind:
                    self._nouns[key][kind[fact.relation]] += 1
            self._imply(subject, object_, fact)
            if fact.shape == "class":
                if fact.object.text.casefold().split()[-1] not in RELATIONAL:
                    self._nouns[subject][fact.object.text.casefold()] += FIRM
            else:
                self._note(object_, fact.object)
        for key in list(self._surfaces):
            for surface in self._surfaces[key]:
                if match := DISAMBIGUATOR.match(surface):
                    self._bases[f"name:{block_name(match['base'])}"].add(key)

        self._short = {document: short_forms(names) for document, names in local.items()}
        for key, headed in self._headed.items():
            apart = headed[True] and headed[False] and not headed[True] & headed[False]
            if apart and key not in self._places:
                self._part(key)

    def _read(self, local: dict[LocalName, None], key: str, mention: Mention, fact: Fact) -> None:
        """Take in a name of running text, for what it tells of other names of its document."""
        if not key.startswith("name:") or (fact.shape == "class" and mention is fact.object):
            return
        local[LocalName(key, mention.text, mention.type)] = None
        if mention.type == "place":
            self._places.add(key)
        if mention.type in _CLASSES:
            self._near[key, fact.document_id].add(_CLASSES[mention.type])
        if mention is fact.subject and mention.start <= HEADING:
            self._headed[key][mention.text.startswith("The ")].add(fact.document_id)

    def _part(self, key: str) -> None:
        """Give a name that heads one document with an article and another without it two blocks: they are two works."""
        surfaces = self._surfaces[key]
        articled = {s: times for s, times in surfaces.items() if s.startswith("The ")}
        self._surfaces[f"{key}{ARTICLED}"] = defaultdict(int, articled)
        self._surfaces[key] = defaultdict(
            int, {s: times for s, times in surfaces.items() if s not in articled}
        )
        self._nouns.pop(key, None)

    def _keys(self, fact: Fact) -> tuple[str, str]:
        """Return the block keys of the fact's ends, those of contested names with their family."""
        subject, object_ = mention_keys(fact, self._renames)
        if subject.startswith("name:"):
            subject = self._families.subject_key(fact, subject)
        if object_.startswith("name:"):
            object_ = self._families.object_key(fact.relation, object_)
        return subject, object_

    def _imply(self, subject: str, object_: str, fact: Fact) -> None:
        """Count what the relation itself says of its ends, which outweighs the recogniser's guess."""
        if fact.relation in PERSONAL:
            self._types[subject]["person"] += FIRM
        if fact.relation in PLACED and fact.object.type not in ("value", "text"):
            self._types[object_]["place"] += FIRM
        if fact.relation in EMPLOYS:
            self._nouns[object_]["organisation"] += 1
        if fact.relation in SEATED and fact.subject.type != "person":
            self._nouns[subject]["organisation"] += 1
        last = fact.relation.split()[-1]
        if (
            fact.shape == "attribute"
            and last in KINDS
            and fact.object.type not in ("value", "text")
        ):
            self._nouns[object_][last] += 1

    def _note(self, key: str, mention: Mention) -> None:
        self._surfaces[key][mention.text] += 1
        if mention.type in _CLASSES:
            self._types[key][_CLASSES[mention.type]] += 1

    def of(self, fact: Fact) -> tuple[str, str]:
        """Return the entity ids of the fact's subject and object, entering them in the table."""
        subject, object_ = self._keys(fact)
        near = self._resolve(subject, fact.subject, fact)
        entity = self.entities[near]
        entity.family = entity.family or self._families.of_subject(fact)
        return near, self._resolve(object_, fact.object, fact)

    def _resolve(self, key: str, mention: Mention, fact: Fact) -> str:
        if not key.startswith("name:"):
            type_: EntityType = "code" if key.startswith("code:") else mention.type
            return self._enter(key, type_, key)
        document = fact.document_id
        short = self._short.get(document, {}).get(key)
        key = self._parted(short or key, mention, document)
        bases = self._bases.get(key, set())
        if len(bases) > 1:
            return self._enter(f"{key}@{fact.document_id}", mention.type, key)
        if len(bases) == 1:
            key = self._disambiguated(key, next(iter(bases)), mention, fact)
        kind = self._kind(key, "thing" if short else mention.type, document)
        if kind == "person" and " " not in key:
            return self._enter(f"{key}@{fact.document_id}", "person", key)
        if kind == "person":
            return self._enter(f"{self._people.key(key, fact.document_id)}/person", "person", key)
        types = {"person": "person", "work": "work", "place": "place"}
        entered: EntityType = types.get(kind, "thing")  # type: ignore[assignment]
        return self._enter(f"{key}/{kind}", entered, key)

    def _parted(self, key: str, mention: Mention, document: str) -> str:
        """Return which of a name's two blocks is meant; in a document that neither heads it is not clear."""
        if f"{key}{ARTICLED}" not in self._surfaces:
            return key
        headed = self._headed[key]
        if document in headed[True]:
            return f"{key}{ARTICLED}"
        return key if document in headed[False] else f"{key}@{document}"

    def _disambiguated(self, key: str, longer: str, mention: Mention, fact: Fact) -> str:
        """Return which key a bare name stands for where one title has it with a disambiguator.

        In the title's own document it is the title. Elsewhere it is, unless another document has the bare name as
        its subject: a page that needs no disambiguator is about another thing.
        """
        home = self._told[longer]
        if fact.document_id in home:
            return longer
        apart = mention is fact.subject or self._told[key] - home
        return key if apart else longer

    def _kind(self, key: str, own: EntityType, document: str) -> str:
        """Return the class of a mention: what relations say of the name, its own type, its document's, the only one.

        A name of one word (`Madison`) may be two things, so that what relations say in other documents comes last.
        """
        kinds = self._types.get(key, {})
        firm = [kind for kind, weight in kinds.items() if weight >= FIRM]
        if len(firm) == 1 and " " in key:
            return firm[0]
        if known := _CLASSES.get(own):
            return known
        if len(near := self._near.get((key, document), ())) == 1:
            return next(iter(near))
        if len(firm) == 1:
            return firm[0]
        return next(iter(kinds)) if len(kinds) == 1 else "thing" if kinds else ""

    def _enter(self, identity: str, type_: EntityType, key: str) -> str:
        entity_id = content_id("entity", identity)
        if entity_id not in self.entities:
            surfaces = self._surfaces.get(key, {})
            names = sorted(surfaces, key=lambda s: (s.isupper(), -surfaces[s], s))
            nouns = self._nouns.get(key, {})
            ranked = sorted(nouns, key=lambda n: (-nouns[n], n))
            name = key.removeprefix("code:")
            if key.startswith("code:"):
                names = [name, *[n for n in names if n != name]]
            self.entities[entity_id] = Entity(
                entity_id,
                type_,
                key,
                [_calm(n) if SHOUTED.fullmatch(n) else n for n in names],
                ranked,
            )
        return entity_id

    def version(self) -> str:
        """Return the hash of the whole table, the version a verdict records."""
        rows = hashlib.sha256()
        for identity in sorted(self.entities):
            entity = self.entities[identity]
            rows.update(
                digest(identity, entity.type, entity.key, entity.names, entity.nouns).encode()
            )
        return rows.hexdigest()


def _calm(name: str) -> str:
    """Return a name in capitals in title case: `LOWE'S BANK OF OHIO` is `Lowe's Bank of Ohio`."""
    words = re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)?", lambda match: match[0].capitalize(), name)
    return re.sub(r"(?<= )(?:Of|And|The|For|In|On|De)(?= )", lambda match: match[0].lower(), words)


def aliases(entity: Entity) -> Iterator[str]:
    """Yield every normalised name under which a text may mention the entity: surfaces, base name, surname."""
    seen: set[str] = set()
    for name in entity.names:
        forms = [name]
        if match := DISAMBIGUATOR.match(name):
            forms.append(match["base"])
        if entity.type == "code":
            forms.append(name.rpartition(".")[2])
        if entity.type == "person" and len(name.split()) > 1 and not re.search(r"\b[IVX]+$", name):
            forms.append(name.split()[-1])
        for form in forms:
            alias = normalise(form)
            if alias and alias not in seen:
                seen.add(alias)
                yield alias
