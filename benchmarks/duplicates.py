"""Near-duplicates and repeated test questions on sets with labels, at the settings of a run, beside other rules.

    python benchmarks/duplicates.py --sets DIR [--show 20]

`DIR` has record-dedup, llm-decontaminator and decontamination; what is not there is left out. The sets are not part
of the project; the documents of `corpora` with every n-th word left out stand beside them. The rivals are in
`benchmarks/duplicate_rules.py`. A pair is right where the set says that both are one thing. Intervals are Wilson's at
95 %; that of F1 is the one of right / (right + wrong + missed), carried through 2x / (1 + x).
"""

import argparse
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

from benchmarks import duplicate_rules as rules
from benchmarks.duplicate_rules import Pairs, Texts, words
from benchmarks.labelled_sets import lines
from benchmarks.timing import print_table
from verifiers.rates import wilson

ROOT = Path(__file__).resolve().parent.parent
HEAD = ("set", "rule", "right of found", "P", "found of labelled", "R", "F1")
SUBJECTS = ("abstract_algebra", "sociology", "high_school_us_history")
LEFT_OUT = (200, 50, 20)
"""Every how many words one is left out of a copy."""
LEAST_WORDS = 200
HOTPOT = "hotpotqa_dev_questions.txt"


def scored(name: str, rule: str, found: Pairs, gold: Pairs) -> tuple[str, ...]:
    """Return the row of a rule's pairs."""
    right = len(found & gold)
    either = wilson(len(found | gold), right)
    f1 = [2 * x / (1 + x) for x in (right / len(found | gold), either.low, either.high)]
    return (
        name, rule, f"{right:,} of {len(found):,}", _rate(len(found), right),
        f"{right:,} of {len(gold):,}", _rate(len(gold), right), f"{f1[0]:.3f} ({f1[1]:.3f} to {f1[2]:.3f})",
    )  # fmt: skip


def _rate(n: int, c: int) -> str:
    if not n:
        return "–"
    interval = wilson(n, c)
    return f"{c / n:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def records(path: Path, named: Callable[[dict[str, str]], tuple[str, str]]) -> tuple[Texts, Pairs]:
    """Return the rows of a file as texts, and the pairs of one thing; `named` gives the id and thing of a row."""
    texts: dict[str, str] = {}
    things: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            identity, thing = named(row)
            texts[identity] = " ".join(" ".join(row.values()).split())
            things.setdefault(thing, []).append(identity)
    return texts, {pair for group in things.values() for pair in combinations(sorted(group), 2)}


def person(row: dict[str, str]) -> tuple[str, str]:
    """Return id and thing of a row of Febrl, and take both out of it."""
    identity = row.pop("rec_id")
    return identity, identity.split("-")[1]


def site(row: dict[str, str]) -> tuple[str, str]:
    """Return id and thing of a site, and take both and the source out of its row."""
    row.pop("Source")
    return row.pop("Id"), row.pop("True Id")


RECORDS = {"Febrl": ("febrl_dataset1.csv", person), "sites": ("sites_with_true_ids.csv", site)}


def rephrased(folder: Path) -> Iterator[tuple[str, Texts, Texts]]:
    """Yield set, originals and rephrasings, by the same ids; those without a rephrasing are left out."""
    rows = list(lines(folder / "gsm8k_rephrase_pairs.jsonl"))
    yield "GSM8K", *_texts({row["idx"]: (row["original"], row["rephrased"]) for row in rows})
    rows = list(lines(folder / "mmlu_rephrase_pairs.jsonl"))
    for subject in SUBJECTS:
        own = [row for row in rows if row["subject"] == subject]
        pairs = {row["idx"]: (row["original"], row["rephrased_en"]) for row in own}
        yield f"MMLU {subject.replace('_', ' ')}", *_texts(pairs)


def _texts(pairs: Mapping[int, tuple[str, str]]) -> tuple[Texts, Texts]:
    held = {str(i): pair for i, pair in pairs.items() if pair[1]}
    return {i: a for i, (a, _) in held.items()}, {i: b for i, (_, b) in held.items()}


