"""What a name in a Python file stands for, told from that file alone.

A name is followed only when its scope binds it once: by an import, a function or a class. A second
binding anywhere in the scope (overloads, `try`/`except` fall-backs, version checks, rebinding)
makes it unclear, and what is unclear gives no fact. Comprehension and lambda variables count as
bindings of the scope around them, which is stricter than the language and never wrong.
"""

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from extractors.facts.code_source import DEFINITIONS, Function, Source

MAX_ANCESTORS = 50
Kind = Literal["module", "import", "function", "class", "variable", "builtin", "member"]


@dataclass(frozen=True)
class Binding:
    """What a name is bound to."""

    kind: Kind
    """`module` by `import a`, `import` by `from a import b`, `member` is a name of one of these."""
    target: str
    """Qualified name."""


@dataclass
class Scope:
    """The names that one module, class or function binds; an unclear one is None."""

    names: dict[str, Binding | None] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    """Dotted modules that `import a.b` made reachable."""
    star: bool = False
    outer: frozenset[str] = frozenset()
    """Names declared `global` or `nonlocal`."""

    def bind(self, name: str, binding: Binding) -> None:
        """Bind `name`; a second binding that is not the same import makes it unclear."""
        same = self.names.get(name) == binding and binding.kind in ("module", "import")
        self.names[name] = binding if name not in self.names or same else None


@dataclass(frozen=True)
class ClassInfo:
    """A class that the module or one of its classes defines once, with the scope of its body."""

    name: str
    node: ast.ClassDef
    scope: Scope
    chain: tuple[Scope, ...]
    """Scopes in which its bases and decorators are looked up, innermost first."""


@dataclass(frozen=True)
class FunctionInfo:
    """A function or method defined once, with the scopes of its body and of its place."""

    name: str
    node: Function
    owner: ClassInfo | None
    scope: Scope
    chain: tuple[Scope, ...]
    """Scopes in which names of its signature are looked up, innermost first."""
    body_chain: tuple[Scope, ...]
    """Scopes in which names of its body are looked up: a method does not see its class's names."""


@dataclass(frozen=True)
class Names:
    """What a file defines once, by qualified name, and the module's own scope."""

    module: Scope
    classes: dict[str, ClassInfo]
    functions: dict[str, FunctionInfo]
    stored: dict[str, set[str]]
    """Attributes that the file assigns or deletes, by the name before the dot."""


def own_nodes(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes of a scope's statements in order, without the insides of inner scopes.

    Definitions and lambdas are yielded themselves; their decorators and defaults are left out.
    """
    stack = list(reversed(body))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def scope_of(
    source: Source, body: Sequence[ast.stmt], *, prefix: str, arguments: ast.arguments | None = None
) -> Scope:
    """Return the names that the statements bind.

    `prefix` is the qualified name of what holds them; it is empty inside a function, where
    definitions have no qualified name.
    """
    nodes = list(own_nodes(body))
    declared = [
        name
        for node in nodes
        if isinstance(node, (ast.Global, ast.Nonlocal))
        for name in node.names
    ]
    scope = Scope(outer=frozenset(declared))
    if arguments is not None:
        for argument in all_arguments(arguments):
            scope.bind(argument.arg, Binding("variable", ""))
    for node in nodes:
        match node:
            case ast.Import():
                _bind_import(scope, node)
            case ast.ImportFrom():
                _bind_import_from(scope, node, source=source)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                kind: Kind = "class" if isinstance(node, ast.ClassDef) else "function"
                scope.bind(
                    node.name,
                    Binding(kind, f"{prefix}.{node.name}") if prefix else Binding("variable", ""),
                )
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                scope.bind(name, Binding("variable", f"{prefix}.{name}" if prefix else ""))
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                scope.bind(name, Binding("variable", ""))
            case ast.MatchMapping(rest=str(name)):
                scope.bind(name, Binding("variable", ""))
            case ast.Lambda():
                for argument in all_arguments(node.args):
                    scope.bind(argument.arg, Binding("variable", ""))
    for name in scope.outer:
        scope.names[name] = None
    return scope


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """Return every parameter, `*args` and `**kwargs` included."""
    starred = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


def _bind_import(scope: Scope, node: ast.Import) -> None:
    for alias in node.names:
        top = alias.name.partition(".")[0]
        scope.modules.add(alias.name)
        scope.bind(alias.asname or top, Binding("module", alias.name if alias.asname else top))


def _bind_import_from(scope: Scope, node: ast.ImportFrom, *, source: Source) -> None:
    parents = source.package.split(".") if source.package else []
    keep = len(parents) - (node.level - 1)
    base = parents[:keep] if node.level and keep > 0 else []
    lost = node.level > 0 and not base
    path = ".".join([*base, node.module] if node.module else base)
    for alias in node.names:
        if alias.name == "*":
            scope.star = True
        elif lost:
            scope.names[alias.asname or alias.name] = None
        else:
            scope.bind(alias.asname or alias.name, Binding("import", f"{path}.{alias.name}"))


def names_of(source: Source) -> Names:
    """Return the file's definitions and module scope. Definitions inside functions are left out."""
    module = scope_of(source, source.tree.body, prefix=source.module)
    stored: dict[str, set[str]] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Global):
            module.names.update(dict.fromkeys(node.names))
        elif (
            isinstance(node, ast.Attribute)
            and not isinstance(node.ctx, ast.Load)
            and isinstance(node.value, ast.Name)
        ):
            stored.setdefault(node.value.id, set()).add(node.attr)
    names = Names(module, {}, {}, stored)
    pending: list[tuple[Sequence[ast.stmt], str, ClassInfo | None, tuple[Scope, ...]]]
    pending = [(source.tree.body, source.module, None, (module,))]
    while pending:
        body, prefix, owner, chain = pending.pop()
        for node in own_nodes(body):
            if not isinstance(node, DEFINITIONS) or chain[0].names.get(node.name) is None:
                continue
            name = f"{prefix}.{node.name}"
            if isinstance(node, ast.ClassDef):
                scope = scope_of(source, node.body, prefix=name)
                names.classes[name] = info = ClassInfo(name, node, scope, chain)
                pending.append((node.body, name, info, (scope, module)))
            else:
                names.functions[name] = _function(source, name, node=node, owner=owner, chain=chain)
    return names


