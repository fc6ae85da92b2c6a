"""Names, facts and open extraction against sets that people labelled.

    python benchmarks/labelled.py names --sets DIR
    python benchmarks/labelled.py facts --sets DIR [--draw 50 --seed 1 --out unlabelled.jsonl]
    python benchmarks/labelled.py open --sets DIR

`DIR` has a folder for each set: entity-linking, redocred, record-dedup, 2wikimultihopqa, knowledgenet, text2kgbench,
fewrel, carb; a set that is not there is left out. The sets are not part of the project. `--draw` writes facts that no
label confirms, drawn at random, for judging by readers: most sets are labelled in part only.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks import carb, labelled_facts, labelled_names, labelled_sets
from benchmarks.labelled_facts import Count, Unlabelled, total
from benchmarks.labelled_sets import Passage, document_of
from benchmarks.timing import print_table

Rows = list[tuple[str, ...]]
NAMED: dict[str, tuple[str, Callable[[Path], Iterable[Passage]], bool]] = {
    "KORE50": ("entity-linking/kore50.benchmark.jsonl", labelled_sets.linked, False),
    "Wiki-Fair": ("entity-linking/wiki-fair-v2.benchmark.jsonl", labelled_sets.linked, False),
    "Re-DocRED": ("redocred", labelled_sets.redocred, True),
    "sites": ("record-dedup/sites_with_true_ids.csv", labelled_names.sites, False),
    "Febrl": ("record-dedup/febrl_dataset1.csv", labelled_names.persons, False),
    "2WikiMultihopQA titles": ("2wikimultihopqa/dev_sample.jsonl", labelled_names.titles, False),
}
"""Path, reader, and whether only names of one document were labelled against each other."""
STATED: dict[str, Callable[[Path], Iterable[Passage]]] = {
    "redocred": labelled_sets.redocred,
    "knowledgenet": labelled_sets.knowledgenet,
    "text2kgbench": labelled_sets.text2kgbench,
    "fewrel": labelled_sets.fewrel,
}
FEWEST = 3
"""Facts from which a relation has a row of its own."""


def names(sets: Path) -> None:
    """Print the merges of each set of names."""
    rows: Rows = []
    for name, (path, read, within) in NAMED.items():
        if (sets / path).exists():
            placed = labelled_names.place(list(read(sets / path)))
            m = labelled_names.count(placed, within=within)
            apart = f"{m.apart:,} of {m.alike:,}" if m.alike else "–"
            rows.append((name, f"{len(placed):,}", f"{m.right:,} of {m.merged:,}", f"{m.precision:.3f}",
                         f"{m.recall:.3f}", f"{m.f1:.3f}", apart))  # fmt: skip
    head = ("set", "names", "merged pairs right", "P", "R", "F1", "one name, two things: apart")
    print_table(head, rows)


def facts(sets: Path) -> list[Unlabelled]:
    """Print precision and recall of the facts of each set, then by relation; return those without a label."""
    rows: Rows = []
    unlabelled: list[Unlabelled] = []
    by_relation: dict[str, Count] = {}
    by_label: dict[tuple[str, str], Count] = {}
    for name, read in STATED.items():
        if not (sets / name).exists():
            continue
        passages = list(read(sets / name))
        found = labelled_facts.read_facts(passages)
        scores = labelled_facts.score(passages, found, overlap=name == "knowledgenet")
        told, labelled = total(scores.by_relation.values()), total(scores.by_label.values())
        rows.append((name, f"{len(passages):,}", *_shares(told, labelled)))
        unlabelled += scores.unlabelled
        for relation, count in scores.by_relation.items():
            by_relation[relation] = by_relation.get(relation, Count()) + count
        by_label |= {(name, label): count for label, count in scores.by_label.items()}
    print_table(("set", "documents", "confirmed", "P", "found", "R"), rows)
    most = sorted(by_relation.items(), key=lambda pair: -pair[1].told)
    print()
    print_table(
        ("relation", "confirmed", "P"),
        [(relation, *_shares(c, c)[:2]) for relation, c in most if c.told >= FEWEST],
    )
    print()
    often = sorted(by_label.items(), key=lambda pair: -pair[1].found)
    print_table(
        ("set", "label", "found", "R"),
        [(*key, *_shares(c, c)[2:]) for key, c in often if c.found >= FEWEST],
    )
    return unlabelled


def _shares(told: Count, labelled: Count) -> tuple[str, str, str, str]:
    precision = f"{told.right / told.told:.3f}" if told.told else "–"
    recall = f"{labelled.found / labelled.labelled:.3f}" if labelled.labelled else "–"
    return (f"{told.right:,} of {told.told:,}", precision,
            f"{labelled.found:,} of {labelled.labelled:,}", recall)  # fmt: skip


def open_extraction(sets: Path) -> None:
    """Print CaRB's score of our facts, and of the published output that it is calibrated on."""
    rows: Rows = []
    for name in ("dev", "test"):
        gold = carb.read_gold(sets / "carb" / f"gold_{name}.tsv")
        rows.append(_scored(f"Longspan, {name}", carb.score(gold, dict(_tuples(gold)))))
    theirs = carb.read_openie(sets / "carb" / "system_openie5_test.txt")
    rows.append(_scored("OpenIE-5, test", carb.best_score(gold, theirs)))
    print_table(("system", "P", "R", "F1"), rows)


def _scored(name: str, score: carb.Score) -> tuple[str, ...]:
    return (name, f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}")


def _tuples(sentences: Iterable[str]) -> Iterator[tuple[str, list[carb.Tuple]]]:
    """Yield the facts of each sentence as tuples: the verb phrase with its preposition, and both ends."""
    passages = {
        f"carb-{number}": (sentence, Passage(document_of(f"carb-{number}", "", text)))
        for number, sentence in enumerate(sentences)
        if (text := labelled_sets.joined(sentence.split()).text)
    }
    found = labelled_facts.read_facts([passage for _, passage in passages.values()], kinds=True)
    for key, (sentence, _) in passages.items():
        yield (
            sentence,
            [
                carb.Tuple(
                    carb.words(labelled_facts.told(fact)),
                    (carb.words(fact.subject.text), carb.words(fact.object.text)),
                )
                for fact in found[key]
            ],
        )


def main() -> None:
    """Print the tables of the named kind of label."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("names", "facts", "open"))
    parser.add_argument("--sets", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--draw", type=int, default=0, help="facts without a label to write")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("unlabelled.jsonl"))
    options = parser.parse_args()
    if options.what == "names":
        names(options.sets)
    elif options.what == "open":
        open_extraction(options.sets)
    else:
        rows = facts(options.sets)
        chosen = np.random.default_rng(options.seed).permutation(len(rows))[: options.draw]
        if options.draw:
            drawn = (json.dumps(asdict(rows[at]), ensure_ascii=False) for at in sorted(chosen))
            options.out.write_text("\n".join(drawn) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
