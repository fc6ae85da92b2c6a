"""AEPO (11): whether sequences with a negative advantage are masked, by the entropy of the batch.

Above the upper bound every sequence with a negative advantage is masked, below the lower one they are brought back.
Ours: a latch (unchanged between the bounds), its state in the checkpoint; bounds relative to the entropy of the first
steps (F11 shows masking from about twice to about 1.05 times what is reached later), or absolute. The published
snippet masks only between the bounds and uses an undefined name: not followed.
"""

import math
from dataclasses import dataclass

import numpy as np

from warehouse.records import Record


class AepoOptions(Record):
    """Bounds of the entropy, nats per token."""

    relative: bool = True
    """Whether the bounds are multiples of the mean entropy of the first steps."""
    high: float = 2.0
    """Masking begins above it."""
    low: float = 1.05
    """Masking ends below it."""
    first_steps: int = 5
    """Steps whose mean entropy relative bounds refer to; nothing is masked before."""


class Latch(Record):
    """What a checkpoint keeps."""

    on: bool = False
    """Whether negatives are masked."""
    steps: int = 0
    """Steps seen."""
    reference: float = 0.0
    """Mean entropy of the first steps seen so far, at most `first_steps` of them."""
    switches: int = 0
    """Times that it went on or off."""


@dataclass(frozen=True)
class Decision:
    """What to do with one batch."""

    latch: Latch
    """State after the batch."""
    keep: np.ndarray
    """Per sequence, whether it takes part, shape (N,)."""
    why: str
    """One line for the log."""

    @property
    def empty(self) -> bool:
        """Whether nothing is left, so that the step is skipped."""
        return not bool(self.keep.any())


def decide(latch: Latch, entropy: float, advantages: np.ndarray, options: AepoOptions) -> Decision:
    """Return which sequences of a batch take part.

    Args:
        latch: state before the batch.
        entropy: H(B), mean over sequences of the mean over tokens, nats.
        advantages: one per sequence, shape (N,).
        options: bounds.

    A batch whose entropy is not a number leaves the latch as it is and masks as before.
    """
    keep = np.ones(len(advantages), bool)
    if not math.isfinite(entropy):
        return _decision(latch, keep, advantages, "entropy unknown: unchanged")
    seen = _seen(latch, entropy, options)
    if options.relative and latch.steps < options.first_steps:
        return _decision(
            seen,
            keep,
            advantages,
            f"step {seen.steps} of the first {options.first_steps}: nothing is masked",
        )
    unit = seen.reference if options.relative else 1.0
    high, low = options.high * unit, options.low * unit
    on = entropy > high or (latch.on and entropy >= low)
    after = seen.model_copy(update={"on": on, "switches": latch.switches + (on != latch.on)})
    place = "above" if entropy > high else "below" if entropy < low else "between"
    return _decision(after, keep, advantages, f"entropy {entropy:.4f} {place} {low:.4f} and {high:.4f}")  # fmt: skip


def _seen(latch: Latch, entropy: float, options: AepoOptions) -> Latch:
    """Return the latch with one more step, and the reference over the first ones."""
    steps = latch.steps + 1
    if steps > options.first_steps:
        return latch.model_copy(update={"steps": steps})
    mean = latch.reference + (entropy - latch.reference) / steps
    return latch.model_copy(update={"steps": steps, "reference": mean})


def _decision(latch: Latch, keep: np.ndarray, advantages: np.ndarray, why: str) -> Decision:
    if latch.on:
        keep = keep & ~(advantages < 0)
    masked = int((~keep).sum())
    return Decision(latch, keep, f"{why}; {masked} of {len(keep)} sequences masked")
