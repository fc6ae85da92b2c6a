"""Files that a program wrote: lock files, compiled protocols, minified scripts, and what says of itself not to edit it.

They repeat what another file says, or say it for machines, so a question about one has its true source elsewhere. The
rules are those of code hosts (linguist's), with the mark that a head states read only from its comment lines.
"""

import re
from pathlib import PurePosixPath

LOCKS = frozenset(
    (
        "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock composer.lock "
        "poetry.lock uv.lock pdm.lock pylock.toml Pipfile.lock conda-lock.yml Gemfile.lock Cargo.lock go.sum mix.lock "
        "pubspec.lock Podfile.lock Package.resolved flake.lock gradle.lockfile packages.lock.json Manifest.toml"
    ).split()
)  # fmt: skip
WRITTEN = re.compile(
    r".*(?P<protocol>_pb2(?:_grpc)?\.pyi?|\.pb\.(?:go|cc|h)|_pb\.(?:js|d\.ts))|.*(?P<map>\.(?:js|css)\.map)"
    r"|.*(?P<small>[.-]min\.(?:js|css))"
)
KINDS = {"protocol": "compiled from a protocol", "map": "a source map", "small": "minified"}
SCRIPTS = (".js", ".mjs", ".cjs", ".css")
MEAN_LINE = 110
"""A script whose lines are longer than so many characters on the mean is minified."""
HEAD_LINES = 25
COMMENT = re.compile(r"[ \t]*(?:#|//|/\*|\*|--|;|%|<!--|\"\"\"|'''|\.\.|@?rem\b|dnl\b)", re.IGNORECASE)  # fmt: skip
MADE = re.compile(r"\b(?:auto[- ]?|machine[- ]?)?generated\b|@generated\b", re.IGNORECASE)
HANDS_OFF = re.compile(
    r"\b(?:do not|don['’]t|never) (?:edit|modify|change)\b|\bnot (?:be )?edited by hand\b"
    r"|\bchanges (?:will|may) be (?:lost|overwritten)\b",
    re.IGNORECASE,
)
ALONE = re.compile(r"^[ \t]*(?:#|//|/?\*+)[ \t]*@generated\b", re.IGNORECASE | re.MULTILINE)


def generated_name(path: str) -> str:
    """Return what a file is that programs write under such a name, '' for any other."""
    name = PurePosixPath(path).name
    if name in LOCKS:
        return "a lock file"
    match = WRITTEN.fullmatch(name)
    return next((KINDS[key] for key, value in match.groupdict().items() if value), "") if match else ""  # fmt: skip


def generated_text(path: str, text: str) -> str:
    """Return by what the text of a source file shows that a program wrote it, '' if by nothing."""
    if path.lower().endswith(SCRIPTS):
        mean = len(text) / (text.count("\n") + 1)
        if mean > MEAN_LINE:
            return f"minified: lines of {mean:.0f} characters"
    lines = text[:8000].split("\n")[:HEAD_LINES]
    head = "\n".join(line[:300] for line in _comments(lines))
    if ALONE.search(head) or (MADE.search(head) and HANDS_OFF.search(head)):
        said = next(line for line in head.split("\n") if MADE.search(line))
        return f"it says: {' '.join(said.split())[:120]}"
    return ""


def _comments(lines: list[str]) -> list[str]:
    """Return the comment lines of a file's head, and the lines of a text in quotes that opens it."""
    found: list[str] = []
    quote = ""
    for line in lines:
        mark = next((m for m in ('"""', "'''") if m in line), "")
        if quote or COMMENT.match(line):
            found.append(line)
        if quote:
            quote = "" if quote in line else quote
        elif mark and COMMENT.match(line) and line.count(mark) == 1:
            quote = mark
    return found
