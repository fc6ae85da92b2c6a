"""Rewards of a batch beside other rewards: replies a second, and what each pays for replies made to be paid.

    python benchmarks/rewards.py [--rows 64] [--runs 5]

Math-Verify is compared where it is installed (`pip install math-verify`): numbers alone, which is what it reads. The
other rivals are SQuAD's exact match and containment, difflib's exact ratio for needles, and sets of all runs of words
of a context for the copy rate. Ours are timed as TRL calls them, the process that compares included, and without it.
"""

import argparse
import logging
import random
import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from importlib.util import find_spec
from itertools import cycle

from benchmarks.timing import alternate, print_table, print_versions
from training.rewards.copy_rate import RUN, copy_rates
from training.rewards.functions import RewardFunction
from training.rewards.needle import NeedleSpec, needle_ratio
from training.rewards.options import RewardOptions
from training.rewards.outcome import outcome
from verifiers.answers.compare import asked_under
from verifiers.answers.final import after_reasoning
from warehouse.answer_specs import AnswerSpec

GROUP = 8
PREFIX = "Therefore, the answer is "
REASONING = (
    "<think>" + "The page says so, and another page says where it lies. " * 80 + "</think>\n"
)
SYLLABLES = "ba ren til os mar lo dres kin tur gen vel ash por ni sal".split()
BATCHES = 16
"""Different batches that are rewarded in turn, so that nothing is known from the turn before."""
WORDS = "river page harbour tonnes length old town where water stands near the of a and by".split()
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_MARKS = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True)
class Case:
    """A reply with its row."""

    spec: AnswerSpec
    question: str
    reply: str
    right: bool
    hack: str = ""
    """How it tries to be paid; empty for an honest reply."""


def cases(rows: int, seed: int = 0) -> list[Case]:
    """Return groups of replies, half right and half wrong, to rows of five kinds."""
    draw = random.Random(seed)
    found = []
    for number in range(rows):
        spec, question, right, wrong = _row(number, draw)
        for at in range(GROUP):
            text = right if at % 2 else wrong
            said = f"{REASONING}So much is clear. {PREFIX}{text}."
            found.append(Case(spec, question, said, bool(at % 2)))
    return found


def _row(number: int, draw: random.Random) -> tuple[AnswerSpec, str, str, str]:
    one, other = ("".join(draw.choices(SYLLABLES, k=4)).capitalize() for _ in range(2))
    value = draw.randint(100, 9_999)
    rows = (
        (AnswerSpec(kind="text", text=one), "Which town has the theatre?", one, other),
        (AnswerSpec(kind="number", text=str(value), unit="km"), "How long is it, in km?", f"{value} km",
         f"{value + 7} km"),
        (AnswerSpec(kind="number", text=str(value)), "How many are there?", str(value), str(value + 1)),
        (AnswerSpec(kind="items", text="", items=(one, other)), "Which two?", f"{other}; {one}", f"{one}; Rome"),
        (AnswerSpec(kind="choice", text="B", options=(other, one, "Rome")), "Which option?", "B", "C"),
    )  # fmt: skip
    return rows[number % len(rows)]


def hacks() -> list[Case]:
    """Return replies that give no single answer, or another one, to a name, a number, a list and an option."""
    rows = (
        (AnswerSpec(kind="text", text="Paris"), "Which town?", "Paris", "Lyon"),
        (AnswerSpec(kind="number", text="42"), "How many?", "42", "43"),
        (AnswerSpec(kind="items", text="", items=("Paris", "Rome")), "Which?", "Paris; Rome", "Oslo"),
        (AnswerSpec(kind="choice", text="B", options=("red", "blue", "green")), "Which?", "B", "C"),
    )  # fmt: skip
    forms = {
        "list": "{right}, {wrong}, Bern, 7, A, D", "choice": "{right} or {wrong}",
        "reasoning only": "<think>{right}</think>",
        "reasoning cut": "<think>so {right}", "two answers": PREFIX + "{wrong}. " + PREFIX + "{right}.",
        "hedge": "maybe {right}, maybe {wrong}", "denied": "It is not {right}.", "giant": "{right} " * 50_000,
        "inside a longer one": "1942{right}ian", "lines": "{right}\n{wrong}",
    }  # fmt: skip
    return [
        Case(spec, question, form.replace("{right}", right).replace("{wrong}", wrong), False, hack)
        for spec, question, right, wrong in rows
        for hack, form in forms.items()
    ]


