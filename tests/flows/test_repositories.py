"""Repositories and licences through the real command: what the ledger says, and which licences the card lists."""

import json
import os
import random
from pathlib import Path

import pytest

from extractors.readers import FolderLicence, ReadOptions
from flows.config import ConfigError, Source, SynthesisConfig
from flows.corpus import FileEntry, inventory, survey
from flows.stages import ingest
from tests.flows.test_run import longspan
from warehouse.snapshot_manifest import read_manifest
from warehouse.snapshots import read_contexts, read_samples

ROOT = Path(__file__).resolve().parents[2]
APACHE = (ROOT / "LICENSE").read_text("utf-8")
PROSE = "The pump of the old mill lifts water from the river to the upper basin. " * 12
CONFIG = """
seed = 3
[[sources]]
path = "general"
category = "general"
licence = "CC-BY-4.0"
[generate]
rows = 60
[publish]
name = "licensed"
"""


def put(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def licences(root: Path, *sources: Source, **read) -> dict[str, str]:
    config = SynthesisConfig(sources=sources, read=ReadOptions(**read))
    found = inventory(config, root, root / ".cache" / "inventory.json")
    return {entry.source: entry.licence for entry in found if not entry.left_out}


def test_the_deepest_folder_that_states_a_licence_decides(tmp_path):
    put(tmp_path, {
        "code/a/LICENSE": APACHE, "code/a/x.py": "X = 1\n", "code/a/lib/package.json": '{"license": "MIT"}',
        "code/a/lib/y.py": "Y = 1\n", "code/a/own/COPYING": "All rights reserved.", "code/a/own/z.py": "Z = 1\n",
        "code/b/w.py": "W = 1\n", "code/b.jsonl": "{}", "code/b.LICENSE.txt": "SPDX-License-Identifier: ISC",
        "code/a/sub/.git/HEAD": "", "code/a/sub/v.py": "V = 1\n",
    })  # fmt: skip
    found = licences(tmp_path, Source(path="code", category="code", licence="CC0-1.0"))
    assert found["code/a/x.py"] == "Apache-2.0"
    assert found["code/a/lib/y.py"] == "MIT"
    assert found["code/a/own/z.py"] == ""  # a licence that is not known hides those further up
    assert found["code/b/w.py"] == "CC0-1.0"
    assert found["code/b.jsonl"] == "ISC"
    assert (
        found["code/a/sub/v.py"] == "CC0-1.0"
    )  # a checkout of its own: the file outside does not reach in
    named = (FolderLicence(folder="code/a", licence="MIT"),)
    found = licences(tmp_path, Source(path="code", category="code"), licences=named)
    assert (found["code/a/x.py"], found["code/b/w.py"]) == ("MIT", "")


def test_a_changed_licence_file_is_a_new_reading_and_an_unchanged_one_is_not_read(tmp_path):
    put(tmp_path, {"code/LICENSE": APACHE, "code/x.py": "X = 1\n"})
    config = SynthesisConfig(sources=(Source(path="code", category="code"),))
    cache = tmp_path / "home" / "inventory.json"

    def entry() -> FileEntry:
        return next(e for e in inventory(config, tmp_path, cache) if e.source.endswith("x.py"))

    first = entry()
    stat = (tmp_path / "code/LICENSE").stat()
    # Same size and time: what was found is remembered, whatever stands in the file.
    (tmp_path / "code/LICENSE").write_bytes(b"?" * stat.st_size)
    os.utime(tmp_path / "code/LICENSE", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert entry() == first
    put(tmp_path, {"code/LICENSE": "SPDX-License-Identifier: MIT\n"})
    assert (first.licence, entry().licence) == ("Apache-2.0", "MIT")
    assert entry().id != first.id


def test_what_is_left_out_is_in_the_ledger_and_what_git_ignores_is_only_counted(tmp_path):
    put(tmp_path, {
        "code/r/.git/config": "[core]\n\tfsmonitor = touch /tmp/never\n", "code/r/.gitignore": "*.tmp\ncache/\n",
        "code/r/a.tmp": "x", "code/r/cache/b.py": "B = 1\n", "code/r/vendor/c.py": "C = 1\n",
        "code/r/d_pb2.py": "D = 1\n", "code/r/README.md": f"# Mill\n\n{PROSE}\n",
    })  # fmt: skip
    config = SynthesisConfig(sources=(Source(path="code", category="code"),))
    found = survey(config, tmp_path, tmp_path / "inventory.json")
    assert dict(found.ignored) == {"code": 2}
    done = ingest(found.entries, config)
    assert {o.detail.partition(":")[0]: (o.status, o.reason) for o in done.outcomes} == {
        "code/r/README.md": ("ok", ""),
        "code/r/d_pb2.py": ("rejected", "generated"),
        "code/r/vendor": ("rejected", "vendored"),
    }
    assert len(done.outcomes) == len(found.entries)


def test_a_source_that_git_ignores_whole_is_an_error_that_names_the_mend(tmp_path):
    put(tmp_path, {"code/.gitignore": "*\n", "code/a.md": PROSE})
    with pytest.raises(ConfigError, match=r"git ignores all 1 files.*read\.gitignore = false"):
        licences(tmp_path, Source(path="code", category="code"))
    assert licences(tmp_path, Source(path="code", category="code"), gitignore=False)


def told(number: int) -> str:
    """Prose of its own for each number: nothing is repeated, and no two texts are copies."""
    words = (
        "pump",
        "mill",
        "basin",
        "weir",
        "sluice",
        "tower",
        "bridge",
        "quay",
        "lock",
        "dam",
        "canal",
        "well",
    )
    stream = random.Random(number)
    lines = []
    for _ in range(9):
        first, second, third = stream.sample(words, 3)
        lines.append(
            f"In {stream.randint(1800, 1999)} the {first} was moved from the {second} to the old {third}, "
            f"which had stood empty for {stream.randint(2, 90)} years and was owned by the town."
        )
    return f"# Mill {number}\n\n" + " ".join(lines) + "\n"


def test_names_that_hold_line_ends_marks_and_bytes_that_are_no_text(tmp_path, server):
    names = [b"a\nb.md", b"C#.md", b"\xff\xfe.md", b"\x1b[31m.md"]
    (tmp_path / "general").mkdir()
    for number, name in enumerate(names):
        (tmp_path / "general" / os.fsdecode(name)).write_text(told(number))
    (tmp_path / "c.toml").write_text('[[sources]]\npath = "general"\ncategory = "general"\n')
    done = longspan(
        "run", str(tmp_path / "c.toml"), "--documents", str(tmp_path), "--home", str(tmp_path / "h"), "--json",
        env=server,
    )  # fmt: skip
    # Four lines of prose give no question; that they were read is what counts here.
    assert (done.returncode, "required gates failed: samples" in done.stderr) == (1, True)
    shown = longspan("why-not", "general/", "--home", str(tmp_path / "h"), "--json")
    found = {row["detail"]: (row["status"], row["reason"]) for row in json.loads(shown.stdout)}
    assert found == {
        r"general/a\x0ab.md": ("ok", ""),
        "general/C%23.md": ("ok", ""),
        r"general/\x1b[31m.md": ("ok", ""),
        r"general/\xff\xfe.md: rename it in UTF-8": ("rejected", "name is no text"),
    }


def test_licences_reach_the_card_the_manifest_and_the_rows(tmp_path, server):
    documents = tmp_path / "documents" / "general"
    own = ROOT / "corpora" / "general"
    texts = {path.name: path.read_text("utf-8") for path in own.iterdir()}
    put(documents, texts)
    (documents / "apache").mkdir()
    for name in sorted(texts)[: len(texts) // 2]:
        (documents / name).rename(documents / "apache" / name)
    put(documents / "apache", {"LICENSE": APACHE})
    (tmp_path / "c.toml").write_text(CONFIG)
    done = longspan(
        "run", str(tmp_path / "c.toml"), "--documents", str(documents.parent), "--home", str(tmp_path / "h"), "--json",
        env=server,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert ["ingest", "rejected", "licence text", 1] in outcome["rows"]
    path = Path(outcome["path"])
    counts = read_manifest(path).counts
    assert set(counts.by_licence) == {"Apache-2.0", "CC-BY-4.0"}
    assert sum(counts.by_licence.values()) == counts.documents
    card = (path / "README.md").read_text("utf-8")
    for licence, number in counts.by_licence.items():
        assert f"| {licence} | {number} |" in card
    assert '\nlicense: "other"\n' in card
    around = {row.id: {part.licence for part in row.sections} for row in read_contexts(path)}
    for row in read_samples(path):
        assert set(row.licences) == around[row.context_id]
    assert longspan("snapshot", "verify", "licensed", "--home", str(tmp_path / "h")).returncode == 0
