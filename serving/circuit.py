"""When to try again, and when to stop trying: back-off with jitter, Retry-After, and a circuit for a dead address.

Pure state and functions: the caller passes the time and the random number.
"""

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.records import Record

KEPT = "and run again: what was answered is kept"


class RetryOptions(Record):
    """Limits on trying again."""

    timeout: float = 600.0
    """Seconds for one request."""
    deadline: float = 1800.0
    """Seconds for a call with all its tries, waiting for a slot left out."""
    first_wait: float = 0.5
    """Upper bound of the first wait, seconds; each further one doubles."""
    longest_wait: float = 60.0
    tries: int = 8
    """Requests per call, at most."""
    dead_after: int = 3
    """Requests in a row without any answer, at least, after which an address is called dead."""
    patience: float = 90.0
    """Seconds without any answer, at least, after which an address is called dead: a server may be starting anew."""
    hedge_after: float = 0.0
    """Seconds after which a second request is sent beside one that is not answered; 0 never does."""


def wait_before(number: int, options: RetryOptions, drawn: float, asked: float | None) -> float:
    """Return the seconds to wait before try `number` (1 is the first repetition).

    Args:
        number: repetition, from 1.
        options: limits.
        drawn: random number from 0 to 1; the wait is that share of the bound (full jitter).
        asked: what the server asked for by Retry-After, seconds; waited for in full, with jitter on top.
    """
    bound = min(options.first_wait * 2 ** (number - 1), options.longest_wait)
    return drawn * bound + (asked or 0.0)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a server asks to wait (`retry-after`, seconds or a date), None if it says nothing.

    `now` is in seconds since 1970.
    """
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - now)
    except ValueError:
        return None


@dataclass
class Circuit:
    """Whether an address can be used at all."""

    address: str
    options: RetryOptions
    silent: int = 0
    """Requests in a row that met no answer: refused, cut, timed out."""
    since: float = 0.0
    """When the first of them was sent, seconds."""
    last: str = ""
    """What the last of them met."""
    barred: str = ""
    """Why the address cannot be used though it answers: a wrong key, an unknown model."""

    def open(self, now: float) -> bool:
        """Whether nothing more is to be sent."""
        dead = self.silent >= self.options.dead_after and now - self.since >= self.options.patience
        return bool(self.barred) or dead

    def answered(self) -> None:
        """Any answer, an error too, shows that something is there."""
        self.silent = 0

    def unanswered(self, what: str, sent: float) -> None:
        """Count a request, sent at `sent`, that met no answer."""
        if not self.silent:
            self.since = sent
        self.silent += 1
        self.last = what

    @property
    def message(self) -> str:
        """What is wrong and what to do."""
        if self.barred:
            return f"{self.address} {self.barred}; mend it under [models.servers] {KEPT}"
        return (
            f"{self.address} gave no answer to {self.silent} requests in a row (last: {self.last}); start the server "
            f"or correct the address under [models.servers] {KEPT}"
        )
