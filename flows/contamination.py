"""Samples whose question repeats one of a test set: a stage of its own before models are asked (method 2.5, step 5).

Its outcomes hang on the samples and on the content of the test files, whose paths stay on this machine.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from flows.config import ConfigError, SynthesisConfig
from flows.fingerprints import code
from verifiers.contamination import (
    CHECK,
    PublicQuestion,
    QuestionFile,
    Repetition,
    find_repetitions,
)
from warehouse.identity import digest, merkle_root
from warehouse.ledger import balance
from warehouse.records import Outcome
from warehouse.shards import OUTCOMES, file_sha256
from warehouse.snapshot_rows import CheckResult, SampleRow
from warehouse.store import Store

CODE = ("verifiers/contamination.py", "flows/contamination.py", "warehouse/minhash.py")
FORMATS = (".txt", ".jsonl")


@dataclass(frozen=True)
class Compared:
    """A file of test questions as it was read."""

    name: str
    field: str
    sha256: str
    questions: int


def files_root(config: SynthesisConfig) -> str:
    """Return the hash of the test files and where their questions stand; empty where nothing is compared.

    Raises:
        ConfigError: a file cannot be read, or a line has no question.
    """
    if not config.contamination.made:
        return ""
    return digest([astuple(file) for file in _compared(config)])


def compared_note(config: SynthesisConfig) -> str:
    """Return which test files a snapshot was compared with, for its card; empty where nothing was."""
    if not config.contamination.made:
        return ""
    named = ", ".join(
        f"{file.name} ({file.questions:,}, sha256 {file.sha256[:12]})" for file in _compared(config)
    )
    return f"Compared with the questions of these test sets: {named}."


def without_repetitions(
    store: Store, config: SynthesisConfig, samples: Sequence[SampleRow]
) -> tuple[list[SampleRow], str]:
    """Return the samples that go on, with what was found, and the stage's fingerprint, empty where it is off.

    Raises:
        ConfigError: a test file cannot be read.
    """
    options = config.contamination
    if not options.made:
        return list(samples), ""
    ids = [row.id for row in samples]
    gates = options.model_dump(mode="json", exclude={"tests"})
    fingerprint = digest(CHECK, gates, files_root(config), code(CODE), merkle_root(sorted(ids)))
    if store.pending(CHECK, fingerprint, input_ids=ids):
        questions = {row.id: row.question for row in samples}
        found = find_repetitions(questions, _questions(options.tests), options)
        outcomes = [_outcome(row, found.get(row.id), gate=options.use == "gate") for row in samples]
        store.commit(CHECK, fingerprint, tables={}, outcomes=outcomes)
    balance(store, CHECK, fingerprint=fingerprint, input_ids=ids)
    held = {row.input_id: row for row in store.rows(OUTCOMES, Outcome, {CHECK: fingerprint})}
    stay = (row for row in samples if held[row.id].status == "ok")
    return [_checked(row, held[row.id].reason) for row in stay], fingerprint


def _checked(sample: SampleRow, reason: str) -> SampleRow:
    result = CheckResult(check=CHECK, status="failed" if reason else "passed", reason=reason)
    return sample.model_copy(update={"verdicts": (*sample.verdicts, result)})


def _outcome(sample: SampleRow, found: Repetition | None, *, gate: bool) -> Outcome:
    """Return the outcome of a sample: advice is a reason without a rejection."""
    detail = "" if found is None else f"{found.share:.0%} of: {' '.join(found.text.split())}"
    return Outcome(
        stage=CHECK, input_id=sample.id, status="rejected" if gate and found else "ok",
        reason=f"repeats a question of {found.file}" if found else "", detail=detail[:300], n_out=0,
    )  # fmt: skip


def _compared(config: SynthesisConfig) -> Iterator[Compared]:
    for file in config.contamination.tests:
        count = sum(1 for _ in _questions([file]))
        yield Compared(Path(file.path).name, file.field, file_sha256(Path(file.path)), count)


def _questions(files: Iterable[QuestionFile]) -> Iterator[PublicQuestion]:
    """Yield the questions of the files, line by line."""
    for file in files:
        path = Path(file.path)
        if path.suffix not in FORMATS:
            raise ConfigError(
                f"contamination.tests: {path}: is neither .txt (a question a line) nor .jsonl"
            )
        try:
            with path.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        text = _question(file, line, f"{path}, line {number}")
                        yield PublicQuestion(path.name, text)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"contamination.tests: {path}: cannot be read ({error}); give a UTF-8 file of test questions, by its "
                "path from the working directory"
            ) from error


def _question(file: QuestionFile, line: str, where: str) -> str:
    if file.path.endswith(".txt"):
        return line
    try:
        held = json.loads(line)
        text = held[file.field]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f'contamination.tests: {where}: no JSON object with "{file.field}"; set its `field`'
        ) from error
    if not isinstance(text, str):
        raise ConfigError(
            f'contamination.tests: {where}: "{file.field}" is no text; set its `field`'
        )
    return text
