"""The entropy of a batch H(B) (11): mean over sequences of the mean over their tokens, nats per token.

Three sources, one number: of the full vocabulary at each position, which is what (11) says; of the training forward of
the step before; and of the log-probabilities of the sampled tokens alone, whose negative mean is an estimate without
bias of the entropy of what was sampled from.
"""

import numpy as np


def batch_entropy(sequence_means: np.ndarray) -> float:
    """Return H(B) of the means of its sequences (N,), NaN where none is known."""
    known = sequence_means[np.isfinite(sequence_means)]
    return float(known.mean()) if known.size else float("nan")


def sampled_means(logps: np.ndarray, mask: np.ndarray, *, top_p: float) -> np.ndarray:
    """Return the mean entropy of each sequence's tokens as its sampled tokens tell it, shape (N,), NaN without tokens.

    Args:
        logps: of the sampled tokens, under the temperature and top-p that they were sampled with, shape (N, T); NaN
            where unknown.
        mask: tokens that count, shape (N, T).
        top_p: mass of the nucleus.

    Sampling at the temperature of the loss needs no correction. Under top-p the distribution q sampled from is p cut to
    its nucleus: if that holds the mass m, H(p) = m (H(q) - ln m) + (1 - m) (H(rest) - ln (1 - m)). Taken are m = top_p
    and a rest of one token, where the sampled token was not certain; where it was, nothing is added. Where p is
    flat that comes within 3 %; of a sure policy half is missing, since it lies in tails that no sampled token shows.
    """
    known = mask.astype(bool) & np.isfinite(logps)
    cut = -top_p * np.log(top_p) - (1 - top_p) * np.log(1 - top_p) if top_p < 1 else 0.0
    surprise = -np.where(known, logps, 0.0)
    tokens = np.where(surprise > 1e-6, top_p * surprise + cut, surprise)
    number = known.sum(axis=1)
    return np.divide(
        (tokens * known).sum(axis=1), number, out=np.full(len(number), np.nan), where=number > 0
    )
