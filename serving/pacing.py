"""How many calls may be in flight at one address: additive increase, multiplicative decrease.

Each good reply raises the limit by 1 / limit, so about one per round of replies; a sign of overload halves it, once
per round: what was sent before the last cut says nothing of the new limit. Signs are 429, 503, timeouts, and a latency
per token that has risen to a multiple of the best seen, since a server that queues answers everything, only later.
Pure state: the caller passes the time.
"""

from dataclasses import dataclass, field

from warehouse.records import Record

SMOOTHING = 0.1
"""Weight of a new latency in the running mean."""
FORGETTING = 1.001
"""The best latency rises by this factor with each reply, so that a lucky one is not the measure for ever."""
FIXED_TOKENS = 16
"""Counted in addition to a reply's own tokens, so that short replies do not look slow."""


class PacingOptions(Record):
    """Bounds of concurrency at one address."""

    start: int = 8
    """Calls in flight at the start."""
    least: int = 1
    most: int = 64
    decrease: float = 0.5
    """Factor of the limit at a sign of overload."""
    slow: float = 6.0
    """Multiple of the best latency per token that counts as a sign; batching servers are 2 to 4 times slower full."""


@dataclass
class Pacing:
    """The limit of one address and what it was learnt from."""

    options: PacingOptions
    limit: float = 0.0
    cut_at: float = float("-inf")
    """Time of the last decrease, seconds."""
    mean: float = 0.0
    """Running mean of seconds per token."""
    best: float = field(default=float("inf"))

    def __post_init__(self) -> None:
        """Start at the configured limit."""
        self.limit = float(min(max(self.options.start, self.options.least), self.options.most))

    @property
    def slots(self) -> int:
        """Calls that may be in flight."""
        return int(self.limit)

    def replied(self, sent: float, now: float, tokens: int) -> None:
        """Learn from a reply of `tokens` tokens to a call sent at `sent` (seconds)."""
        pace = (now - sent) / (tokens + FIXED_TOKENS)
        self.mean = pace if not self.mean else self.mean + SMOOTHING * (pace - self.mean)
        self.best = min(self.best * FORGETTING, self.mean)
        if self.mean > self.options.slow * self.best:
            self.overloaded(sent, now)
            self.mean = self.best
        else:
            self.limit = min(self.limit + 1 / self.limit, float(self.options.most))

    def overloaded(self, sent: float, now: float) -> None:
        """Learn that a call sent at `sent` met overload; cut once per round."""
        if sent < self.cut_at:
            return
        self.limit = max(self.limit * self.options.decrease, float(self.options.least))
        self.cut_at = now
