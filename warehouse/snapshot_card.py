"""The dataset card: a README whose front matter lets `datasets.load_dataset(FOLDER)` work offline.

One configuration per task type, one of all tasks (the default) and one of the contexts, each with
its splits, columns and row counts. The loading code in the card is run by the tests as it stands.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

import polars as pl
from pydantic import BaseModel

from warehouse.shards import frame_schema
from warehouse.snapshot_manifest import Counts, SnapshotFile, SnapshotManifest
from warehouse.snapshot_rows import SPLITS, ContextRow, SampleRow

ALL = "default"
CONTEXTS = "contexts"
_SCALARS = {pl.String: "string", pl.Int64: "int64", pl.Float64: "float64", pl.Boolean: "bool"}
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))

LOADING = """\
## Loading

Run in the folder of this card, or name it in `folder`. A context is stored once and joined by
`context_id`; the first `{context}` of a prompt is where its text belongs.

With `datasets`:

```python
import os

from datasets import load_dataset

folder = os.getcwd()
samples = load_dataset(folder, split="train")
contexts = load_dataset(folder, "contexts", split="train")
place = {context_id: number for number, context_id in enumerate(contexts["id"])}


def with_context(row):
    text = contexts[place[row["context_id"]]]["text"]
    prompt = [
        {"role": m["role"], "content": m["content"].replace("{context}", text, 1)}
        for m in row["prompt"]
    ]
    return {"prompt": prompt}


prompts = samples.map(with_context)
```

With Polars:

```python
import polars as pl

folder = "."
contexts = pl.scan_parquet(f"{folder}/contexts/train-*.parquet")
texts = contexts.select(context_id="id", context="text")
rows = pl.scan_parquet(f"{folder}/data/*/train-*.parquet").join(texts, on="context_id").collect()
prompts = [
    [
        {"role": m["role"], "content": m["content"].replace("{context}", row["context"], 1)}
        for m in row["prompt"]
    ]
    for row in rows.iter_rows(named=True)
]
```

With DuckDB:

