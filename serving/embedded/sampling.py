"""The draw of one token from its logits, with NumPy.

Gumbel's trick: the token with the largest (logit / temperature + noise) is a draw from the softmax, where the noise is
-log(-log(u)) with u uniform. A difference in the last bits of the logits then changes the draw only where two sums tie.
"""

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.floating]
"""One value for each token of the vocabulary; -inf marks a token that may not be drawn."""


def random_stream(seed: int, choice: int) -> np.random.Generator:
    """Return the noise of one reply; choices of one request have streams of their own."""
    return np.random.default_rng([seed % 2**64, choice])


def log_probabilities(logits: Logits) -> NDArray[np.float64]:
    """Return the logarithm of the softmax."""
    shifted = logits.astype(np.float64) - logits.max()
    return shifted - np.log(np.exp(shifted).sum())


def kept(scaled: Logits, *, top_p: float, top_k: int) -> NDArray[np.bool_]:
    """Return which tokens stay in the draw; the most probable one always does.

    Args:
        scaled: logits over temperature.
        top_p: share that the tokens left in have together, the last of them reaching it; 1 leaves all in.
        top_k: number of tokens left in; 0 leaves all in. It is applied first.
    """
    keep = np.isfinite(scaled)
    if (top_k == 0 or top_k >= keep.sum()) and top_p >= 1:
        return keep
    order = np.argsort(-scaled, kind="stable")
    ranked = order[:top_k] if top_k else order
    if top_p < 1:
        share = np.exp(log_probabilities(scaled[ranked]))
        ranked = ranked[np.cumsum(share) - share < top_p]
    chosen = np.zeros_like(keep)
    chosen[ranked] = True
    return keep & chosen


def choose(
    logits: Logits, noise: np.random.Generator, *, temperature: float, top_p: float, top_k: int
) -> int:
    """Return the token that is drawn."""
    if temperature == 0:
        return int(logits.argmax())
    scaled = logits.astype(np.float64) / temperature
    # The smallest double above 0 keeps log(0) out.
    gumbel = -np.log(-np.log(noise.random(len(scaled)) + np.finfo(np.float64).tiny))
    drawn = np.where(kept(scaled, top_p=top_p, top_k=top_k), scaled + gumbel, -np.inf)
    return int(drawn.argmax())
