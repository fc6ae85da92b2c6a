"""Draw facts and questions at random for judging by readers, and score what they judged.

    python benchmarks/quality.py facts --home data --count 200 --seed 1 --out drawn/
    python benchmarks/quality.py questions --home data --snapshot NAME --count 200 --seed 1 --out drawn/
    python benchmarks/quality.py score judged.jsonl
    python benchmarks/quality.py yields --home data

A question's sheet holds the evidence documents in full and never the answer; the key is a file of its own. A judged
file has one JSON object a line: id or key, kind, verdict (`right` or `wrong`), cause, reader. Judged facts also keep
their file, and how a fault was mended (`gone`: the fact is no longer read); `tests/flows/test_judged.py` reads those
files again.
"""

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import polars as pl

from flows.jobs import IndexRow
from warehouse.identity import digest
from warehouse.records import Fact
from warehouse.shards import to_records
from warehouse.store import Store

KINDS = {
    "code": "structure",
    "key-value": "structure",
    "table": "structure",
    "prose": "prose",
    "dialogue": "dialogue",
}


def fact_key(source: str, subject: str, relation: str, object_: str) -> str:
    """Return the name under which a judged fact is kept: no text of the document, and the same in every version."""
    return digest("judged fact", source, subject, relation, object_)[:16]


def _latest(store: Store, stage: str) -> dict[str, str]:
    """The fingerprint of the stage's last commit."""
    return {stage: store.manifest(stage).shards[-1].fingerprint}


def draw_facts(home: Path, count: int, seed: int, out: Path) -> None:
    """Write `facts.jsonl`: an even number per source folder and kind of extractor, drawn at random."""
    store = Store(home)
    sources = {
        row.document_id: row.source
        for row in store.rows("index", IndexRow, _latest(store, "ingest"))
    }
    frame = (
        store.scan("facts", _latest(store, "extract"))
        .select("id", "document_id", "extractor", "shape")
        .collect()
    )
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for identity, document, extractor, shape in frame.iter_rows():
        folder = "/".join(sources.get(document, "?").partition("#")[0].split("/")[:2])
        if shape != "class":
            groups[(folder, KINDS.get(extractor.partition("/")[0], extractor))].append(identity)
    stream = np.random.default_rng(seed)
    chosen: list[str] = []
    order = sorted(groups)
    while len(chosen) < count and any(groups.values()):
        for key in order:
            if groups[key] and len(chosen) < count:
                chosen.append(groups[key].pop(int(stream.integers(len(groups[key])))))
    picked = store.scan("facts", _latest(store, "extract"), keep={"id": chosen}).collect()
    rows = [
        {"id": f.id, "key": fact_key(sources.get(f.document_id, "?"), f.subject.text, f.relation, f.object.text),
         "source": sources.get(f.document_id, "?"), "extractor": f.extractor, "subject": f.subject.text,
         "relation": f.relation, "object": f.object.text, "shape": f.shape, "phrase": f.phrase,
         "preposition": f.preposition, "qualifiers": [q.text for q in f.qualifiers], "as_of": f.as_of,
         "quote": f.quote[:1200]}
        for f in to_records(picked.unique("id"), Fact)
    ]  # fmt: skip
    _write(out / "facts.jsonl", rows)