def _function(
    source: Source, name: str, *, node: Function, owner: ClassInfo | None, chain: tuple[Scope, ...]
) -> FunctionInfo:
    scope = scope_of(source, node.body, prefix="", arguments=node.args)
    return FunctionInfo(name, node, owner, scope, chain, (scope, chain[-1]))


def lookup(name: str, chain: Sequence[Scope]) -> Binding | None:
    """Return what `name` is bound to, innermost scope first, or None when unclear or unknown."""
    for scope in chain:
        if name in scope.names and name not in scope.outer:
            return scope.names[name]
    if name in chain[-1].names:
        return chain[-1].names[name]
    value = getattr(builtins, name, None)
    if value is None or name.startswith("_"):
        return None
    # A star import may hide a builtin function, hardly ever a builtin class.
    if any(scope.star for scope in chain) and not isinstance(value, type):
        return None
    return Binding("builtin", f"builtins.{name}")


def resolve(node: ast.expr, chain: Sequence[Scope], *, names: Names) -> Binding | None:
    """Return what a name or dotted name stands for, or None when this file does not say.

    A dotted name is followed through modules that `import` names, through classes, and from an
    imported lower-case name to a capitalised one (`exceptions.BadParameter`): other lower-case
    owners may be objects, not modules.
    """
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    root = lookup(node.id, chain)
    if root is None or not parts:
        return root
    target = ".".join([root.target, *parts])
    if root.kind == "module":
        module = next(
            name
            for name in _prefixes(target)
            if name == root.target or any(name in scope.modules for scope in chain)
        )
        depth = target.count(".") - module.count(".")
        reachable = depth == 1 or (depth == 2 and is_class_name(parts[-2]))
        return Binding("member", target) if reachable else None
    if len(parts) > 1:
        return None
    if root.kind == "import":
        clear = is_class_name(root.target.rpartition(".")[2]) or is_class_name(parts[0])
        return Binding("member", target) if clear else None
    if root.kind == "class" and root.target in names.classes:
        return names.classes[root.target].scope.names.get(parts[0])
    return None


def _prefixes(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def is_class_name(name: str) -> bool:
    """Say whether a name is written as class names are: a capital after any underscores."""
    return name.lstrip("_")[:1].isupper()


def ancestors(info: ClassInfo, names: Names) -> list[ClassInfo]:
    """Return the classes above `info` for as long as each has one base, defined in this file.

    With several bases, or a base from elsewhere, the order of lookup is not this file's to tell.
    """
    found: list[ClassInfo] = []
    while len(bases := bases_of(info)) == 1 and len(found) < MAX_ANCESTORS:
        base = resolve(bases[0], info.chain, names=names)
        if base is None or base.target not in names.classes:
            break
        info = names.classes[base.target]
        found.append(info)
    return found


def bases_of(info: ClassInfo) -> list[ast.expr]:
    """Return the base expressions in order, `Base` for `Base[int]`."""
    return [base.value if isinstance(base, ast.Subscript) else base for base in info.node.bases]


def find_method(name: str, classes: Sequence[ClassInfo], *, names: Names) -> FunctionInfo | None:
    """Return the method of the first class that binds `name`, or None if it is no plain method."""
    for info in classes:
        if name in info.scope.names:
            found = names.functions.get(f"{info.name}.{name}")
            return found if found is not None and not _is_property(found.node) else None
    return None


def _is_property(node: Function) -> bool:
    called = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    printed = [d.attr if isinstance(d, ast.Attribute) else getattr(d, "id", "") for d in called]
    return any(name.endswith("property") for name in printed)
