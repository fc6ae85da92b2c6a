"""Facts between a Python file's definitions and what they name: bases, raises, calls, annotations.

Each is read from a class's or function's own statements; nested functions, lambdas and classes
speak for themselves. Bases, raises and decorators are sets: all of them are told apart or none is
given.
"""

import ast
import builtins
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractors.facts.code_names import (
    Binding,
    ClassInfo,
    FunctionInfo,
    Names,
    Scope,
    ancestors,
    bases_of,
    find_method,
    is_class_name,
    resolve,
)
from extractors.facts.code_source import (
    DEFINITIONS,
    Source,
    Statement,
    name_mention,
    signature_span,
    span_of,
)
from warehouse.records import Mention

TYPE_VARIABLE = re.compile(r"_?[A-Z]{1,2}\d?(?:_co|_contra)?|_?T_\w+|\w*[a-z]T")
VAGUE_TYPES = frozenset({"Any", "Self", "NoReturn", "Never", "Callable", "object"})
CATCHERS = frozenset(
    {"suppress", "raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp"}
)


def defined_in(source: Source, info: FunctionInfo, *, names: Names) -> Iterator[Statement]:
    """Yield `defined in` from a method to its class."""
    subject = name_mention(source, info.node)
    owner = name_mention(source, info.owner.node) if info.owner else None
    if subject is not None and owner is not None and info.owner is not None:
        span = signature_span(source, info.node)
        changed = names.stored.get(info.owner.node.name, set()) | names.stored.get("cls", set())
        plain = not info.node.decorator_list and info.node.name not in changed
        notes = ("plain=yes",) if plain else ()
        yield Statement(subject, info.name, "defined in", owner, info.owner.name, span, notes=notes)


def inherits(source: Source, info: ClassInfo, *, names: Names) -> Iterator[Statement]:
    """Yield `inherits` for every base in order, or nothing when one of them is unclear."""
    bound = {*info.scope.names, *names.stored.get(info.node.name, set())}
    binds = f"binds={' '.join(sorted(bound))}"
    for statement in _listed(source, info, nodes=bases_of(info), label=(names, "inherits")):
        yield replace(statement, notes=(binds,))


def decorated_by(
    source: Source, info: ClassInfo | FunctionInfo, *, names: Names
) -> Iterator[Statement]:
    """Yield `decorated by` for every decorator, outermost first, or nothing if one is unclear."""
    decorators = [d.func if isinstance(d, ast.Call) else d for d in info.node.decorator_list]
    yield from _listed(source, info, nodes=decorators, label=(names, "decorated by"))


def _listed(
    source: Source,
    info: ClassInfo | FunctionInfo,
    *,
    nodes: Sequence[ast.expr],
    label: tuple[Names, str],
) -> Iterator[Statement]:
    names, relation = label
    subject = name_mention(source, info.node)
    found: list[Statement] = []
    for order, node in enumerate(nodes):
        target, printed = resolve(node, info.chain, names=names), name_mention(source, node)
        if subject is None or target is None or printed is None or not target.target:
            return
        whole = relation == "inherits"
        span = signature_span(source, info.node) if whole else line_span(source, printed)
        found.append(
            Statement(subject, info.name, relation, printed, target.target, span, None, order, True)
        )
    if len({statement.object_name for statement in found}) == len(found):
        yield from found


def returns(source: Source, info: FunctionInfo, *, names: Names) -> Iterator[Statement]:
    """Yield `returns` when the annotation is one plain name of a class, quoted or not."""
    node, subject = info.node.returns, name_mention(source, info.node)
    printed = name_mention(source, node) if isinstance(node, (ast.Name, ast.Constant)) else None
    if subject is None or printed is None or not printed.text.isidentifier():
        return
    name = printed.text
    target = resolve(ast.Name(name, ast.Load()), info.chain, names=names)
    if target is None or name in VAGUE_TYPES:
        return
    classlike = is_class_name(name) and not TYPE_VARIABLE.fullmatch(name)
    imported = target.kind == "import" and classlike
    if imported or target.kind == "class" or _builtin_class(target):
        span = signature_span(source, info.node)
        yield Statement(subject, info.name, "returns", printed, target.target, span)


def _builtin_class(binding: Binding) -> type | None:
    if binding.kind != "builtin":
        return None
    value = getattr(builtins, binding.target.rpartition(".")[2], None)
    return value if isinstance(value, type) else None


def raises(source: Source, info: FunctionInfo, *, names: Names) -> Iterator[Statement]:
    """Yield `raises` once per exception class.

    Nothing is given when one `raise` is unclear or may be caught by the function itself, nor when a bare
    `raise`, or one of a caught exception's own name, raises again what something else raised.
    """
    subject = name_mention(source, info.node)
    caught = {n.name for n in ast.walk(info.node) if isinstance(n, ast.ExceptHandler) and n.name}
    found: dict[str, Statement] = {}
    for node, guards in guarded_nodes(info.node.body):
        if not isinstance(node, ast.Raise):
            continue
        if node.exc is None:
            return
        raised = _raised_name(node.exc)
        if isinstance(raised, ast.Name) and raised.id in caught and raised is node.exc:
            return
        target = resolve(raised, info.body_chain, names=names)
        printed = name_mention(source, raised)
        if subject is None or target is None or printed is None or not _is_exception(target):
            return
        if any(not _passes(target, guard, place=(info.body_chain, names)) for guard in guards):
            return
        span = span_of(source, node)
        statement = Statement(
            subject, info.name, "raises", printed, target.target, span, None, -1, True
        )
        found.setdefault(target.target, statement)
    yield from found.values()


