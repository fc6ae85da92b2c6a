"""A question's context: a length drawn by its hash, shorter ones where clean distractors run out (§3.3).

For contextual robustness (method 2.5, step 4) it is laid out again: same evidence, same length, other distractors by
the same rules, another order.
"""

from collections.abc import Callable, Collection, Sequence

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

TRIES = 2
"""Layouts tried for each that is wanted."""


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


def laid_out_again(
    context: Context, asked: Asked, pool: Pool, banned: Collection[str], competes: Competes,
    options: ContextOptions, *, count: int, holds: Callable[[Context], bool],
) -> tuple[Context, ...]:  # fmt: skip
    """Return up to `count` further contexts of a question, those that `holds` says the checks of the first accept."""
    found: dict[str, Context] = {}
    for layout in range(1, TRIES * count + 1):
        if len(found) == count:
            break
        again = assemble(
            asked, pool, context.evidence, banned, bucket=context.bucket, options=options,
            competes=competes, layout=layout,
        )  # fmt: skip
        if again is not None and again.id != context.id and again.id not in found and holds(again):
            found[again.id] = again
    return tuple(found.values())


def rivals(matcher: Matcher) -> Competes:
    """Return what says whether a section may hold a second answer; it looks at a section once for all layouts."""
    found: dict[str, bool] = {}

    def competes(item: PoolSection) -> bool:
        own = item.section.id
        if own not in found:
            title, date = item.document.title, item.document.date
            found[own] = bool(matcher.competes(title, item.section.headings, date, item.text))
        return found[own]

    return competes
