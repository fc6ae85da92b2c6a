"""Agreement with people of the typed rules, of a judge model, and of the judge where the rules cannot tell.

    python benchmarks/judge.py --shared ../shared --address http://127.0.0.1:8000/v1 --model NAME [--count 200]
    python benchmarks/judge.py --shared ../shared --scripted yes

Pairs are drawn by hash from the judged sets (see `benchmarks/answer_sets.py`), as many of each set. The judge is asked
as the checks ask it: in both orders, and only agreement counts. `--scripted WORD` is a judge that always says WORD, the
floor that a real one is compared with. Replies are kept under `--home` and cost nothing a second time.
"""

import argparse
import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from benchmarks.answer_sets import Pair, pairs
from benchmarks.timing import print_table
from serving.calls import Sampling
from serving.client import ModelClient
from serving.ledger import Ledger
from serving.loopback import LoopbackServer
from serving.roles import Models, ModelServer, RoleOptions
from serving.scripted import ScriptedReply
from verifiers.answers.compare import compare
from verifiers.answers.final import final_answer
from verifiers.judging import judge_asks, judged
from verifiers.rates import wilson
from warehouse.identity import digest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def drawn(shared: Path, count: int) -> list[Pair]:
    """Return `count` pairs of each set, by hash."""
    by_set: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs(shared / "bench"):
        by_set[pair.name.partition(",")[0]].append(pair)
    return [
        pair
        for own in by_set.values()
        for pair in sorted(own, key=lambda p: digest(p.question, p.gold.text, p.reply))[:count]
    ]


async def findings(models: Models, home: Path, asked: Sequence[Pair]) -> list[str]:
    """Return what the judge says of each pair."""
    with Ledger(home) as ledger:
        async with ModelClient(models, ledger) as client:
            both = [
                judge_asks(
                    client, p.question, _gold(p), final_answer(p.reply).text or p.reply, seed=0
                )
                for p in asked
            ]
            replies = await client.all([ask for pair in both for ask in pair])
    return [judged(replies[at : at + 2]) for at in range(0, len(replies), 2)]


def _gold(pair: Pair) -> str:
    others = "; ".join(pair.gold.aliases)
    return f"{pair.gold.text} (also: {others})" if others else pair.gold.text


def report(asked: Sequence[Pair], judge: Sequence[str]) -> None:
    """Print agreement by set: share of the pairs that are decided, and how often rightly."""
    rows = []
    for name in dict.fromkeys(pair.name.partition(",")[0] for pair in asked):
        own = [n for n, pair in enumerate(asked) if pair.name.partition(",")[0] == name]
        rules = {n: compare(asked[n].gold, asked[n].reply, asked[n].question).equal for n in own}
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
    parser.add_argument("--home", type=Path, default=Path("data/judge"))
    given = parser.parse_args()
    asked = drawn(given.shared, given.count)
    said = ScriptedReply(text=json.dumps({"difference": "", "same": given.scripted}))
    with nullcontext() if given.address else LoopbackServer(lambda _: said) as loopback:
        address = given.address or (loopback.address if loopback else "")
        name = given.model if given.address else f"scripted-{given.scripted}"
        models = Models(
            servers={"judge": ModelServer(model=name, address=address)},
            roles={"judge": RoleOptions(model="judge", sampling=Sampling(max_tokens=200))},
        )
        report(asked, asyncio.run(findings(models, given.home, asked)))


if __name__ == "__main__":
    main()
