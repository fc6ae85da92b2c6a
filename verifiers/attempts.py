"""What k attempts at a question came to, and when no further one can change it (method 2.5).

An attempt is right, wrong, unread (cut, empty, refused, or neither rule nor judge could tell) or unanswered. The last
two are known to be neither right nor wrong: they are counted and left out of every rate. Half of the attempts must be
known before a model is called unable.
"""

from dataclasses import dataclass
from typing import Literal

from warehouse.records import Record

Attempt = Literal["right", "wrong", "unread", "unanswered"]
Standing = Literal["open", "able", "unable", "unknown"]
"""Whether a model answers often enough; `open` while further attempts can change it, `unknown` if too few are known."""


class Tally(Record):
    """The attempts of one model at one question under one check."""

    role: str
    """Role that was asked."""
    model: str
    prompt: str
    """Name and hash of the prompt."""
    planned: int
    """Attempts at most."""
    right: int = 0
    wrong: int = 0
    unread: int = 0
    unanswered: int = 0
    judged: int = 0
    """Of the right and wrong ones, those that the judge decided."""
    detail: str = ""
    """Why the last attempt that is neither right nor wrong is not."""

    @property
    def known(self) -> int:
        """Attempts that are right or wrong."""
        return self.right + self.wrong

    @property
    def made(self) -> int:
        """Attempts that were asked."""
        return self.known + self.unread + self.unanswered

    @property
    def left(self) -> int:
        """Attempts that were not asked."""
        return self.planned - self.made

    @property
    def enough(self) -> int:
        """Known attempts without which nothing is said of inability."""
        return (self.planned + 1) // 2

    @property
    def rate(self) -> float | None:
        """Share of the known attempts that were right."""
        return self.right / self.known if self.known else None

    def with_attempt(self, attempt: Attempt, *, judged: bool = False, detail: str = "") -> "Tally":
        """Return the tally with one more attempt."""
        return self.model_copy(
            update={
                attempt: getattr(self, attempt) + 1,
                "judged": self.judged + judged,
                "detail": detail or self.detail,
            }
        )


@dataclass(frozen=True)
class Bar:
    """How often a model must be right to be called able."""

    share: float = 0.0
    """Of the known attempts, at least; 0 is once."""
    strict: bool = False
    """More than the share."""
    early: bool = True
    """Whether to stop once it is certain; else all attempts are made."""


def standing(tally: Tally, bar: Bar) -> Standing:
    """Return what is certain of a model after the attempts so far."""
    if tally.left and not bar.early:
        return "open"
    return _once(tally) if not bar.share else _share(tally, bar)


def _once(tally: Tally) -> Standing:
    if tally.right:
        return "able"
    if tally.left:
        return "open"
    return "unable" if tally.known >= tally.enough else "unknown"


def _share(tally: Tally, bar: Bar) -> Standing:
    most = tally.known + tally.left
    # So many right ones are enough whatever the others come to.
    if _over(tally.right, tally.planned, bar):
        return "able"
    if most < tally.enough and not _over(tally.right + tally.left, tally.planned, bar):
        return "unknown"
    if tally.known >= tally.enough:
        # An attempt that cannot be read counts for neither side, so the extremes are all wrong and all right.
        if _over(tally.right, most, bar):
            return "able"
        if not _over(tally.right + tally.left, most, bar):
            return "unable"
    return "open"


def _over(right: int, known: int, bar: Bar) -> bool:
    return right > bar.share * known if bar.strict else right >= bar.share * known
