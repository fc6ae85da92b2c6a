"""The walk of a source folder: what is no input, what is left out and why, and hostile trees."""

import os
from pathlib import Path

import pytest

from extractors.trees import Tree, TreeFile, TreeOptions


def put(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}\n", encoding="utf-8")
    return root


def walk(root: Path, folder: str = "", **options) -> dict[str, str]:
    """Path → reason, empty for a file to read."""
    tree = Tree(root, TreeOptions(**options))
    return {f.path.relative_to(root).as_posix(): f.reason for f in tree.files(root / folder)}


def test_a_checkout_is_read_without_git_vendored_and_built_folders(tmp_path):
    root = put(
        tmp_path / "r", ".git/config", ".git/hooks/post-checkout", ".github/x.md", "README.md", "a/vendor/v.py",
        "node_modules/m/i.js", "pyproject.toml", "build/b.py", "src/build/c.py", "docs/_build/d.html",
        "env/pyvenv.cfg", "env/e.py", "p.egg-info/PKG-INFO", "src/__pycache__/c.pyc",
    )  # fmt: skip
    assert walk(root) == {
        "README.md": "",
        "a/vendor": "vendored",
        "build": "generated",
        "docs/_build": "generated",
        "env": "vendored",
        "node_modules": "vendored",
        "p.egg-info": "generated",
        "pyproject.toml": "",
        "src/build/c.py": "",  # nothing that builds stands beside it
    }


def test_a_folder_of_documents_may_have_a_folder_called_vendor(tmp_path):
    root = put(tmp_path / "r", "vendor/list.md", "build/plan.md", "pyproject.toml")
    assert set(walk(root).values()) == {""}
    assert walk(root, code=True)["vendor"] == "vendored"
    assert walk(root, code=True, vendored=())["vendor/list.md"] == ""


def test_ignored_folders_are_not_looked_into(tmp_path):
    root = put(tmp_path / "r", "a.md", "data/x.md", "data/deep/y.md")
    (root / ".gitignore").write_text("/data/\n*.tmp\n")
    put(root, "b.tmp")
    tree = Tree(root, TreeOptions())
    assert [file.path.name for file in tree.files(root)] == ["a.md"]
    assert tree.ignored == 2  # `data` and `b.tmp`: what is inside the folder was not met


def test_a_hundred_thousand_ignored_files_are_not_visited(tmp_path):
    root = put(tmp_path / "r", "a.md")
    (root / ".gitignore").write_text("cache/\n")
    for number in range(100):
        folder = root / "cache" / str(number)
        folder.mkdir(parents=True)
        for index in range(1000):
            os.close(os.open(folder / str(index), os.O_CREAT))
    tree = Tree(root, TreeOptions())
    assert ([file.path.name for file in tree.files(root)], tree.ignored) == (["a.md"], 1)


def test_ignore_files_above_the_folder_count_in_a_checkout_only(tmp_path):
    put(tmp_path, "r/docs/a.md", "r/docs/b.txt")
    (tmp_path / ".gitignore").write_text("*\n")
    (tmp_path / "r" / ".gitignore").write_text("*.txt\ndocs/\n")
    assert set(walk(tmp_path, "r/docs")) == {"r/docs/a.md", "r/docs/b.txt"}
    (tmp_path / "r" / ".git").mkdir()
    # `docs/` was named by the configuration; what git ignores inside it is left out.
    assert set(walk(tmp_path, "r/docs")) == {"r/docs/a.md"}
    assert len(walk(tmp_path, "r/docs", gitignore=False)) == 2


def test_a_checkout_inside_another_starts_anew(tmp_path):
    put(tmp_path, "outer/.git/HEAD", "outer/inner/.git/HEAD", "outer/inner/a.log", "outer/b.log")
    (tmp_path / "outer" / ".gitignore").write_text("*.log\n")
    assert walk(tmp_path, "outer") == {"outer/inner/a.log": ""}


def test_an_ignore_file_that_is_not_used_is_a_row_and_the_files_are_read(tmp_path):
    root = put(tmp_path / "r", "a.md")
    (root / ".gitignore").write_bytes(b"*.md\n\0")
    assert walk(root) == {".gitignore": "ignore file not used", "a.md": ""}


def test_a_bare_repository_is_not_looked_into(tmp_path):
    root = put(tmp_path / "r", "a.md", "x.git/HEAD", "x.git/config", "x.git/objects/1", "x.git/refs/2")  # fmt: skip
    assert walk(root) == {"a.md": "", "x.git": "bare repository"}


def test_links_stay_inside_and_never_lead_in_circles(tmp_path):
    put(tmp_path, "secret.txt")
    root = put(tmp_path / "r", "a.md", "sub/b.md", ".git/config")
    (root / "circle").symlink_to(root)
    (root / "self").symlink_to("self")
    (root / "out.txt").symlink_to("../secret.txt")
    (root / "etc").symlink_to("/etc")
    (root / "same.md").symlink_to("sub/b.md")
    (root / "git.md").symlink_to(".git/config")
    (root / "gone.md").symlink_to("nowhere")
    found = walk(root)
    assert {name for name, reason in found.items() if not reason} == {"a.md", "sub/b.md", "same.md"}
    assert (found["out.txt"], found["etc"]) == ("link out of the folder", "link out of the folder")
    assert (found["circle"], found["git.md"]) == ("link to a folder", "link to a hidden file")
    assert found["self"] == found["gone.md"] == "unreadable"


def test_what_is_no_regular_file_is_a_row(tmp_path):
    root = put(tmp_path / "r", "a.md")
    os.mkfifo(root / "pipe.md")
    (file,) = [file for file in Tree(root, TreeOptions()).files(root) if file.reason]
    assert file == TreeFile(root / "pipe.md", "unreadable", "not a regular file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_a_row(tmp_path):
    root = put(tmp_path / "r", "a.md", "locked/b.md")
    (root / "locked").chmod(0)
    try:
        assert walk(root) == {"a.md": "", "locked": "unreadable"}
    finally:
        (root / "locked").chmod(0o755)
