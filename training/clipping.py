"""Clipping of gradients by entropy (8, 9), kept as ablations: which sequences or tokens take part.

(8) leaves out negative rollouts whose mean entropy exceeds a threshold, (9) single tokens of negative rollouts. Each
is also there for all rollouts, whatever their advantage. Masked tokens stay in the denominator, as the equations have
it.
"""

import numpy as np


def by_sequence(
    advantages: np.ndarray, entropies: np.ndarray, threshold: float, *, negatives_only: bool = True
) -> np.ndarray:
    """Return per sequence whether it takes part (8).

    Args:
        advantages: one per sequence, shape (N,).
        entropies: mean entropy of each sequence's tokens, nats, shape (N,).
        threshold: entropy above which a sequence is left out, nats.
        negatives_only: whether sequences with an advantage of 0 or more always take part.
    """
    out = entropies > threshold
    return ~(out & (advantages < 0)) if negatives_only else ~out


def by_token(
    advantages: np.ndarray,
    entropies: np.ndarray,
    mask: np.ndarray,
    threshold: float,
    *,
    negatives_only: bool = True,
) -> np.ndarray:
    """Return per token whether it takes part (9), False where there is no token.

    Args:
        advantages: one per sequence, shape (N,).
        entropies: of each token, nats, shape (N, T).
        mask: whether there is a token, shape (N, T).
        threshold: entropy above which a token is left out, nats.
        negatives_only: whether tokens of sequences with an advantage of 0 or more always take part.
    """
    out = entropies > threshold
    if negatives_only:
        out &= (advantages < 0)[:, None]
    return mask.astype(bool) & ~out
