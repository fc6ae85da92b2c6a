"""Comparison of answers against what people say, beside exact match and containment (SQuAD normalisation).

    python benchmarks/answers.py --shared ../shared [--show equal|different] [--speed]

`DIR/bench` has a folder for each set (see `benchmarks/answer_sets.py`); one that is not there is left out. `--show`
prints the pairs on which the rules and the labels disagree, with the rule and what it saw.
"""

import argparse
import math
import re
import string
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.answer_sets import Pair, pairs
from benchmarks.timing import print_table
from verifiers.answers.compare import compare
from warehouse.answer_specs import AnswerSpec

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
SHORT = 60
"""Characters of a short reply."""
Z = 1.959964
"""Of a 95 % interval."""
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_MARKS = str.maketrans("", "", string.punctuation)


def normalised(text: str) -> str:
    """Return a text as SQuAD's exact match compares it: lower case, without punctuation and articles."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_MARKS)).split())


def exact(pair: Pair) -> str:
    """Return what exact match says of a pair."""
    said = normalised(pair.reply)
    return "equal" if any(normalised(form) == said for form in _forms(pair)) else "different"


def contained(pair: Pair) -> str:
    """Return what containment of the normalised answer says of a pair."""
    said = f" {normalised(pair.reply)} "
    golds = filter(None, map(normalised, _forms(pair)))
    return "equal" if any(f" {gold} " in said for gold in golds) else "different"


def rules(pair: Pair) -> str:
    """Return what the rules say of a pair."""
    return compare(pair.gold, pair.reply, pair.question).equal


def _forms(pair: Pair) -> tuple[str, ...]:
    return (pair.gold.text, *pair.gold.aliases)


@dataclass
class Count:
    """Findings on the pairs of a set."""

    said: dict[str, list[int]] = field(
        default_factory=lambda: {"equal": [0, 0], "different": [0, 0], "unknown": [0, 0]}
    )
    """By finding: pairs that people call the same, and all."""

    def add(self, finding: str, same: bool) -> None:
        """Count a pair."""
        self.said[finding][0] += same
        self.said[finding][1] += 1

    @property
    def same(self) -> int:
        """Pairs that people call the same."""
        return sum(same for same, _ in self.said.values())

    @property
    def total(self) -> int:
        """All pairs."""
        return sum(total for _, total in self.said.values())

    def __add__(self, other: "Count") -> "Count":
        """Return the counts of two sets together."""
        both = {
            k: [a + b for a, b in zip(v, other.said[k], strict=True)] for k, v in self.said.items()
        }
        return Count(both)


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a share."""
    if not total:
        return 0.0, 1.0
    share = right / total
    centre = share + Z * Z / (2 * total)
    reach = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    return (centre - reach) / (1 + Z * Z / total), (centre + reach) / (1 + Z * Z / total)


def _share(right: int, total: int) -> str:
    """Return a share in percent with its interval."""
    if not total:
        return "–"
    low, high = wilson(right, total)
    return (
        f"{right:,} of {total:,} ({100 * right / total:.1f} %, {100 * low:.1f} to {100 * high:.1f})"
    )


def count(all_pairs: Iterable[Pair], judge: Callable[[Pair], str]) -> dict[str, Count]:
    """Return the findings of a comparison by set."""
    found: dict[str, Count] = {}
    for pair in all_pairs:
        found.setdefault(pair.name, Count()).add(judge(pair), pair.same)
    return found


def tables(all_pairs: list[Pair]) -> None:
    """Print the rules' figures by set and system, then the baselines' beside them."""
    own = count(all_pairs, rules)
    every = sum(own.values(), Count())
    own["EVOUNA, all"] = sum((c for name, c in own.items() if name.startswith("EVOUNA")), Count())
    own["all sets"] = every
    rows = []
    for name, found in own.items():
        same, total = found.said["equal"]
        wrong, apart = found.said["different"]
        rows.append((name, f"{found.total:,}", _share(same, total), f"{same / max(found.same, 1):.3f}",
                     _share(apart - wrong, apart), f"{(apart - wrong) / max(found.total - found.same, 1):.3f}",
                     f"{found.said['unknown'][1]:,}"))  # fmt: skip
    head = ("set", "pairs", "equal, rightly", "recall", "different, rightly", "recall", "unknown")
    print_table(head, rows)
    print()
    others = {"exact match": count(all_pairs, exact), "containment": count(all_pairs, contained)}
    rows = []
    for name in others["exact match"]:
        cells = []
        for found in (other[name] for other in others.values()):
            same, total = found.said["equal"]
            cells += [_share(same, total), f"{same / max(found.same, 1):.3f}"]
        rows.append((name, *cells))
    print_table(("set", "exact match, rightly", "recall", "containment, rightly", "recall"), rows)
    print()
    contradicted(all_pairs)


def contradicted(all_pairs: list[Pair]) -> None:
    """Print how many replies are a listed answer letter for letter and called wrong, and the rules without them."""
    kept = [pair for pair in all_pairs if pair.same or not _is_listed(pair)]
    rows = []
    for name, every in count(all_pairs, rules).items():
        found = count([pair for pair in kept if pair.name == name], rules)[name]
        if every.total != found.total:
            rows.append((name, f"{every.total - found.total:,}", _share(*found.said["equal"])))
    print_table(("set", "listed, yet called wrong", "equal, rightly, without them"), rows)


def _is_listed(pair: Pair) -> bool:
    """Whether a reply has the letters and digits of a listed answer and no others."""
    said = _letters(pair.reply)
    return any(_letters(form) == said for form in _forms(pair))


def _letters(text: str) -> str:
    return "".join(char for char in normalised(text) if char.isalnum())


def show(all_pairs: list[Pair], finding: str) -> None:
    """Print the pairs of a finding that people see otherwise."""
    for pair in all_pairs:
        found = compare(pair.gold, pair.reply, pair.question)
        if found.equal == finding and pair.same != (finding == "equal"):
            golds = " / ".join(_forms(pair)[:4])
            print(
                f"{pair.name} | {pair.question} | {golds} | {pair.reply[-300:]!r} | {found.rule}: {found.detail}"
            )


def speed(all_pairs: list[Pair]) -> None:
    """Print comparisons per second, of short replies and of all, with the answers read and Pint loaded before."""
    for pair in all_pairs:
        compare(pair.gold, "no such answer", pair.question)
    compare(AnswerSpec(kind="number", text="1 km"), "1000 m")
    short = [pair for pair in all_pairs if len(pair.reply) <= SHORT]
    for name, chosen in ((f"up to {SHORT} characters", short), ("all", all_pairs)):
        start = time.process_time()
        for pair in chosen:
            compare(pair.gold, pair.reply, pair.question)
        taken = time.process_time() - start
        print(f"{name}: {len(chosen) / taken:,.0f} comparisons a second of processor time")


def main() -> None:
    """Print the tables, the disagreements or the speed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--show", choices=("equal", "different"))
    parser.add_argument("--speed", action="store_true")
    chosen = parser.parse_args()
    found = list(pairs(chosen.shared / "bench"))
    if not found:
        raise SystemExit(f"no set of judged answers under {chosen.shared / 'bench'}")
    if chosen.show:
        show(found, chosen.show)
    elif chosen.speed:
        speed(found)
    else:
        tables(found)


if __name__ == "__main__":
    main()
