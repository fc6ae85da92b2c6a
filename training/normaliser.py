"""The token normaliser of (4): a prompt group's loss is divided by the group's own tokens, groups count alike.

TRL's `dapo` divides by the tokens of the whole batch. Multiplying each advantage of a group by N / (groups × the
group's tokens), with N the tokens of the batch, makes the one the other, and the loss needs no override.
"""

import numpy as np


def group_token_weights(tokens: np.ndarray, *, total: int) -> np.ndarray:
    """Return the factor of each group's advantages under (4), shape (P,).

    Args:
        tokens: tokens of each completion that count, shape (P, G).
        total: N, tokens that TRL divides by.

    A group without tokens gets 0.
    """
    own = tokens.sum(axis=1).astype(float)
    return np.divide(total, len(tokens) * own, out=np.zeros_like(own), where=own > 0)


def batch_token_weights(tokens: np.ndarray, *, total: int) -> np.ndarray:
    """Return the factor of all advantages where the divisor is what counts of the whole batch, shape (P,).

    Args:
        tokens: tokens of each completion that count, shape (P, G).
        total: N, tokens that TRL divides by.
    """
    counted = int(tokens.sum())
    return np.full(len(tokens), total / counted if counted else 0.0)
