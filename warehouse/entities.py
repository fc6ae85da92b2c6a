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
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from warehouse.edges import OWNED
from warehouse.families import Families, is_layout
from warehouse.identity import content_id, digest
from warehouse.local_names import LocalNames
from warehouse.names import DISAMBIGUATOR, SHOUTED, block_name, calm, normalise
from warehouse.people import People
from warehouse.records import EntityType, Fact, Mention
from warehouse.short_forms import LocalName
from warehouse.tallies import Numbers, Tally


@dataclass(slots=True)
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
CLASSES: dict[str, str] = {
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
        keys, documents = Numbers(), Numbers()
        self._surfaces = Tally(keys, Numbers())
        self._types = Tally(keys, Numbers())
        self._nouns = Tally(keys, Numbers())
        self._told = Tally(keys, documents)
        """Documents that state something of the name, by block."""
        self._headed = {articled: Tally(keys, documents) for articled in (True, False)}
        """Documents headed by the name, by whether the heading opens with an article."""
        self._places: set[int] = set()
        """Blocks that running text calls a place: with an article and without it is the same one."""
        self._local = LocalNames(keys, documents)
        self.entities: dict[str, Entity] = {}
        self._families = Families((fact, *mention_keys(fact, self._renames)) for fact in facts)
        self._people = People(facts, lambda fact: mention_keys(fact, self._renames))
        for fact in facts:
            self._count(fact, *self._keys(fact), keys)
        for tally in (self._surfaces, self._types, self._nouns, self._told, *self._headed.values()):
            tally.close()
        self._local.close()
        self._bases: dict[str, set[str]] = defaultdict(set)
        for key, surface in self._surfaces.pairs():
            if match := DISAMBIGUATOR.match(surface):
                self._bases[f"name:{block_name(match['base'])}"].add(key)
        self._parts = {
            key
            for key in self._headed[True].counted()
            if keys[key] not in self._places and self._headed_apart(key)
        }
        """Names that head one document with an article and another without it: they are two works."""

    def _count(self, fact: Fact, subject: str, object_: str, keys: Numbers) -> None:
        """Take in what a fact says of the blocks of its ends."""
        self._told.add(subject, fact.document_id)
        if not is_layout(fact):
            for key, mention in ((subject, fact.subject), (object_, fact.object)):
                named = fact.shape != "class" or mention is fact.subject
                if named and key.startswith("name:"):
                    self._read(key, mention, fact, keys)
        if not (fact.shape == "code" and fact.relation in OWNED):
            self._note(subject, fact.subject)
        for key, kind in ((subject, CODE_SUBJECT), (object_, CODE_OBJECT)):
            if fact.shape == "code" and fact.relation in kind:
                self._nouns.add(key, kind[fact.relation])
        self._imply(subject, object_, fact)
        if fact.shape != "class":
            self._note(object_, fact.object)
        elif fact.object.text.casefold().split()[-1] not in RELATIONAL:
            self._nouns.add(subject, fact.object.text.casefold(), FIRM)

    def _read(self, key: str, mention: Mention, fact: Fact, keys: Numbers) -> None:
        """Take in a name of running text, for what it tells of other names of its document."""
        self._local.add(fact.document_id, LocalName(key, mention.text, mention.type))
        if mention.type == "place":
            self._places.add(keys[key])
        if mention is fact.subject and mention.start <= HEADING:
            self._headed[mention.text.startswith("The ")].add(key, fact.document_id)

    def _headed_apart(self, key: str) -> bool:
        articled, bare = (self._headed[kind].of(key).keys() for kind in (True, False))
        return bool(bare) and not articled & bare

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
        literal = fact.object.type in ("value", "text")
        if fact.relation in PERSONAL:
            self._types.add(subject, "person", FIRM)
        if fact.relation in PLACED and not literal:
            self._types.add(object_, "place", FIRM)
        if fact.relation in EMPLOYS:
            self._nouns.add(object_, "organisation")
        if fact.relation in SEATED and fact.subject.type != "person":
            self._nouns.add(subject, "organisation")
        last = fact.relation.split()[-1]
        if fact.shape == "attribute" and last in KINDS and not literal:
            self._nouns.add(object_, last)

    def _note(self, key: str, mention: Mention) -> None:
        self._surfaces.add(key, mention.text)
        if mention.type in CLASSES:
            self._types.add(key, CLASSES[mention.type])

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
        short = self._local.full_name(document, key)
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
        if key not in self._parts:
            return key
        if document in self._headed[True].of(key):
            return f"{key}{ARTICLED}"
        return key if document in self._headed[False].of(key) else f"{key}@{document}"

    def _disambiguated(self, key: str, longer: str, mention: Mention, fact: Fact) -> str:
        """Return which key a bare name stands for where one title has it with a disambiguator.

        In the title's own document it is the title. Elsewhere it is, unless another document has the bare name as
        its subject: a page that needs no disambiguator is about another thing.
        """
        home = self._told.of(longer)
        if fact.document_id in home:
            return longer
        apart = mention is fact.subject or self._told.of(key).keys() - home.keys()
        return key if apart else longer

    def _kind(self, key: str, own: EntityType, document: str) -> str:
        """Return the class of a mention: what relations say of the name, its own type, its document's, the only one.

        A name of one word (`Madison`) may be two things, so that what relations say in other documents comes last.
        """
        kinds = self._types.of(key)
        firm = [kind for kind, weight in kinds.items() if weight >= FIRM]
        if len(firm) == 1 and " " in key:
            return firm[0]
        if known := CLASSES.get(own):
            return known
        near = {CLASSES[kind] for kind in self._local.types(document, key) if kind in CLASSES}
        if len(near) == 1:
            return near.pop()
        if len(firm) == 1:
            return firm[0]
        return next(iter(kinds)) if len(kinds) == 1 else "thing" if kinds else ""

    def _printed(self, key: str) -> dict[str, int]:
        """Return the surfaces of a block; one of two that an article tells apart has its own."""
        if (bare := key.removesuffix(ARTICLED)) not in self._parts:
            return self._surfaces.of(key)
        articled = key != bare
        surfaces = self._surfaces.of(bare)
        return {s: n for s, n in surfaces.items() if s.startswith("The ") == articled}

    def _enter(self, identity: str, type_: EntityType, key: str) -> str:
        entity_id = content_id("entity", identity)
        if entity_id not in self.entities:
            surfaces = self._printed(key)
            names = sorted(surfaces, key=lambda s: (s.isupper(), -surfaces[s], s))
            nouns = {} if key in self._parts else self._nouns.of(key)
            ranked = sorted(nouns, key=lambda n: (-nouns[n], n))
            name = key.removeprefix("code:")
            if key.startswith("code:"):
                names = [name, *[n for n in names if n != name]]
            self.entities[entity_id] = Entity(
                entity_id,
                type_,
                key,
                [calm(n) if SHOUTED.fullmatch(n) else n for n in names],
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
