"""Findings about what is trained on: the snapshot's files, prompts within the limits, answers, balance of tasks."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from training.balanced import BalancedBatches, BalanceError, BalanceOptions
from training.finding import Finding, Site
from training.prompts import RowsError, wanted_rows
from training.recipe import Recipe, Stage
from training.rewards.needle import NeedleSpec
from training.rewards.options import RewardOptions
from training.rewards.outcome import outcome
from training.rewards.targets import Target, target_of_row
from verifiers.answers.compare import asked_under
from verifiers.answers.number import number_of
from warehouse.identity import digest
from warehouse.snapshot_manifest import SnapshotError, read_manifest
from warehouse.snapshot_rows import SampleRow

FORM = "Therefore, the answer is {}."
"""The published form of a final answer."""
APART = Decimal("0.1")
"""Share of the larger by which two numbers must differ to be two answers."""
RULES = RewardOptions()
"""The outcome by rules alone."""
TRIES = 20
"""Rows looked at for an answer that is another one."""


def snapshot(site: Site) -> Iterator[Finding]:
    """Yield whether every file has the hash of the manifest."""
    if site.unsound:
        yield Finding(check="snapshot", status="no-go", detail=site.unsound)
        return
    manifest = read_manifest(site.snapshot)
    size = sum(file.bytes for file in manifest.files) / 1e6
    yield Finding(
        check="snapshot", status="ok",
        detail=f"{manifest.name}/{manifest.version}: {len(manifest.files)} files of {size:.1f} MB have their hashes, "
        f"{manifest.counts.by_split.get(site.recipe.split, 0)} rows in {site.recipe.split}",
    )  # fmt: skip


def prompts(site: Site) -> Iterator[Finding]:
    """Yield for each stage how many prompts are within its limit, and those that are not."""
    if site.unsound:
        return
    try:
        exact = site.lengths.exact
    except (RowsError, SnapshotError) as error:
        yield Finding(check="prompts", status="no-go", detail=str(error))
        return
    if not exact:
        yield Finding(
            check="tokenizer", status="warn",
            detail=f"{site.recipe.model} is not on this machine: lengths are estimates on the Qwen vocabulary; fetch "
            "its tokenizer for exact ones",
        )  # fmt: skip
    for stage in site.stages:
        yield _prompts(site, stage)


def _prompts(site: Site, stage: Stage) -> Finding:
    found = site.chosen(stage)
    longest = max((length.tokens for length in found.kept), default=0)
    out = sorted(found.left_out, key=lambda length: (-length.tokens, length.id))
    detail = (
        f"{len(found.kept)} within {stage.prompt_tokens:,} tokens (longest {longest:,}), "
        f"{len(out)} longer and left out"
    )
    positions = site.numbers.positions
    status = "ok"
    if not found.kept:
        status, detail = "no-go", f"{detail}: none is left; raise prompt_tokens"
    elif stage.tokens > positions:
        status = "no-go"
        detail += f"; {stage.tokens:,} with the reply, and the model is made for {positions:,}: shorten the stage"
    elif out:
        status = "warn"
    return Finding(
        check=f"prompts {stage.name}", status=status, detail=detail,
        items=tuple(f"{length.id} {length.tokens}" for length in out),
    )  # fmt: skip


def answers(site: Site) -> Iterator[Finding]:
    """Yield whether each row's own answer is right and another row's is not, by the rules of rewards."""
    if site.unsound:
        return
    try:
        rows = [
            row.model_copy(update={"prompt": (), "evidence": (), "program": ""})
            for row in wanted_rows(site.snapshot, site.recipe.wanted)
        ]
        targets = {row.id: target_of_row(row) for row in rows}
    except (SnapshotError, ValueError) as error:
        yield Finding(check="answers", status="no-go", detail=str(error))
        return
    own = [
        f"{row.id} {row.answer!r}" for row in rows if not _right(row, targets[row.id], row.answer)
    ]
    yield Finding(
        check="own answers", status="no-go" if own else "ok", items=tuple(own),
        detail=f"{len(rows) - len(own)} of {len(rows)} score 1 in the published form"
        + ("; the others can teach nothing: take them out or mend their answers" if own else ""),
    )  # fmt: skip
    pairs = list(_shuffled(rows, targets))
    taken = [
        f"{row.id} {other!r} for {row.answer!r}"
        for row, other in pairs
        if _right(row, targets[row.id], other)
    ]
    yield Finding(
        check="other answers", status="no-go" if taken else "ok", items=tuple(taken),
        detail=f"{len(pairs) - len(taken)} of {len(pairs)} other rows' answers score 0"
        + (f"; {len(rows) - len(pairs)} rows have no other of their kind" if len(pairs) < len(rows) else "")
        + ("; the rest are taken for right" if taken else ""),
    )  # fmt: skip


def _right(row: SampleRow, target: Target, answer: str) -> bool:
    """Return whether the reward of an answer in the published form is 1; a needle is repeated as it stands."""
    reply = answer if isinstance(target, NeedleSpec) else FORM.format(answer)
    return (
        outcome(target, reply, asked_under(row.question, row.format_instructions), RULES).reward
        == 1
    )


def _shuffled(
    rows: Sequence[SampleRow], targets: dict[str, Target]
) -> Iterator[tuple[SampleRow, str]]:
    """Yield rows with the answer of another row of their kind, drawn by hash, whose text is another."""
    kinds: dict[str, list[SampleRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: digest("shuffled", row.id)):
        kinds[targets[row.id].kind].append(row)
    for own in kinds.values():
        for number, row in enumerate(own):
            following = (own[(number + step) % len(own)] for step in range(1, TRIES))
            if other := next((o.answer for o in following if _other(row, o)), ""):
                yield row, other


def _other(row: SampleRow, other: SampleRow) -> bool:
    """Return whether another row's answer is another text, as a set other items, as a number one well apart."""
    texts = {text.casefold() for text in (row.answer, *row.answer_aliases)}
    if other.answer.casefold() in texts:
        return False
    items = [{item.casefold() for item in one.answer_items} for one in (row, other)]
    if items[0] and items[0] == items[1]:
        return False
    mine, its = number_of(row.answer), number_of(other.answer)
    # A figure that rounds to the answer is the answer, said less exactly.
    return (
        mine is None
        or its is None
        or abs(mine.value - its.value) > APART * max(abs(mine.value), abs(its.value))
    )


