"""Facts from Python source: what is read, what is refused, and where it stands."""

from extractors.facts.code import code_facts
from warehouse.records import Document, Fact, Section

TYPES = '''\
"""Parameter types."""
import uuid
from .exceptions import BadParameter

LIMIT_BYTES = 1_024


class ParamType:
    arity = 1
    name: str = "text"

    def fail(self, message, param=None, retries=-3):
        raise BadParameter(message, param=param)

    def convert(self, value) -> str:
        return value


class UUIDType(ParamType):
    def convert(self, value):
        try:
            return uuid.UUID(value)
        except ValueError:
            self.fail("not a UUID")
'''


def document(text: str, path: str = "src/click/types.py") -> Document:
    return Document(
        id=f"doc-{path}",
        category="code",
        source=f"click.jsonl#{path}",
        format="python",
        title=path,
        subject="",
        date="8.2",
        series="click",
        licence="",
        text=text,
        origins=(),
    )


def section(doc: Document, start: int = 0, end: int | None = None) -> Section:
    stop = len(doc.text) if end is None else end
    return Section(
        id="s", document_id=doc.id, index=0, headings=(), start=start, end=stop, tokens=0
    )


def facts(text: str, path: str = "src/click/types.py") -> list[Fact]:
    doc = document(text, path)
    return code_facts(doc, [section(doc)])


def triples(found: list[Fact], relation: str) -> list[tuple[str, str]]:
    """Qualified subject and qualified object, or the literal as printed."""
    rows = []
    for fact in found:
        notes = dict(q.text.split("=", 1) for q in fact.qualifiers)
        if fact.relation == relation:
            rows.append((notes["subject"], notes.get("object", fact.object.text)))
    return rows


def test_a_chain_from_call_to_exception_has_qualified_names() -> None:
    found = facts(TYPES)
    call = ("click.types.UUIDType.convert", "click.types.ParamType.fail")
    assert triples(found, "calls") == [call]
    raised = ("click.types.ParamType.fail", "click.exceptions.BadParameter")
    assert triples(found, "raises") == [raised]
    assert triples(found, "inherits") == [("click.types.UUIDType", "click.types.ParamType")]
    assert triples(found, "returns") == [("click.types.ParamType.convert", "builtins.str")]
    assert triples(found, "constant") == [("click.types.LIMIT_BYTES", "1_024")]
    assert triples(found, "class attribute") == [
        ("click.types.ParamType.arity", "1"),
        ("click.types.ParamType.name", '"text"'),
    ]
    assert triples(found, "default value") == [
        ("click.types.ParamType.fail.param", "None"),
        ("click.types.ParamType.fail.retries", "-3"),
    ]
    assert len(triples(found, "defined in")) == 3  # fail, and convert of both classes


def test_mentions_and_quotes_are_the_text_at_their_spans() -> None:
    found = facts(TYPES)
    for fact in found:
        assert TYPES[fact.start : fact.end] == fact.quote
        assert TYPES[fact.subject.start : fact.subject.end] == fact.subject.text
        assert TYPES[fact.object.start : fact.object.end] == fact.object.text
        assert fact.as_of == "8.2"
    raised = next(fact for fact in found if fact.relation == "raises")
    assert raised.object.text == "BadParameter"
    assert raised.quote == "raise BadParameter(message, param=param)"
    call = next(fact for fact in found if fact.relation == "calls")
    assert call.quote == 'self.fail("not a UUID")'
    assert next(f for f in found if f.relation == "inherits").quote == "class UUIDType(ParamType):"


def test_bases_keep_their_order_and_are_all_or_none() -> None:
    text = (
        "from abc import ABC\nimport typing as t\n"
        "class A(ABC, t.Generic[int], Exception): pass\n"
        "class B(ABC, make()): pass\n"
        "class C(Unknown): pass\n"
    )
    found = [f for f in facts(text) if f.relation == "inherits"]
    assert triples(found, "inherits") == [
        ("click.types.A", "abc.ABC"),
        ("click.types.A", "typing.Generic"),
        ("click.types.A", "builtins.Exception"),
    ]
    assert [q.text for f in found for q in f.qualifiers if q.text.startswith("order")] == [
        "order=0",
        "order=1",
        "order=2",
    ]
    assert len({f.group for f in found}) == 1
    assert found[0].group


RAISES = """\
import socket
from .errors import Missing, Other
from . import errors

class Local(Missing): pass
class Plain(LookupError): pass

def several(x):
    if x:
        raise Missing(x)
    raise errors.Broken from None

def again(x):
    try:
        x()
    except KeyError as error:
        raise
    except ValueError as error:
        raise error
    raise TypeError("no").with_traceback(None)

def unclear(kind):
    raise kind("x")

def half(kind):
    if kind:
        raise Missing()
    raise kind

def caught():
    try:
        raise KeyError
    except LookupError:
        pass

def passed():
    try:
        raise KeyError
    except (ValueError, Missing):
        pass

def in_handler():
    try:
        pass
    except Exception:
        raise Missing

def maybe_caught():
    try:
        raise Missing
    except ValueError:
        pass

def known_line():
    try:
        raise Plain
    except ValueError:
        pass

def line_caught():
    try:
        raise Plain
    except KeyError:
        raise
    except LookupError:
        pass

def alias_caught():
    try:
        raise OSError
    except socket.error:
        pass

def nested():
    def inner():
        raise Missing
    return lambda: inner

def shadowed(Missing):
    raise Missing("x")

def not_a_class():
    raise NotImplemented
"""


