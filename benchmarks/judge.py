"""Agreement with people of the typed rules, of a judge model, and of the judge where the rules cannot tell.

    python -m benchmarks.judge --shared ../shared --address http://127.0.0.1:8000/v1 --model NAME [--count 200]
    python -m benchmarks.judge --shared ../shared --scripted yes
    python -m benchmarks.judge … --only unknown --sets EfficientQA "EVOUNA NQ" --count 50

Pairs are drawn by hash from the judged sets (see `benchmarks/answer_sets.py`), as many of each set. The judge is asked
as the checks ask it: in both orders, and only agreement counts. `--scripted WORD` is a judge that always says WORD, the
floor that a real one is compared with. Replies are kept under `--home` and cost nothing a second time. With `--only
unknown` pairs are drawn from those alone that the rules cannot tell, which are all that a run would ask about.
"""

import argparse
import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path

from benchmarks.answer_sets import Pair, pairs
from benchmarks.timing import print_table
from serving.calls import Reply, Sampling
from serving.circuit import RetryOptions
from serving.client import ModelClient
from serving.ledger import Ledger
from serving.loopback import LoopbackServer
from serving.roles import Models, ModelServer, RoleOptions
from serving.scripted import ScriptedReply
from verifiers.answers.compare import compare
from verifiers.answers.final import final_answer
from verifiers.judging import FORM, Same, judge_asks, judged
from verifiers.rates import wilson
from warehouse.identity import digest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"

PATIENT = RetryOptions(timeout=900.0, deadline=7200.0, patience=1200.0)
"""For a model on busy cores."""


def drawn(shared: Path, count: int, sets: Sequence[str], *, unknown: bool) -> list[Pair]:
    """Return `count` pairs of each set, by hash; of all sets where none is named."""
    by_set: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs(shared / "bench"):
        by_set[pair.name.partition(",")[0]].append(pair)
    out: list[Pair] = []
    for name, own in by_set.items():
        if not sets or name in sets:
            order = sorted(own, key=lambda p: digest(p.question, p.gold.text, p.reply))
            open_ones = (p for p in order if not unknown or _by_rule(p) == "unknown")
            out += islice(open_ones, count)
    return out


def _by_rule(pair: Pair) -> str:
    return compare(pair.gold, pair.reply, pair.question).equal


async def findings(
    models: Models, home: Path, asked: Sequence[Pair]
) -> tuple[list[str], Counter[str]]:
    """Return what the judge says of each pair, and how many of its replies were of which status."""
    with Ledger(home) as ledger:
        async with ModelClient(models, ledger) as client:
            both = [
                judge_asks(
                    client, p.question, _gold(p), final_answer(p.reply).text or p.reply, seed=0
                )
                for p in asked
            ]
            replies = await client.all([ask for pair in both for ask in pair])
    found = [judged(replies[at : at + 2]) for at in range(0, len(replies), 2)]
    return found, Counter(map(_said, replies))


def _said(reply: Reply) -> str:
    if not reply.answered:
        return reply.status
    value = reply.value(Same)
    return "the form copied" if value.difference == FORM else value.same


def _gold(pair: Pair) -> str:
    others = "; ".join(pair.gold.aliases)
    return f"{pair.gold.text} (also: {others})" if others else pair.gold.text


def report(asked: Sequence[Pair], judge: Sequence[str]) -> None:
    """Print agreement by set: share of the pairs that are decided, and how often rightly."""
    rows = []
    for name in dict.fromkeys(pair.name.partition(",")[0] for pair in asked):
        own = [n for n, pair in enumerate(asked) if pair.name.partition(",")[0] == name]
        rules = {n: _by_rule(asked[n]) for n in own}
        for who, found in (
            ("rules", rules),
            ("judge", {n: judge[n] for n in own}),
            (
                "rules, then judge",
                {n: judge[n] if rules[n] == "unknown" else rules[n] for n in own},
            ),
        ):
            decided = [n for n in own if found[n] != "unknown"]
            right = sum((found[n] == "equal") == asked[n].same for n in decided)
            share = "–"
            if decided:
                interval = wilson(len(decided), right)
                share = f"{right / len(decided):.1%} ({interval.low:.1%} to {interval.high:.1%})"
            rows.append((name, who, str(len(own)), str(len(decided)), share))
    print_table(("set", "who", "pairs", "decided", "agree with people (95 %)"), rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--address", default="")
    parser.add_argument("--model", default="judge")
    parser.add_argument("--scripted", default="yes", choices=("yes", "no", "unsure"))
    parser.add_argument("--count", type=int, default=200, help="pairs of each set")
    parser.add_argument("--sets", nargs="*", default=(), help="names of sets; all without")
    parser.add_argument("--only", default="all", choices=("all", "unknown"))
    parser.add_argument("--longest", type=int, default=200, help="tokens of a reply")
    parser.add_argument("--home", type=Path, default=Path("data/judge"))
    given = parser.parse_args()
    asked = drawn(given.shared, given.count, given.sets, unknown=given.only == "unknown")
    said = ScriptedReply(text=json.dumps({"difference": "", "same": given.scripted}))
    with nullcontext() if given.address else LoopbackServer(lambda _: said) as loopback:
        address = given.address or (loopback.address if loopback else "")
        name = given.model if given.address else f"scripted-{given.scripted}"
        models = Models(
            servers={"judge": ModelServer(model=name, address=address, retry=PATIENT)},
            roles={
                "judge": RoleOptions(model="judge", sampling=Sampling(max_tokens=given.longest))
            },
        )
        found, counts = asyncio.run(findings(models, given.home, asked))
        report(asked, found)
    print("replies:", ", ".join(f"{status} {n}" for status, n in counts.most_common()))


if __name__ == "__main__":
    main()