def balance(site: Site) -> Iterator[Finding]:
    """Yield for each stage how many prompts of each task there are, and whether batches can be balanced."""
    if site.unsound:
        return
    for stage in site.stages:
        try:
            found = site.chosen(stage)
        except (RowsError, SnapshotError):
            # Said by the check of prompts.
            return
        if found.kept:
            yield _balance(site.recipe, stage, [length.task_type for length in found.kept])


def _balance(recipe: Recipe, stage: Stage, tasks: Sequence[str]) -> Finding:
    counts: dict[str, int] = dict(sorted(Counter(tasks).items()))
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    check, prompts_ = f"balance {stage.name}", recipe.rollout.prompts
    if len(tasks) < prompts_:
        return Finding(
            check=check, status="no-go",
            detail=f"{told}: {len(tasks)} prompts do not fill a batch of {prompts_}; lower rollout.prompts",
        )  # fmt: skip
    if not recipe.rl.balanced:
        return Finding(check=check, status="ok", detail=f"{told}; batches are not balanced")
    try:
        batches = BalancedBatches(
            tasks, BalanceOptions(batch=prompts_, seed=recipe.seed, dry=recipe.rl.dry)
        )
    except BalanceError as error:
        return Finding(check=check, status="no-go", detail=f"{told}; {error}")
    share = prompts_ / len(batches.tasks)
    steps = stage.steps or round(stage.epochs * (len(tasks) // prompts_))
    smallest = min(counts, key=lambda name: (counts[name], name))
    passes = steps * share / counts[smallest]
    detail = f"{told}; {share:g} of each in a batch, {steps} steps, {smallest} is drawn {passes:.1f} times over"
    if share > counts[smallest]:
        return Finding(check=check, status="warn", detail=f"{detail}, more than once in one batch")
    if passes > 1 and recipe.rl.dry == "retire":
        return Finding(check=check, status="warn", detail=f"{detail}, and is retired before the end")  # fmt: skip
    return Finding(check=check, status="ok", detail=detail)