```sql
SELECT
  s.id,
  s.answer,
  list_transform(s.prompt, lambda m: {
    'role': m.role,
    'content': CASE WHEN strpos(m.content, '{context}') > 0 THEN
      left(m.content, strpos(m.content, '{context}') - 1) || c.text
      || substr(m.content, strpos(m.content, '{context}') + length('{context}'))
      ELSE m.content END
  }) AS prompt
FROM read_parquet('data/*/train-*.parquet') AS s
JOIN read_parquet('contexts/train-*.parquet') AS c ON c.id = s.context_id
ORDER BY s.id
```
"""


def dataset_card(manifest: SnapshotManifest) -> str:
    """Return the README of a snapshot whose data files are all in its manifest."""
    parts = [
        "---",
        yaml_block(_front_matter(manifest)),
        "---",
        "",
        f"# {manifest.name} {manifest.version}",
        "",
        manifest.provenance.description,
        "",
        *_warnings(manifest),
        *_counts(manifest.counts),
        *_licences(manifest.counts),
        LOADING,
        *_columns("Columns of a sample", SampleRow),
        *_columns("Columns of a context", ContextRow),
        *_checks(manifest),
        *_origin(manifest),
    ]
    return "\n".join(parts) + "\n"


def _front_matter(manifest: SnapshotManifest) -> dict[str, Any]:
    configs = _configs(manifest.files)
    licence = manifest.provenance.licence
    plain = re.fullmatch(r"[a-z0-9.-]+", licence.lower())
    return {
        "pretty_name": f"{manifest.name} {manifest.version}",
        "license": licence.lower() if plain else "other",
        **({} if plain else {"license_name": licence}),
        "task_categories": ["question-answering", "text-generation"],
        "tags": ["long-context", "multi-hop", "reinforcement-learning", "synthetic"],
        "size_categories": [_size_category(manifest.counts.samples)],
        "configs": [
            {
                "config_name": name,
                **({"default": True} if name == ALL else {}),
                "data_files": [
                    {"split": split, "path": f"{_pattern(name)}/{split}-*.parquet"}
                    for split in splits
                ],
            }
            for name, splits in configs.items()
        ],
        "dataset_info": [_info(name, splits) for name, splits in configs.items()],
    }


def _configs(files: Iterable[SnapshotFile]) -> dict[str, dict[str, list[SnapshotFile]]]:
    """Return configuration → split → files; a split without files is left out."""
    found: dict[str, dict[str, list[SnapshotFile]]] = {ALL: {}}
    for file in files:
        path = PurePosixPath(file.path)
        if path.suffix != ".parquet":
            continue
        split = path.name.partition("-")[0]
        names = [CONTEXTS] if path.parts[0] == CONTEXTS else [ALL, path.parts[1]]
        for name in names:
            found.setdefault(name, {}).setdefault(split, []).append(file)
    return {
        name: {split: splits[split] for split in SPLITS if split in splits}
        for name, splits in sorted(
            found.items(), key=lambda item: (item[0] == CONTEXTS, item[0] != ALL)
        )
    }


def _pattern(name: str) -> str:
    return {ALL: "data/*", CONTEXTS: CONTEXTS}.get(name, f"data/{name}")


def _info(name: str, splits: dict[str, list[SnapshotFile]]) -> dict[str, Any]:
    files = [file for group in splits.values() for file in group]
    record = ContextRow if name == CONTEXTS else SampleRow
    return {
        "config_name": name,
        "features": [_feature(n, dtype) for n, dtype in frame_schema(record).items()],
        "splits": [
            {
                "name": split,
                "num_bytes": sum(file.memory_bytes for file in group),
                "num_examples": sum(file.rows for file in group),
            }
            for split, group in splits.items()
        ],
        "download_size": sum(file.bytes for file in files),
        "dataset_size": sum(file.memory_bytes for file in files),
    }


def _feature(name: str, dtype: pl.DataType) -> dict[str, Any]:
    """Return a column as `datasets` describes it."""
    if isinstance(dtype, pl.Struct):
        return {"name": name, "struct": [_feature(f.name, _typed(f.dtype)) for f in dtype.fields]}
    if isinstance(dtype, pl.List):
        inner = _typed(dtype.inner)
        if isinstance(inner, pl.Struct):
            return {"name": name, "list": [_feature(f.name, _typed(f.dtype)) for f in inner.fields]}
        return {"name": name, "list": _SCALARS[type(inner)]}
    return {"name": name, "dtype": _SCALARS[type(dtype)]}


def _typed(dtype: Any) -> pl.DataType:
    return dtype() if isinstance(dtype, type) else dtype


def _size_category(samples: int) -> str:
    return next((name for limit, name in _SIZES if samples < limit), "1M<n<10M")


def yaml_block(value: Any, indent: int = 0) -> str:
    """Return dictionaries and lists of them or of plain values as block YAML, texts quoted."""
    pad = "  " * indent
    lines = []
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, (dict, list)) and item:
                # A list stands at its key's own column, so that a nested item is two spaces in.
                deeper = indent if isinstance(item, list) else indent + 1
                lines += [f"{pad}{key}:", yaml_block(item, deeper)]
            else:
                lines.append(f"{pad}{key}: {_scalar(item)}")
    else:
        for item in value:
            if isinstance(item, dict):
                block = yaml_block(item, indent + 1)
                lines.append(f"{pad}- {block[len(pad) + 2 :]}")
            else:
                lines.append(f"{pad}- {_scalar(item)}")
    return "\n".join(lines)


def _scalar(value: Any) -> str:
    """Return a plain value as JSON, which is YAML; characters that YAML forbids become spaces."""
    if isinstance(value, str):
        value = "".join(c if c.isprintable() else " " for c in value)
    return json.dumps(value, ensure_ascii=False)


def _warnings(manifest: SnapshotManifest) -> list[str]:
    lines = []
    if manifest.provenance.measure_only:
        lines.append("**For measuring only**: its documents are those of evaluation sets.")
    missing = [split for split in SPLITS if split not in manifest.counts.by_split]
    if missing:
        lines.append(f"There is no {' and no '.join(missing)} split.")
    lines += [f"- {_line(note)}" for note in manifest.provenance.notes]
    return [*lines, ""] if lines else []


def _counts(counts: Counts) -> list[str]:
    rows = [
        ("samples", counts.samples),
        ("contexts", counts.contexts),
        ("documents", counts.documents),
        *(
            (f"{label}: {name}", number)
            for label, kinds in _kinds(counts)
            for name, number in kinds
        ),
    ]
    return ["## Counts", "", *_table(("what", "number"), rows)]


def _licences(counts: Counts) -> list[str]:
    """Return the licences of the documents in the contexts, the most frequent first."""
    rows = sorted(counts.by_licence.items(), key=lambda item: (-item[1], item[0]))
    if not rows:
        return []
    lines = [
        "## Licences of the source documents",
        "",
        "Contexts quote their documents at length: the licence of each holds for its text. `unknown` is a",
        "document that states none and around which none is stated. A sample lists those of its context in",
        "`licences`, a context that of each section in `sections`.",
        "",
    ]
    return [*lines, *_table(("licence", "documents"), rows)]


def _kinds(counts: Counts) -> list[tuple[str, Iterable[tuple[str, int]]]]:
    return [
        ("split", counts.by_split.items()),
        ("task", counts.by_task.items()),
        ("category", counts.by_category.items()),
        ("form", counts.by_strategy.items()),
        ("context of", ((f"{name} tokens", n) for name, n in counts.by_bucket.items())),
    ]


def _columns(title: str, record: type[BaseModel]) -> list[str]:
    rows = [(f"`{n}`", field.description or "") for n, field in record.model_fields.items()]
    return [f"## {title}", "", *_table(("column", "meaning"), rows)]


def _checks(manifest: SnapshotManifest) -> list[str]:
    gates = [
        (gate.name, gate.status, gate.observed, gate.limit, "yes" if gate.required else "no")
        for gate in manifest.provenance.gates
    ]
    steps = [(step.step, step.inputs, step.kept) for step in manifest.provenance.yields]
    lines = ["## Checks", "", "`report/index.html` has every check and what it dropped.", ""]
    if gates:
        lines += _table(("gate", "result", "observed", "limit", "required"), gates)
    if steps:
        lines += _table(("step", "inputs", "kept"), steps)
    return lines + _tried(manifest)


def _tried(manifest: SnapshotManifest) -> list[str]:
    """Return what models found of the samples, where any were asked."""
    checks = manifest.provenance.checks
    if not checks:
        return []
    found = [
        (check.check, check.mode, what, number)
        for check in checks
        for what, number in check.found.items()
    ]
    models = [
        (check.check, m.role, m.model, m.prompt, m.samples, m.right, m.wrong, m.unread, m.unanswered, m.spared)
        for check in checks
        for m in check.models
    ]  # fmt: skip
    rates = [
        (c.check, c.rated, _rate(c.rate), c.pass_at or "", _rate(c.passed))
        for c in checks
        if c.rated
    ]
    lines = ["## Checks that models ran", ""]
    lines += _table(("check", "mode", "found", "samples"), found)
    lines += _table(
        ("check", "role", "model", "prompt", "samples", "right", "wrong", "unread", "unanswered", "spared"), models
    )  # fmt: skip
    if rates:
        lines += _table(("check", "samples", "pass rate (95 %)", "k", "pass@k (95 %)"), rates)
    reviewed = len({sample for check in checks for sample in check.review})
    if reviewed:
        lines += [f"{reviewed} samples go to review; `report/index.html` lists them.", ""]
    return lines


def _rate(rate: tuple[float, float, float] | None) -> str:
    return f"{rate[0]:.3f} ({rate[1]:.3f} to {rate[2]:.3f})" if rate else ""


def _origin(manifest: SnapshotManifest) -> list[str]:
    origin = manifest.provenance
    rows = [
        ("content id", manifest.content_id),
        ("follows", manifest.parent or "no earlier version"),
        ("code", origin.code_version),
        *((f"model, {m.role}", f"{m.name} ({m.digest})") for m in origin.models),
        *((f"prompt {name}", digest) for name, digest in origin.prompts.items()),
    ]
    return ["## Origin", "", *_table(("what", "which"), rows)]


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return [*(f"| {' | '.join(_line(cell) for cell in row)} |" for row in lines), ""]


def _line(cell: object) -> str:
    """Return text that stays in its cell: one line, its bars escaped."""
    return " ".join(str(cell).split()).replace("|", "\\|")