def draw_questions(home: Path, snapshot: Path, count: int, seed: int, out: Path) -> None:
    """Write `questions.jsonl` (question and evidence documents) and `key.jsonl` (answers, paths)."""
    store = Store(home)
    rows = pl.concat([pl.read_parquet(path) for path in sorted(snapshot.glob("data/*/*.parquet"))])
    drawn = rows.sample(min(count, rows.height), seed=seed, shuffle=True)
    wanted = {e["document_id"] for evidence in drawn["evidence"].to_list() for e in evidence}
    texts = dict(
        store.scan("documents", _latest(store, "ingest"), keep={"id": wanted})
        .select("id", "text")
        .collect()
        .iter_rows()
    )
    sections = store.scan("sections", _latest(store, "ingest")).select(
        pl.col("section").struct.field("id", "start")
    )
    starts = dict(sections.collect().iter_rows())
    sheets, keys = [], []
    for row in drawn.iter_rows(named=True):
        documents: dict[str, str] = {}
        for e in row["evidence"]:
            name = f"{e['title']} | {e['source']}"
            text = texts[e["document_id"]]
            at = max(text.find(e["quote"], starts[e["section_id"]]), 0)
            extract = _around(text, at, at + len(e["quote"]))
            if extract not in documents.get(name, ""):
                documents[name] = f"{documents.get(name, '')}{extract}\n"
        sheets.append(
            {
                "id": row["id"],
                "question": f"{row['question']} {row['format_instructions']}",
                "documents": documents,
            }
        )
        keys.append({"id": row["id"], "strategy": row["strategy"], "category": row["category"], "answer": row["answer"],
                     "aliases": row["answer_aliases"], "quotes": [e["quote"] for e in row["evidence"]]})  # fmt: skip
    _write(out / "questions.jsonl", sheets)
    _write(out / "key.jsonl", keys)


def _around(text: str, start: int, end: int, reach: int = 3500) -> str:
    """The document, or for a long one the stretch around the evidence."""
    if len(text) <= 2 * reach:
        return text
    return f"… {text[max(start - reach, 0) : end + reach]} …"


def score(path: Path) -> None:
    """Print the share of right rows with its 95 % interval (Wilson), by kind, and the causes of the rest."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    for kind in sorted({row.get("kind", "all") for row in rows}):
        own = [row for row in rows if row.get("kind", "all") == kind]
        right = sum(row["verdict"] == "right" for row in own)
        n, p, z = len(own), right / len(own), 1.96
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5 / (1 + z * z / n)
        print(f"{kind}: {right} of {n} right, {p:.1%} [{middle - half:.1%}, {middle + half:.1%}]")
        for cause, times in Counter(
            row["cause"] for row in own if row["verdict"] != "right"
        ).most_common():
            print(f"  {times} {cause}")


def yields(home: Path) -> None:
    """Print words and usable facts per 1,000 words by source; facts that only say a thing's kind do not count."""
    store = Store(home)
    rows = {row.document_id: row for row in store.rows("index", IndexRow, _latest(store, "ingest"))}
    facts = store.scan("facts", _latest(store, "extract")).filter(pl.col("shape") != "class")
    counts = facts.group_by("document_id").agg(pl.col("id").n_unique().alias("facts")).collect()
    words = pl.DataFrame(
        [
            (key, "/".join(row.source.partition("#")[0].split("/")[:2]), row.words)
            for key, row in rows.items()
        ],
        schema={"document_id": pl.String, "source": pl.String, "words": pl.Int64},
        orient="row",
    )
    table = words.join(counts, on="document_id", how="left").group_by("source")
    summed = table.agg(pl.col("words", "facts").sum()).sort(pl.col("facts") / pl.col("words"))
    for source, total, found in summed.reverse().iter_rows():
        print(f"{source}: {total:,} words, {1000 * found / total:.1f} facts per 1,000")


def _write(path: Path, rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )


def main() -> None:
    """Run the named step of a quality reading."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("facts", "questions"):
        command = commands.add_parser(name)
        command.add_argument("--home", type=Path, default=Path("data"))
        command.add_argument("--count", type=int, default=200)
        command.add_argument("--seed", type=int, default=0)
        command.add_argument("--out", type=Path, required=True)
        if name == "questions":
            command.add_argument(
                "--snapshot", type=Path, required=True, help="folder of one version"
            )
    commands.add_parser("score").add_argument("judged", type=Path)
    commands.add_parser("yields").add_argument("--home", type=Path, default=Path("data"))
    options = parser.parse_args()
    if options.command == "facts":
        draw_facts(options.home, options.count, options.seed, options.out)
    elif options.command == "questions":
        draw_questions(options.home, options.snapshot, options.count, options.seed, options.out)
    elif options.command == "yields":
        yields(options.home)
    else:
        score(options.judged)


if __name__ == "__main__":
    main()