def altered(every: int) -> tuple[Texts, Pairs]:
    """Return the documents of `corpora` and a copy of each in which every n-th word is left out."""
    texts: dict[str, str] = {}
    gold: Pairs = set()
    for path in sorted((ROOT / "corpora").rglob("*.*")):
        text = path.read_text("utf-8").split() if path.suffix in (".md", ".txt", ".html") else []
        if len(text) >= LEAST_WORDS:
            name = path.relative_to(ROOT).as_posix()
            texts[name] = " ".join(text)
            texts[f"{name}~"] = " ".join(
                word for place, word in enumerate(text, 1) if place % every
            )
            gold.add((name, f"{name}~"))
    return texts, gold


def near_duplicates(sets: Path) -> None:
    """Print what each rule finds among records and altered documents."""
    made: list[tuple[str, Texts, Pairs]] = []
    for name, (file, named) in RECORDS.items():
        if (path := sets / "record-dedup" / file).exists():
            made.append((name, *records(path, named)))
    made += [(f"documents, 1 word in {every} left out", *altered(every)) for every in LEFT_OUT]
    rows = [
        scored(name, rule, find(texts), gold)
        for name, texts, gold in made
        for rule, find in rules.DUPLICATES.items()
    ]
    print_table(HEAD, rows)


def test_questions(sets: Path) -> None:
    """Print what each rule finds of test questions that are rephrased, repeated, and repeated but for a word."""
    rows = []
    asked_sets: list[tuple[str, Texts, Texts]] = []
    if (sets / "llm-decontaminator").exists():
        asked_sets += rephrased(sets / "llm-decontaminator")
    if (path := sets / "decontamination" / HOTPOT).exists():
        asked_sets.append(("HotpotQA", dict(enumerated(path.read_text("utf-8").splitlines())), {}))
    for name, originals, others in asked_sets:
        same: dict[tuple[str, ...], list[str]] = {}
        for identity, text in originals.items():
            same.setdefault(words(text), []).append(identity)
        gold = {(i, j) for group in same.values() for i in group for j in group}
        changed = {identity: middle_left_out(text) for identity, text in originals.items()}
        kinds = {"rephrased": others, "one word left out": changed, "repeated": originals}
        rows += [
            scored(f"{name}, {kind}", rule, find(asked, originals), gold)
            for kind, asked in kinds.items()
            if asked
            for rule, find in rules.REPETITIONS.items()
        ]
    print_table(HEAD, rows)


def middle_left_out(text: str) -> str:
    """Return the text without its middle word."""
    own = text.split()
    return " ".join(own[: len(own) // 2] + own[len(own) // 2 + 1 :])


def enumerated(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each text once with a number of its own."""
    yield from ((str(i), text) for i, text in enumerate(dict.fromkeys(texts)) if text.strip())


def lists(folder: Path) -> dict[str, Texts]:
    """Return the questions of each list of a public test set, each once."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.txt")):
        found[path.stem] = path.read_text("utf-8").splitlines()
    for path in sorted(folder.glob("*.jsonl")):
        found[path.stem] = [row.get("question") or row["problem"] for row in lines(path)]
    return {name: dict(enumerated(texts)) for name, texts in found.items()}


def across(folder: Path, show: int) -> None:
    """Print how many questions of each list repeat one of another list; no label says which of them should."""
    every = lists(folder)
    rows = []
    for (a, one), (b, other) in combinations(every.items(), 2):
        found = {rule: find(one, other) for rule, find in rules.REPETITIONS.items()}
        if any(found.values()):
            counts = (f"{len({i for i, _ in pairs}):,}" for pairs in found.values())
            rows.append((a, f"{len(one):,}", b, *counts))
        for i, j in sorted(found[rules.OURS])[:show]:
            print(f"{a}: {one[i]}\n{b}: {other[j]}\n")
    print_table(("list", "questions", "compared with", *rules.REPETITIONS), rows)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--show", type=int, default=0, help="repetitions across lists to print")
    options = parser.parse_args()
    near_duplicates(options.sets)
    print()
    test_questions(options.sets)
    print()
    if (options.sets / "decontamination").exists():
        across(options.sets / "decontamination", options.show)


if __name__ == "__main__":
    main()