def _raised_name(node: ast.expr) -> ast.expr:
    """Return what names the class in `X`, `X(…)` and `X(…).with_traceback(…)`."""
    while isinstance(node, ast.Call):
        inner = node.func
        if not isinstance(inner, ast.Attribute) or inner.attr != "with_traceback":
            return inner
        if not isinstance(inner.value, ast.Call):
            return inner
        node = inner.value
    return node


def _is_exception(binding: Binding) -> bool:
    name = binding.target.rpartition(".")[2]
    if binding.kind == "builtin":
        value = _builtin_class(binding)
        return value is not None and issubclass(value, BaseException)
    if binding.kind in ("import", "member"):
        return is_class_name(name) or name == "error"
    return binding.kind == "class"


def guarded_nodes(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Yield a function's own nodes in order, each with the `try` and `with` that guard it."""
    stack: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(node, ()) for node in reversed(body)]
    while stack:
        node, guards = stack.pop()
        yield node, guards
        if isinstance(node, (*DEFINITIONS, ast.Lambda)):
            continue
        inside: set[int] = set()
        if isinstance(node, (ast.Try, ast.TryStar, ast.With, ast.AsyncWith)):
            inside = {id(child) for child in node.body}
        children = list(ast.iter_child_nodes(node))
        stack.extend(
            (child, (*guards, node) if id(child) in inside else guards)
            for child in reversed(children)
        )


def _passes(raised: Binding, guard: ast.AST, *, place: tuple[Sequence[Scope], Names]) -> bool:
    """Say whether it is certain that `guard` does not catch the exception."""
    if isinstance(guard, (ast.With, ast.AsyncWith)):
        return not any(_printed(item.context_expr) in CATCHERS for item in guard.items)
    if not isinstance(guard, (ast.Try, ast.TryStar)):
        return False
    for handler in guard.handlers:
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if not all(_unrelated(raised, node, place=place) for node in types):
            return False
    return True


def _printed(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _unrelated(
    raised: Binding, node: ast.expr | None, *, place: tuple[Sequence[Scope], Names]
) -> bool:
    """Say whether it is certain that `node` does not name the exception's class or one above it."""
    handled = resolve(node, place[0], names=place[1]) if node is not None else None
    if handled is None or handled.target == raised.target:
        return False
    upper, lower = _builtin_class(handled), _builtin_class(raised)
    # Other names of built-in exceptions (`socket.error`) are lower-case or share their last part.
    name = handled.target.rpartition(".")[2]
    if upper is None and (not is_class_name(name) or hasattr(builtins, name)):
        return False
    if lower is not None:
        return upper is None or not issubclass(lower, upper)
    names = place[1]
    if raised.target not in names.classes:
        return False
    chain = [names.classes[raised.target], *ancestors(names.classes[raised.target], names)]
    if handled.target in {info.name for info in chain}:
        return False
    top = chain[-1]
    roots = [resolve(base, top.chain, names=names) for base in bases_of(top)]
    classes = [_builtin_class(root) for root in roots if root is not None]
    if len(roots) != len(classes) or not all(classes):
        return False
    return upper is None or not any(issubclass(root, upper) for root in classes if root is not None)


def calls(source: Source, info: FunctionInfo, *, names: Names) -> Iterator[Statement]:
    """Yield `calls` once per function that the body calls itself.

    The callee is an imported name, a function of the module, or a method that the function's own
    class, or its only line of bases in this file, defines.
    """
    subject = name_mention(source, info.node)
    seen: set[str] = {info.name}
    for node, _ in guarded_nodes(info.node.body):
        if not isinstance(node, ast.Call) or subject is None:
            continue
        target = _own_method(node.func, info, names=names) or _function_target(
            node.func, info, names=names
        )
        printed = name_mention(source, node.func)
        if target and printed is not None and target not in seen:
            seen.add(target)
            yield Statement(
                subject, info.name, "calls", printed, target, line_span(source, printed)
            )


def line_span(source: Source, mention: Mention) -> tuple[int, int]:
    """Return the span of the line that a mention stands on, without indentation and line end."""
    at = bisect_right(source.lines, mention.start) - 1
    start = source.lines[at]
    end = source.lines[at + 1] if at + 1 < len(source.lines) else len(source.text)
    line = source.text[start:end]
    return start + len(line) - len(line.lstrip()), start + len(line.rstrip())


def _function_target(node: ast.expr, info: FunctionInfo, *, names: Names) -> str:
    target = resolve(node, info.body_chain, names=names)
    if target is None:
        return ""
    if target.kind == "function":
        return target.target if target.target in names.functions else ""
    plain = not is_class_name(target.target.rpartition(".")[2])
    return target.target if target.kind in ("import", "member") and plain else ""


def _own_method(node: ast.expr, info: FunctionInfo, *, names: Names) -> str:
    """Return the method that `self.m(…)`, `cls.m(…)` or `super().m(…)` means, or an empty name."""
    if not isinstance(node, ast.Attribute) or info.owner is None:
        return ""
    above = ancestors(info.owner, names)
    first = info.node.args.posonlyargs + info.node.args.args
    value = node.value
    found = None
    if isinstance(value, ast.Call) and _printed(value) == "super" and not value.args:
        found = find_method(node.attr, above, names=names)
    elif isinstance(value, ast.Name) and first and value.id == first[0].arg and _bound_first(info):
        found = find_method(node.attr, [info.owner, *above], names=names)
    return found.name if found is not None else ""


def _bound_first(info: FunctionInfo) -> bool:
    """Say whether the first parameter is the instance or class and is not bound again."""
    first = (info.node.args.posonlyargs + info.node.args.args)[0].arg
    static = any(_printed(decorator) == "staticmethod" for decorator in info.node.decorator_list)
    return not static and info.scope.names.get(first) is not None
