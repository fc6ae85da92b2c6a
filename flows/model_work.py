"""What models made of finished samples, as it is published: better wordings, and what second programs found."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from flows import proposals, rewriting, second_programs
from flows.config import SynthesisConfig
from generators.rewriting.asking import Rewrite
from serving.roles import RoleName
from verifiers.second_program.asking import CHECK, SecondProgram
from warehouse.identity import content_id
from warehouse.snapshot_manifest import ModelUse
from warehouse.snapshot_rows import CheckResult, SampleRow
from warehouse.store import Store

ROLES: dict[str, RoleName] = {
    "judge_documents": "judge", "model_facts": "extractor", "model_cells": "extractor", "propose": "extractor",
    "rewrite": "writer", "second_program": "solver",
}  # fmt: skip
"""The role that each stage asks."""


def work_models(config: SynthesisConfig, stages: Iterable[str]) -> tuple[ModelUse, ...]:
    """Return the language models that had a part in a snapshot, by role."""
    roles: list[RoleName] = sorted({ROLES[stage] for stage in stages if stage in ROLES})
    uses: list[ModelUse] = []
    for role in roles:
        server = config.models.server(role)
        uses.append(ModelUse(role=role, name=server.model, digest=f"as served, {server.strength}"))
    return tuple(uses)


@dataclass(frozen=True)
class ModelWork:
    """Fingerprints of the stages, each empty where it is off."""

    rewriting: str = ""
    programs: str = ""
    proposals: str = ""
    """Not applied to samples: the report lists them."""

    @property
    def stages(self) -> list[tuple[str, str]]:
        """The stages that ran, with their fingerprints."""
        every = (
            (proposals.STAGE, self.proposals),
            (rewriting.STAGE, self.rewriting),
            (second_programs.STAGE, self.programs),
        )
        return [(stage, fingerprint) for stage, fingerprint in every if fingerprint]

    def origins(self, store: Store) -> dict[str, str]:
        """Return id of a sample that was worded anew → id that it was made under."""
        return {
            reworded_id(origin, question): origin
            for origin, question in wordings_of(store, self.rewriting).items()
        }

    def applied(
        self, store: Store, config: SynthesisConfig, samples: Iterable[SampleRow]
    ) -> list[SampleRow]:
        """Return the samples as they are published: worded anew, with findings, without those that a gate refuses."""
        wordings = wordings_of(store, self.rewriting)
        found = findings_of(store, self.programs)
        gate = config.second_program.use == "gate"
        out: list[SampleRow] = []
        for sample in samples:
            program = found.get(sample.id)
            if program is not None:
                if gate and program.finding in ("different", "no program"):
                    continue
                sample = with_finding(sample, program)
            if sample.id in wordings:
                sample = reworded(sample, wordings[sample.id])
            out.append(sample)
        return out


NO_WORK = ModelWork()


def wordings_of(store: Store, fingerprint: str) -> dict[str, str]:
    """Return the accepted wordings by sample."""
    if not fingerprint:
        return {}
    rows = store.scan(rewriting.TABLE, {rewriting.STAGE: fingerprint}, record=Rewrite)
    taken = rows.filter(pl.col("accepted")).select("sample_id", "text").collect()
    return dict(taken.iter_rows())


def findings_of(store: Store, fingerprint: str) -> dict[str, SecondProgram]:
    """Return what second programs found, by sample."""
    using = {second_programs.STAGE: fingerprint}
    rows = store.rows(second_programs.TABLE, SecondProgram, using) if fingerprint else ()
    return {row.id: row for row in rows}


def reworded_id(identity: str, question: str) -> str:
    """Return the id of a sample that asks in other words."""
    return content_id("sample", identity, question)


def reworded(sample: SampleRow, question: str) -> SampleRow:
    """Return a sample that asks in other words: a row of its own."""
    prompt = tuple(
        message.model_copy(update={"content": message.content.replace(sample.question, question, 1)})
        for message in sample.prompt
    )  # fmt: skip
    return sample.model_copy(update={
        "id": reworded_id(sample.id, question), "question": question, "core_question": question,
        "prompt": prompt, "verdicts": (*sample.verdicts, _check("rewriting", "passed", "")),
    })  # fmt: skip


def with_finding(sample: SampleRow, program: SecondProgram) -> SampleRow:
    """Return a sample with what a second program found."""
    # Where it advises, one model's program does not refute what two engines computed.
    status = "passed" if program.finding == "equal" else "unknown"
    reason = second_programs.REASONS[program.finding]
    return sample.model_copy(
        update={"verdicts": (*sample.verdicts, _check(CHECK, status, reason))}
    )  # fmt: skip


def _check(check: str, status: str, reason: str) -> CheckResult:
    return CheckResult.model_validate({"check": check, "status": status, "reason": reason})
