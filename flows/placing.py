"""A question's context: a length drawn by its hash, shorter ones where clean distractors run out (§3.3)."""

from collections.abc import Collection, Sequence

from generators.contexts import (
    Asked,
    Competes,
    Context,
    ContextOptions,
    Pool,
    PoolSection,
    assemble,
    choose_bucket,
    feasible,
)
from verifiers.refute import Matcher
from warehouse.verdicts import Verdict, failed


def placed(
    asked: Asked, pool: Pool, evidence: Sequence[str], banned: Collection[str],
    competes: Competes, options: ContextOptions,
) -> Context | Verdict:  # fmt: skip
    """Return the question's context, or why there is none."""
    buckets = feasible(pool, evidence, options)
    if not buckets:
        return failed("context", "no length bucket fits the gold and can be filled")
    first = choose_bucket(asked, buckets, options)
    for bucket in (first, *(b for b in reversed(buckets) if b < first)):
        context = assemble(
            asked, pool, evidence, banned, bucket=bucket, options=options, competes=competes
        )
        if context is not None:
            return context
    return failed(
        "context", "clean distractors cannot fill a bucket", f"{len(banned)} banned sections"
    )


def rivals(matcher: Matcher, section: PoolSection) -> bool:
    """Whether a section may hold a second answer."""
    document = section.document
    return bool(
        matcher.competes(document.title, section.section.headings, document.date, section.text)
    )