def test_raises_are_direct_complete_and_escape_the_function() -> None:
    assert triples(facts(RAISES), "raises") == [
        ("click.types.several", "click.errors.Missing"),
        ("click.types.several", "click.errors.Broken"),
        # `again` also raises what it caught, whose class its body does not name
        ("click.types.passed", "builtins.KeyError"),
        ("click.types.in_handler", "click.errors.Missing"),
        ("click.types.known_line", "click.types.Plain"),
    ]


TWICE = """\
from typing import overload
import sys
try:
    from fast import parse
except ImportError:
    from slow import parse

if sys.version_info > (3, 12):
    def read(): raise ValueError
else:
    def read(): raise TypeError

@overload
def take(x: int) -> int: ...
@overload
def take(x: str) -> str: ...
def take(x): raise ValueError

class Pair:
    size = 1
    size = 2
    width = 3
    @property
    def value(self): raise ValueError
    @value.setter
    def value(self, new): raise TypeError

Pair.width = 4
LIMIT_A = 1
if sys.flags:
    LIMIT_A = 2
LIMIT_B = 3
def change():
    global LIMIT_B
    LIMIT_B = 4
def use():
    parse()
    read()
    take(1)
"""


def test_what_is_defined_or_assigned_twice_gives_nothing() -> None:
    found = facts(TWICE)
    assert [f for f in found if f.relation != "decorated by"] == []


CALLS = """\
import os
import os.path
import sys
import xml.dom.minidom
from .helpers import clean, Config, current
from other import *

def top(): pass
def loop(): loop()

class Base:
    def save(self): pass
    def close(self): pass
    @property
    def handler(self): return print

class Model(Base):
    def save(self):
        super().save()
        self.close()
        self.handler()
        self.missing()
        clean(self)
        Config()
        current.get()
        top()
        os.getcwd()
        os.path.join("a")
        sys.stdout.write("x")
        xml.dom.minidom.parseString("<a/>")
        maybe()
        Base.close(self)
        [clean for top in ()]

    @classmethod
    def make(cls):
        cls.build()
        later = lambda: top()

    @classmethod
    def build(cls): pass

    def rebound(self):
        self = Base()
        self.close()

    @staticmethod
    def loose(item):
        item.close()

def shadow(clean):
    clean()

def hidden():
    top = 1
    top()
"""


def test_calls_are_followed_only_where_the_file_tells_the_callee() -> None:
    found = triples(facts(CALLS), "calls")
    model = "click.types.Model"
    # `top` is also a comprehension variable in `save`, which makes it unclear there.
    assert found == [
        (f"{model}.save", "click.types.Base.save"),
        (f"{model}.save", "click.types.Base.close"),
        (f"{model}.save", "click.helpers.clean"),
        (f"{model}.save", "os.getcwd"),
        (f"{model}.save", "os.path.join"),
        (f"{model}.save", "xml.dom.minidom.parseString"),
        (f"{model}.make", f"{model}.build"),
    ]


def test_decorators_are_listed_from_the_outermost_in() -> None:
    text = (
        "import functools\nfrom .deco import cached, app\n"
        "@cached\n@functools.lru_cache(maxsize=None)\ndef f(): pass\n"
        "@app.route('/')\n@cached\ndef g(): pass\n"
    )
    found = [f for f in facts(text) if f.relation == "decorated by"]
    assert triples(found, "decorated by") == [
        ("click.types.f", "click.deco.cached"),
        ("click.types.f", "functools.lru_cache"),
    ]
    assert found[1].quote == "@functools.lru_cache(maxsize=None)"


def test_returns_takes_one_plain_class_name_quoted_or_not() -> None:
    text = (
        "import typing as t\nfrom .core import Context, T\n"
        "class A:\n"
        "    def a(self) -> 'A': ...\n"
        "    def b(self) -> Context: ...\n"
        "    def c(self) -> T: ...\n"
        "    def d(self) -> None: ...\n"
        "    def e(self) -> list[int]: ...\n"
        "    def f(self) -> 'Context | None': ...\n"
    )
    assert triples(facts(text), "returns") == [
        ("click.types.A.a", "click.types.A"),
        ("click.types.A.b", "click.core.Context"),
    ]


def test_a_relative_import_starts_at_the_package() -> None:
    text = "from . import core\nfrom ..shared.errors import Lost\nclass A(core.Base, Lost): pass\n"
    assert triples(facts(text, "src/pkg/sub/__init__.py"), "inherits") == [
        ("pkg.sub.A", "pkg.sub.core.Base"),
        ("pkg.sub.A", "pkg.shared.errors.Lost"),
    ]
    above = "from ...far import Base\nclass A(Base): pass\n"
    assert facts(above, "src/pkg/mod.py") == []  # goes above the top package
