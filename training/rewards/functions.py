"""The reward as TRL calls it (§3 Rewards): outcomes by rules, then the judge, then what is asked for beside them.

    reward = RewardFunction(options, models, ledger)
    GRPOTrainer(reward_funcs=reward, ...)

Columns: `answer_spec`, `question` and `format_instructions` always; `evidence_ids` and `rubric` for the options of
these names; `evidence_spans` and `distractor_spans`, in characters of the prompt's messages joined, for the copy rate.
A reply that cannot be scored is None with its reason counted, and the batch goes on; it is never a zero.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from serving.roles import ModelConfigError, Models
from training.rewards.bounded import Comparer
from training.rewards.copy_rate import copy_rates
from training.rewards.evidence import f2_score, named_ids, with_evidence
from training.rewards.judge import Disputed, Judge
from training.rewards.needle import NeedleSpec
from training.rewards.options import RewardOptions
from training.rewards.outcome import Outcome
from training.rewards.replies import reply_of
from training.rewards.rows import COLUMNS, MEND, RewardRowError
from training.rewards.rubric import rubric_hits, with_rubric
from training.rewards.scored import Scored, metrics
from training.rewards.targets import read_target
from training.rewards.worker import Job
from verifiers.answers.compare import asked_under
from verifiers.judging import gold_text

Columns = dict[str, Any]


class RewardFunction:
    """A reward function for TRL; a context manager where its processes are to end before this one."""

    __name__ = "outcome"

    def __init__(
        self, options: RewardOptions = RewardOptions(),  # noqa: B008
        models: Models | None = None, ledger: Path | None = None,
    ) -> None:  # fmt: skip
        """Prepare; the ledger of the judge is opened, where there is one.

        Args:
            options: settings.
            models: with the role `judge`, where the judge is asked.
            ledger: folder of the judge's ledger; every process needs one of its own.

        Raises:
            ModelConfigError: the judge is to be asked and is not given.
            LedgerError: another process writes the ledger.
        """
        self.options = options
        self.counts: Counter[str] = Counter()
        """Replies by the rule that decided, since the start."""
        self._comparer = Comparer(options)
        self._judge: Judge | None = None
        if options.judge:
            if models is None or ledger is None:
                raise ModelConfigError(
                    "rewards.judge: it needs the role judge under [models] and a folder for its ledger"
                )
            self._judge = Judge(models, ledger, seconds=options.judge_seconds, seed=options.seed)

    def __enter__(self) -> Self:
        """Return the function."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End its processes."""
        self.close()

    def close(self) -> None:
        """End the comparing process and the judge."""
        self._comparer.close()
        if self._judge is not None:
            self._judge.close()

    def __call__(
        self, prompts: Sequence[Any], completions: Sequence[Any], completion_ids: object = None, *,
        log_extra: Callable[[str, list], None] | None = None,
        log_metric: Callable[[str, float], None] | None = None, **columns: Any,
    ) -> list[float | None]:  # fmt: skip
        """Return the reward of each completion, None for one that cannot be scored."""
        scored = self.score(prompts, completions, columns)
        if log_extra is not None:
            log_extra("reward_rule", [one.rule for one in scored])
        if log_metric is not None:
            for name, value in metrics(scored).items():
                log_metric(name, value)
        return [one.reward for one in scored]

    def score(
        self, prompts: Sequence[Any], completions: Sequence[Any], columns: Columns
    ) -> list[Scored]:
        """Return the reward of each completion with how it came about.

        Raises:
            RewardRowError: a column that every row needs is missing.
        """
        missing = [name for name in COLUMNS if name not in columns]
        if missing:
            raise RewardRowError(f"the training set has no column {', '.join(missing)}; {MEND}")
        replies = [reply_of(one, opened=self.options.opened) for one in completions]
        jobs = [
            Job(str(spec), reply, asked_under(str(question), str(form)))
            for spec, reply, question, form in zip(
                columns["answer_spec"], replies, columns["question"], columns["format_instructions"], strict=True
            )
        ]  # fmt: skip
        rules = self._comparer.outcomes(jobs)
        outcomes = self._judged(rules, jobs, columns)
        groups = _groups(jobs, columns)
        rates = self._copy_rates(groups, replies, prompts, columns)
        rewards = self._shaped([one.reward for one in outcomes], groups, replies, columns)
        scored = [
            Scored(
                reward=_number(reward, self.options.copy_penalty * (rate or 0.0)), rule=one.rule,
                outcome=_number(one.reward), judged=bool(rule.ask), copy_rate=rate,
            )
            for reward, one, rule, rate in zip(rewards, outcomes, rules, rates, strict=True)
        ]  # fmt: skip
        self.counts.update(one.rule for one in scored)
        return scored

    def _judged(
        self, outcomes: Sequence[Outcome], jobs: Sequence[Job], columns: Columns
    ) -> list[Outcome]:
        """Return the outcomes with the judge's word where the rules cannot tell."""
        found = list(outcomes)
        if self._judge is None:
            return found
        asked = [number for number, one in enumerate(outcomes) if one.ask]
        disputed = [
            Disputed(columns["question"][n], _gold(jobs[n]), outcomes[n].ask) for n in asked
        ]
        for number, said in zip(asked, self._judge.judgements(disputed), strict=True):
            reward = {"equal": 1.0, "different": 0.0}.get(said.finding)
            found[number] = Outcome(reward=reward, rule=said.reason or "judge")
        return found

    def _copy_rates(
        self, groups: Sequence[Sequence[int]], replies: Sequence[str], prompts: Sequence[Any], columns: Columns
    ) -> list[float | None]:  # fmt: skip
        rates: list[float | None] = [None] * len(replies)
        spans = columns.get("evidence_spans"), columns.get("distractor_spans")
        if not self.options.copy_rate or spans[0] is None or spans[1] is None:
            return rates
        for group in groups:
            evidence, distractors = spans[0][group[0]], spans[1][group[0]]
            if not distractors:
                continue
            text = _text(prompts[group[0]])
            own = copy_rates([replies[n] for n in group], text, evidence or (), distractors)
            for number, rate in zip(group, own, strict=True):
                rates[number] = rate
        return rates

    def _shaped(
        self, rewards: list[float | None], groups: Sequence[Sequence[int]], replies: Sequence[str], columns: Columns
    ) -> list[float | None]:  # fmt: skip
        """Return the rewards with what the options add; rows without the option's column keep their outcome."""
        if self.options.evidence:
            right = columns.get("evidence_ids") or [None] * len(replies)
            return [
                reward
                if reward is None or not ids
                else with_evidence(reward, f2_score(named_ids(reply), ids))
                for reward, reply, ids in zip(rewards, replies, right, strict=True)
            ]
        if not self.options.rubric:
            return rewards
        if (names := columns.get("rubric")) is None:
            raise RewardRowError(f"the training set has no column rubric; {MEND}")
        shaped = list(rewards)
        for group in groups:
            if not names[group[0]]:
                continue
            hits = [rubric_hits(replies[n], names[n]) for n in group]
            for number, reward in zip(
                group, with_rubric([rewards[n] for n in group], hits), strict=True
            ):
                shaped[number] = reward
        return shaped


def _groups(jobs: Sequence[Job], columns: Columns) -> list[list[int]]:
    """Return the places of the replies to each row: by its id, else by what was asked of it."""
    groups: dict[Any, list[int]] = defaultdict(list)
    ids = columns.get("id")
    for number, job in enumerate(jobs):
        groups[ids[number] if ids is not None else (job.spec, job.asked)].append(number)
    return list(groups.values())


def _gold(job: Job) -> str:
    """Return the stored answer as a judge is shown it; a needle is never shown to one."""
    target = read_target(job.spec)
    return target.text if isinstance(target, NeedleSpec) else gold_text(target)


def _text(prompt: Any) -> str:
    """Return a prompt's text: a string, or its messages joined."""
    if isinstance(prompt, str):
        return prompt
    contents = (message.get("content") or "" for message in prompt)
    return "".join(content for content in contents if isinstance(content, str))


def _number(reward: float | None, penalty: float = 0.0) -> float | None:
    """Return a reward less a penalty, None for what is no number."""
    return None if reward is None or not math.isfinite(reward) else reward - penalty
