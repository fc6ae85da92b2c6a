"""From the rollouts of a batch to what the loss takes: advantages (7), masks (8, 11), weights of tokens (4).

All arrays are of the whole batch, over all ranks: the scale of a task, the entropy and the normaliser are the batch's.
"""

from dataclasses import dataclass

import numpy as np

from training.advantage import SCALES
from training.aepo import AepoOptions, Decision, Latch, decide
from training.clipping import by_sequence
from training.normaliser import batch_token_weights, group_token_weights
from training.rl_options import RLOptions

NEVER = AepoOptions(relative=False, high=float("inf"), low=float("inf"))
"""Bounds under which nothing is masked."""


@dataclass(frozen=True)
class Rollouts:
    """P prompts with G rollouts each."""

    rewards: np.ndarray
    """Shape (P, G); NaN where a rollout could not be scored."""
    tasks: list[str]
    """Task type of each prompt."""
    tokens: np.ndarray
    """The model's own tokens of each rollout, shape (P, G)."""
    entropies: np.ndarray
    """Mean over the tokens of each rollout, nats, shape (P, G); NaN where it is not known."""

    def part(self, groups: np.ndarray) -> "Rollouts":
        """Return some of the groups, by index."""
        tasks = [self.tasks[int(group)] for group in groups]
        return Rollouts(self.rewards[groups], tasks, self.tokens[groups], self.entropies[groups])


@dataclass(frozen=True)
class Scored:
    """What the loss takes, and why."""

    advantages: np.ndarray
    """Advantages with the weight of (4), 0 for rollouts that are masked, shape (P, G)."""
    keep: np.ndarray
    """Rollouts that need a forward and a backward, shape (P, G)."""
    decision: Decision
    """AEPO's."""
    metrics: dict[str, float]
    """For the log."""


def scored(rollouts: Rollouts, entropy: float, latch: Latch, options: RLOptions) -> Scored:
    """Return advantages and masks of a batch.

    Args:
        rollouts: the batch.
        entropy: H(B), nats.
        latch: AEPO's state before it.
        options: additions to GRPO.
    """
    advantages = SCALES[options.scale](rollouts.rewards, rollouts.tasks)
    decision = decide(latch, entropy, advantages.ravel(), options.aepo or NEVER)
    unmasked = decision.keep.reshape(advantages.shape)
    clip = options.clipping
    if clip and clip.by == "sequence":
        unmasked = unmasked & by_sequence(
            advantages, rollouts.entropies, clip.threshold, negatives_only=clip.negatives_only
        )
    keep = unmasked & (advantages != 0) if options.skip_zero else unmasked
    counted = rollouts.tokens * (unmasked | options.count_masked)
    weights = group_token_weights if options.normaliser == "group" else batch_token_weights
    weighted = advantages * weights(counted, total=int(rollouts.tokens.sum()))[:, None]
    return Scored(
        np.where(unmasked, weighted, 0.0), keep, decision, _metrics(rollouts, decision, unmasked, keep)
    )  # fmt: skip


def varied(rewards: np.ndarray) -> np.ndarray:
    """Return of each group (P, G) whether its rewards differ; shape (P,)."""
    known = ~np.isnan(rewards)
    most = np.where(known, rewards, -np.inf).max(axis=1)
    least = np.where(known, rewards, np.inf).min(axis=1)
    return most > least


def _metrics(
    rollouts: Rollouts, decision: Decision, unmasked: np.ndarray, keep: np.ndarray
) -> dict[str, float]:
    """Return what is logged of a batch."""
    rewards, names = rollouts.rewards, np.asarray(rollouts.tasks)
    found = {
        "aepo/on": float(decision.latch.on),
        "aepo/reference": decision.latch.reference,
        "masked": float(1 - unmasked.mean()),
        "kept": float(keep.mean()),
        "zero_variance_groups": float(1 - varied(rewards).mean()),
        "unscorable": float(np.isnan(rewards).mean()),
    }
    for task in sorted(set(rollouts.tasks)):
        own = rewards[names == task]
        if not np.isnan(own).all():
            found[f"tasks/{task}/reward"] = float(np.nanmean(own))
            found[f"tasks/{task}/spread"] = float(np.nanstd(own))
    return found
