"""`.gitignore` as git reads it: cases by hand, random trees against git itself, hostile files."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.ignored import IgnoreFileError, is_ignored, read_ignore_file
from extractors.trees import Tree, TreeOptions


def ignore(folder: Path, content: str | bytes, name: str = ""):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ".gitignore"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_ignore_file(path, name)


@pytest.mark.parametrize(
    ("lines", "path", "left_out"),
    [
        ("*.log\n!keep.log\n", "a/b.log", True),
        ("*.log\n!keep.log\n", "a/keep.log", False),
        ("/top.md\n", "a/top.md", False),
        ("/top.md\n", "top.md", True),
        ("out/\n", "a/out/", True),
        ("out/\n", "a/out", False),  # a file of that name is no folder
        ("docs/**/x.md\n", "docs/a/b/x.md", True),
        ("# note\n\\#a\n", "#a", True),
        ("build/**\n", "build/", False),  # what is below it, not the folder
        ("logs/**/\n", "logs/a.md", False),
        ("a.md \n", "a.md", True),  # spaces at the end do not count
        ("caf?.md\n", "café.md", False),  # git matches bytes, and `é` is two
    ],
)
def test_the_last_line_that_names_a_path_decides(tmp_path, lines, path, left_out):
    assert is_ignored(path, [ignore(tmp_path, lines)]) is left_out


def test_the_deepest_file_decides_and_says_nothing_of_what_it_does_not_name(tmp_path):
    outer = ignore(tmp_path, "c\n*.md\n")
    inner = ignore(tmp_path / "sub", "!ab/\n!*.md\n", "sub/")
    assert not is_ignored("sub/x.md", [outer, inner])
    # `!ab/` takes the folder back in, and the outer `c` still leaves out the file inside it.
    assert is_ignored("sub/ab/c", [outer, inner])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\0b\n", "binary"),
        (b"a\n" * 5_000_000, "bytes"),
        (b"a\n" * 2001, "more than 2000 patterns"),
        (b"*a*a*a*a*a*a*a*b\n", "too many stars"),
        (b"**/a/**/a/**/a/**/b\n", "too many stars"),
    ],
)
def test_hostile_ignore_files_are_not_used(tmp_path, content, message):
    with pytest.raises(IgnoreFileError, match=message):
        ignore(tmp_path, content)


def test_a_link_is_no_ignore_file(tmp_path):
    (tmp_path / "elsewhere").write_text("*\n")
    (tmp_path / ".gitignore").symlink_to("elsewhere")
    with pytest.raises(IgnoreFileError, match="not a regular file"):
        read_ignore_file(tmp_path / ".gitignore", "")


def test_the_slowest_patterns_allowed_are_matched_at_once(tmp_path):
    file = ignore(tmp_path, "**/*a*a*b\n" * 20)
    assert not is_ignored(
        "a" * 255, [file]
    )  # 255³ / 3! steps for each; two stars more and it would not end


def test_broken_lines_match_nothing(tmp_path):
    file = ignore(tmp_path, b"!\n/\n[z-a]\n\xff.md\na.md\n")
    assert is_ignored("a.md", [file])
    assert is_ignored(os.fsdecode(b"\xff.md"), [file])


PART = st.sampled_from("a b ab * ** a* *b ? [ab] [!a] *.b é \\#x .*".split())
LINE = st.builds(
    lambda mark, head, parts, tail: mark + head + "/".join(parts) + tail,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(PART, min_size=1, max_size=3),
    st.sampled_from(["", "/"]),
)
NAMES = st.lists(st.sampled_from(["a", "b", "ab", "a.b", "#x", "é"]), min_size=1, max_size=4)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(NAMES, min_size=5, max_size=20),
    st.lists(st.tuples(NAMES, st.lists(LINE, min_size=1, max_size=4)), min_size=1, max_size=3),
)
def test_git_lists_the_same_files(tmp_path_factory, paths, ignoring):
    root = tmp_path_factory.mktemp("tree")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for parts in paths:
        path = root.joinpath(*parts)
        if not any(parent.is_file() for parent in path.parents) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
    for number, (parts, lines) in enumerate(ignoring):
        folder = root if number == 0 else root.joinpath(*parts)
        if folder.is_dir():
            (folder / ".gitignore").write_text("\n".join(lines) + "\n", encoding="utf-8")
    call = ["git", "-C", str(root), "-c", "core.excludesFile=", "ls-files", "-oz", "--exclude-standard"]  # fmt: skip
    listed = os.fsdecode(subprocess.run(call, capture_output=True, check=True).stdout).split("\0")
    wanted = {name for name in listed if name and not name.endswith(".gitignore")}
    found = Tree(root, TreeOptions(vendored=())).files(root)
    assert {file.path.relative_to(root).as_posix() for file in found} == wanted