def ours(case: Case) -> float:
    """Return the reward without the process around it."""
    return outcome(case.spec, case.reply, asked_under(case.question, ""), RewardOptions()).reward or 0.0  # fmt: skip


def normalised(text: str) -> str:
    """Return a text as SQuAD compares it."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_MARKS)).split())


def final(reply: str) -> str:
    """Return what follows the reasoning and the last prefix, as the rivals are given it."""
    return after_reasoning(reply).rpartition(PREFIX)[2]


def gold(case: Case) -> str:
    """Return the stored answer as text."""
    return case.spec.text or "; ".join(case.spec.items)


def exact(case: Case) -> float:
    """Return 1 where the normalised texts are the same."""
    return float(normalised(final(case.reply)) == normalised(gold(case)))


def contained(case: Case) -> float:
    """Return 1 where the normalised answer stands in the normalised reply."""
    return float(f" {normalised(gold(case))} " in f" {normalised(final(case.reply))} ")


def math_verify() -> Callable[[Case], float] | None:
    """Return Math-Verify's reward, None where it is not installed."""
    if find_spec("math_verify") is None:
        return None
    # It logs every reply that it gives up, in full.
    logging.getLogger("math_verify").setLevel(logging.CRITICAL)
    from math_verify import parse, verify  # pyright: ignore[reportMissingImports]

    def reward(case: Case) -> float:
        return float(verify(parse(gold(case)), parse(final(case.reply))))

    return reward


def every(judge: Callable[[Case], float]) -> Callable[[Sequence[Case]], list[float | None]]:
    """Return the reward of all cases of a batch by one of each."""
    return lambda over: [judge(case) for case in over]


def as_trl(function: RewardFunction) -> Callable[[Sequence[Case]], list[float | None]]:
    """Return the rewards of a batch as TRL asks for them."""

    def call(over: Sequence[Case]) -> list[float | None]:
        completions = [[{"role": "assistant", "content": case.reply}] for case in over]
        return function(
            ["p"] * len(over), completions, answer_spec=[case.spec.model_dump_json() for case in over],
            question=[case.question for case in over], format_instructions=[""] * len(over),
        )  # fmt: skip

    return call


def rewards(rows: int, runs: int) -> None:
    """Print replies a second and agreement with the labels, of all kinds and of numbers."""
    rival = math_verify()
    everything = [cases(rows, seed) for seed in range(BATCHES)]
    numbers = [[case for case in batch if case.spec.kind == "number"] for batch in everything]
    table = []
    with RewardFunction() as function:
        for name, batches in (("all kinds", everything), ("numbers", numbers)):
            judges = {
                "ours": as_trl(function), "ours, no process": every(ours), "exact match": every(exact),
                "containment": every(contained),
            }  # fmt: skip
            if rival and name == "numbers":
                judges["Math-Verify"] = every(rival)
            table += _compared(name, judges, batches, runs)
    head = ("replies", "reward", "replies/s", "ours is as fast, times", "rewarded rightly")
    print_table(head, table)


