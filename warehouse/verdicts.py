"""What a check says of a candidate: passed, failed or unknown, with a fixed reason and the evidence for it."""

from typing import Literal

from warehouse.records import Record

Status = Literal["passed", "failed", "unknown"]


class Verdict(Record):
    """One check's finding."""

    check: str
    status: Status
    reason: str = ""
    """Short and fixed, so that counts can be grouped by it; empty when passed."""
    evidence: tuple[str, ...] = ()
    """What shows it: names, section ids, figures."""


def passed(check: str, *evidence: str) -> Verdict:
    """Return a passing verdict."""
    return Verdict(check=check, status="passed", evidence=evidence)


def failed(check: str, reason: str, *evidence: str) -> Verdict:
    """Return a failing verdict."""
    return Verdict(check=check, status="failed", reason=reason, evidence=evidence)


def unknown(check: str, reason: str) -> Verdict:
    """Return a verdict for a check that cannot be made here."""
    return Verdict(check=check, status="unknown", reason=reason)
