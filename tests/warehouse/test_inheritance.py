"""Names looked up on bases follow Python's own method resolution order, and stop where the corpus does not say."""

import pytest

from extractors.facts.code import code_facts
from generators.steps import Moves
from warehouse.entities import EntityTable
from warehouse.functional import measure
from warehouse.graph import build_graph
from warehouse.inheritance import inheritable, look_up, resolution_order
from warehouse.packed_facts import PackedFacts
from warehouse.queries import GraphView
from warehouse.records import Document, Section

ERRORS = """\
class ClickException(Exception):
    exit_code = 1
    label = make_label()

    def show(self, file=None) -> None:
        raise RuntimeError("no output")

    @property
    def hint(self):
        return ""


class UsageError(ClickException):
    exit_code = 2


class BadParameter(UsageError):
    param = None
"""
DIAMOND = """\
class Root:
    size = 1
    kind = "root"

class Left(Root):
    pass

class Right(Root):
    size = 3

class Both(Left, Right):
    pass
"""


def view_of(**files: str) -> GraphView:
    facts = []
    for name, text in files.items():
        document = Document(
            id=name, category="code", source=f"{name}.py", format="python", title=f"{name}.py",
            subject="", date="", series="s", licence="", text=text, origins=(),
        )  # fmt: skip
        whole = Section(
            id=f"{name}#0", document_id=name, index=0, headings=(), start=0, end=len(text), tokens=0
        )
        facts += code_facts(document, [whole])
    return GraphView(build_graph(PackedFacts(facts), EntityTable(facts)))


def number(view: GraphView, name: str) -> int:
    return next(at for at, node in enumerate(view.graph.nodes) if node.name == name)


def found(view: GraphView, owner: str, name: str) -> str:
    ends, edges = look_up(view, number(view, owner), name, edition="")
    assert bool(ends) == bool(edges)
    return view.graph.nodes[ends[0]].name if ends else ""


def test_the_nearest_base_that_binds_the_name_wins():
    view = view_of(errors=ERRORS)
    # UsageError overrides the root's 1; the class's own attribute is not inherited.
    assert found(view, "errors.BadParameter", "exit_code") == "2"
    assert found(view, "errors.UsageError", "exit_code") == ""
    assert found(view, "errors.BadParameter", "show") == "errors.ClickException.show"
    _, edges = look_up(view, number(view, "errors.BadParameter"), "show", edition="")
    assert [view.graph.facts[e].relation for e in edges] == ["inherits", "inherits", "defined in"]


@pytest.mark.parametrize("name", ["label", "hint", "missing", "args"])
def test_what_a_body_computes_or_a_foreign_base_may_bind_has_no_answer(name):
    assert found(view_of(errors=ERRORS), "errors.BadParameter", name) == ""


def test_a_diamond_is_resolved_as_python_resolves_it():
    view = view_of(shapes=DIAMOND)
    scope: dict = {"__name__": "shapes"}
    exec(compile(DIAMOND, "shapes", "exec"), scope)  # the test's own text
    expected = [f"shapes.{c.__name__}" for c in scope["Both"].mro() if c is not object]
    order = resolution_order(view, number(view, "shapes.Both"))
    assert order is not None
    assert [view.graph.nodes[at].name for at in order] == expected
    assert found(view, "shapes.Both", "size") == str(scope["Both"].size) == "3"
    assert found(view, "shapes.Both", "kind") == '"root"'


def test_a_contradictory_order_has_no_answer():
    view = view_of(
        m="class A: x = 1\nclass B(A): pass\nclass C(A, B): pass\n"  # Python refuses C
    )
    assert resolution_order(view, number(view, "m.C")) is None
    assert list(inheritable(view, number(view, "m.C"))) == []


def test_a_lookup_goes_through_files_and_ends_where_one_is_hidden():
    view = view_of(
        base="class Base:\n    limit = 5\n",
        middle="from base import Base\n\nclass Middle(Base):\n    pass\n",
        top="from middle import Middle\n\nclass Top(Middle):\n    pass\n",
    )
    assert found(view, "top.Top", "limit") == "5"
    for hidden in ("base", "middle", "top"):
        narrow = view.restricted(None, hidden)
        assert found(narrow, "top.Top", "limit") == ""


def test_a_name_that_the_file_rebinds_from_outside_has_no_answer():
    view = view_of(m="class A:\n    x = 1\n\nclass B(A):\n    pass\n\nB.x = 2\n")
    assert found(view, "m.B", "x") == ""


def test_moves_offer_inherited_names():
    view = view_of(errors=ERRORS)
    moves = Moves(view, measure(view.graph), frozenset())
    steps = {
        m.step.relation
        for m in moves.of(number(view, "errors.BadParameter"))
        if m.step.selector == "inherited"
    }
    assert steps == {"exit_code", "show"}