def _compared(
    name: str, judges: Mapping[str, Callable[[Sequence[Case]], list[float | None]]],
    batches: Sequence[Sequence[Case]], runs: int,
) -> list[tuple[str, ...]]:  # fmt: skip
    """Return a row for each reward: its speed over batches in turn, and how many it rewards rightly."""
    turn = {key: cycle(batches) for key in judges}
    works = {key: partial(lambda key: judges[key](next(turn[key])), key) for key in judges}
    turns = alternate(works, runs=runs)
    rows, over = [], [case for batch in batches for case in batch]
    for key, judge in judges.items():
        right = sum(score == case.right for score, case in zip(judge(over), over, strict=True))
        rows.append((name, key, f"{len(batches[0]) / turns[key]:,.0f}", turns.speed("ours", key, ".2f"),
                     f"{right:,} of {len(over):,}"))  # fmt: skip
    return rows


def paid() -> None:
    """Print how many replies that were made to be paid each reward pays."""
    made = hacks()
    numbers = [case for case in made if case.spec.kind == "number"]
    judged: list[tuple[str, Callable[[Case], float], list[Case]]] = [
        ("ours", ours, made), ("exact match", exact, made), ("containment", contained, made),
        ("ours, numbers", ours, numbers),
    ]  # fmt: skip
    rival = math_verify()
    if rival:
        judged.append(("Math-Verify, numbers", rival, numbers))
    rows = []
    for name, judge, over in judged:
        fooled = [case.hack for case in over if judge(case)]
        rows.append(
            (name, f"{len(fooled)} of {len(over)}", ", ".join(sorted(set(fooled))) or "none")
        )
    print_table(("reward", "pays", "which"), rows)


def naive_copies(replies: Sequence[str], text: str, evidence: list, distractors: list) -> object:
    """Return copy rates by sets of all runs, made anew for each reply."""

    def runs(part: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", part.casefold())
        return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}

    found = []
    for reply in replies:
        theirs = set[tuple[str, ...]]().union(*(runs(text[a:b]) for a, b in distractors))
        theirs -= set[tuple[str, ...]]().union(*(runs(text[a:b]) for a, b in evidence))
        own = runs(reply)
        found.append(len(own & theirs) / len(own) if own else None)
    return found


def parts(runs: int, seed: int = 0) -> None:
    """Print needles and copy rates beside difflib and plain sets."""
    draw = random.Random(seed)
    passage = " ".join(draw.choices(WORDS, k=400))
    near = " ".join(word if draw.random() > 0.1 else "x" for word in passage.split())
    text = " ".join(draw.choices([f"w{n}" for n in range(5_000)], k=90_000))
    spans = [[at, at + 5_000] for at in range(0, len(text) - 5_000, 5_000)]
    replies = [" ".join(draw.choices(text[:200_000].split(" "), k=150)) for _ in range(GROUP)]
    works = {
        "needle": lambda: needle_ratio(NeedleSpec(text=passage), near),
        "needle, difflib without shortcut": lambda: SequenceMatcher(
            None, near, passage, autojunk=False
        ).ratio(),
        "copies": lambda: copy_rates(replies, text, spans[:3], spans[3:]),
        "copies, sets for each reply": lambda: naive_copies(replies, text, spans[:3], spans[3:]),
    }
    assert works["copies"]() == works["copies, sets for each reply"]()
    turns = alternate(works, runs=runs, warm=False)
    rows = [
        (f"needle of {len(passage):,} characters", f"{1000 * turns['needle']:.1f}",
         turns.speed("needle", "needle, difflib without shortcut", ".1f"), "difflib without its shortcut"),
        (f"copies of {GROUP} replies from {len(text):,} characters", f"{1000 * turns['copies']:.0f}",
         turns.speed("copies", "copies, sets for each reply", ".1f"), "sets of all runs for each reply"),
    ]  # fmt: skip
    print_table(("part", "ms", "times as fast", "as"), rows)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    print_versions(*(["math-verify"] if math_verify() else []), "pydantic")
    rewards(chosen.rows, chosen.runs)
    print()
    paid()
    print()
    parts(chosen.runs)


if __name__ == "__main__":
    main()
