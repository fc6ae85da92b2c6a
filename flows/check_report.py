"""What the model-run checks came to, in figures: for the manifest, the card and the report.

Rates are means over samples whose attempts were all made, with bootstrap intervals by sample.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any

from flows.checked import Checked
from flows.config import SynthesisConfig
from flows.fingerprints import CHECKING
from serving.prompts import load_prompt
from verifiers.judging import PROMPT as JUDGE
from verifiers.model_verdicts import ModelVerdict
from verifiers.rates import mean_interval
from warehouse.snapshot_manifest import CheckSummary, ModelUse, TriedModel
from warehouse.snapshot_rows import SampleRow

REVIEWED_SHOWN = 200
COUNTS = ("right", "wrong", "unread", "unanswered", "judged")


def summaries(
    config: SynthesisConfig, verdicts: Iterable[ModelVerdict]
) -> tuple[CheckSummary, ...]:
    """Return one summary per check that was made, in the order of the checks."""
    by_check: dict[str, list[ModelVerdict]] = defaultdict(list)
    for verdict in verdicts:
        by_check[verdict.check].append(verdict)
    return tuple(
        _summary(config, name, by_check[name]) for name in config.checks.made if by_check[name]
    )


def _summary(config: SynthesisConfig, name: Any, verdicts: Sequence[ModelVerdict]) -> CheckSummary:
    counts = Counter(
        f"{verdict.status}: {verdict.reason}" if verdict.reason else verdict.status
        for verdict in verdicts
    )
    rates = [v.rate for v in verdicts if v.rate is not None]
    passed = [v.passed_at for v in verdicts if v.passed_at is not None]
    seed = config.checks.seed
    return CheckSummary(
        check=name, mode=config.checks.mode(name), samples=len(verdicts),
        found=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        models=_models(verdicts), spared=sum(v.spared for v in verdicts), fresh=sum(v.fresh for v in verdicts),
        rated=len(rates), rate=_mean(rates, seed), pass_at=config.checks.pass_at if passed else 0,
        passed=_mean(passed, seed), review=tuple(sorted(v.sample_id for v in verdicts if v.review)),
    )  # fmt: skip


def _mean(rates: Sequence[float], seed: int) -> tuple[float, float, float] | None:
    if not rates:
        return None
    interval = mean_interval(rates, seed)
    return (round(fmean(rates), 6), round(interval.low, 6), round(interval.high, 6))


def _models(verdicts: Iterable[ModelVerdict]) -> tuple[TriedModel, ...]:
    """Return the attempts by role, model and prompt."""
    total: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        for tally in verdict.tallies:
            own = total[tally.role, tally.model, tally.prompt]
            own.update({field: getattr(tally, field) for field in COUNTS})
            own["samples"] += 1
            own["spared"] += tally.left
    return tuple(
        TriedModel(role=role, model=model, prompt=prompt, **counts)
        for (role, model, prompt), counts in sorted(total.items())
    )


def model_uses(config: SynthesisConfig) -> tuple[ModelUse, ...]:
    """Return the models that the checks ask, for the manifest."""
    if not config.checks.made:
        return ()
    uses = []
    for role in CHECKING:
        if role in config.models.roles:
            server, sampling = config.models.server(role), config.models.role(role).sampling
            drawn = f"temperature {sampling.temperature}, top-p {sampling.top_p}"
            how = f"{server.strength}, {drawn}, {sampling.max_tokens} tokens"
            uses.append(ModelUse(role=role, name=server.model, digest=how))
    return tuple(uses)


def prompts_used(config: SynthesisConfig, checks: Iterable[CheckSummary]) -> dict[str, str]:
    """Return prompt name → hash of the prompts that the checks asked with."""
    names = {model.prompt for check in checks for model in check.models}
    if names and "judge" in config.models.roles:
        names.add(load_prompt("verifiers", JUDGE, config.models.role("judge").prompt).name)
    return {name.partition(" ")[0]: name.partition(" ")[2] for name in sorted(names)}


def reviewed(checked: Checked) -> list[dict[str, Any]]:
    """Return samples that go to a person: what was asked, and how often which model was right."""
    rows: dict[str, SampleRow] = {**(checked.rows or {}), **(checked.dropped or {})}
    listed = []
    for verdict in sorted(checked.verdicts, key=lambda v: (v.sample_id, v.check)):
        if verdict.review and verdict.sample_id in rows:
            row = rows[verdict.sample_id]
            tries = [f"{t.role} {t.model}: {t.right} of {t.known} right" for t in verdict.tallies]
            listed.append(
                {"row": row, "check": verdict.check, "reason": verdict.reason, "tries": tries,
                 "kept": verdict.sample_id in (checked.rows or {})}
            )  # fmt: skip
    return listed[:REVIEWED_SHOWN]
