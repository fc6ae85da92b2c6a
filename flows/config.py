"""Configuration of a synthesis run: TOML into frozen models, defaults being the vetted settings.

A key the models do not know is an error that names it; `--set a.b=c` overrides are applied to the parsed TOML before
validation, with c read as a TOML value where it is one, else as a string.
"""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from extractors.filters.limits import QualityLimits
from extractors.judging.options import DocumentJudgeOptions
from extractors.model_facts.options import ModelFactOptions
from extractors.proposals.options import ProposalOptions
from extractors.readers import ReadOptions
from generators.contexts import ContextOptions
from generators.mase.options import MaseOptions
from generators.numeric_draws import DrawOptions
from generators.rewriting.options import RewriteOptions
from generators.walks import WalkOptions
from serving.roles import Models, RoleName
from verifiers.check_options import CheckOptions
from verifiers.contamination import ContaminationOptions
from verifiers.question_checks import Caps
from verifiers.second_program.options import SecondProgramOptions
from warehouse.duplicates import DuplicateOptions
from warehouse.programs import Form
from warehouse.records import Category, Record
from warehouse.toml_file import TomlError, read_toml

SourceCategory = Category | Literal["auto"]
"""`auto`: each document's content decides."""


SOLVERS: tuple[RoleName, ...] = ("solver", "strong_solver")


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names the file and the field."""


class Source(Record):
    """One folder of documents."""

    path: str
    """Folder, relative to the documents folder; `stdlib:NAMES` reads the named modules of the running Python."""
    category: SourceCategory = "auto"
    """Category of its documents; `auto` lets each document's content decide."""
    licence: str = ""
    """Licence of the documents that state none, where no deeper folder has a licence file: `CC-BY-4.0`."""


class Extract(Record):
    """Fact extraction."""

    workers: int = 2
    batch_words: int = 40_000
    """Words per unit of work: a few seconds of parsing."""
    section_tokens: int = 1500
    min_confidence: float = 0.5


class Generate(Record):
    """Questions per split and category."""

    rows: int = 300
    """Questions admitted per split and category before contexts are built."""
    category_rows: dict[Category, int] = Field(default_factory=dict)
    """Another number for a category, by name."""
    form_weights: dict[Form, int] = Field(default_factory=lambda: {"chain": 4})
    """How many questions of a form are admitted for one of a form that is not named, as long as there are any."""
    draws: int = 20_000
    """Programs of one form taken into the checks, in hash order."""

    def quota(self, category: Category) -> int:
        """Return how many questions are admitted per split of a category."""
        return self.category_rows.get(category, self.rows)


class Numeric(DrawOptions):
    """Numerical questions over tables made of several documents."""

    rows: int = 200
    """Questions per split and category, at most."""
    family_share: float = 0.06
    """Share of them that one family may have."""
    column_share: float = 0.08
    """Share of them that may be asked of one column."""


class Publish(Record):
    """The snapshot."""

    name: str = "demo"
    measure_only: bool = False
    """The corpus is one that evaluation sets are made of: all of it is a test split, nothing may be trained on."""
    answer_share: float = 0.03
    """Largest share of all rows with the same answer."""


class Run(Record):
    """Where batches run; what they give is the same everywhere, so no fingerprint has these."""

    executor: Literal["process", "ray"] = "process"
    """`process`: `extract.workers` processes of this machine. `ray`: Ray, through Prefect's task runner."""
    address: str = ""
    """A Ray instance to join, which must see the home and the documents at the same paths; empty starts one here."""


class SynthesisConfig(Record):
    """A whole run."""

    seed: int = 0
    documents: str = "corpora"
    """Documents folder, relative to the working directory."""
    sources: tuple[Source, ...]
    read: ReadOptions = ReadOptions()
    quality: QualityLimits = QualityLimits()
    duplicates: DuplicateOptions = DuplicateOptions()
    extract: Extract = Extract()
    walk: WalkOptions = WalkOptions()
    generate: Generate = Generate()
    numeric: Numeric = Numeric()
    caps: Caps = Caps()
    context: ContextOptions = ContextOptions()
    models: Models = Models()
    document_judge: DocumentJudgeOptions = DocumentJudgeOptions()
    model_facts: ModelFactOptions = ModelFactOptions()
    proposals: ProposalOptions = ProposalOptions()
    rewriting: RewriteOptions = RewriteOptions()
    second_program: SecondProgramOptions = SecondProgramOptions()
    contamination: ContaminationOptions = ContaminationOptions()
    checks: CheckOptions = CheckOptions()
    mase: MaseOptions = MaseOptions()
    publish: Publish = Publish()
    run: Run = Run()

    @model_validator(mode="after")
    def _checks_can_be_made(self) -> "SynthesisConfig":
        if not self.checks.made:
            return self
        solver = self.models.roles.get("solver")
        if solver is None:
            raise ValueError(
                "checks: they ask a model; give [models.servers.NAME] and [models.roles.solver]"
            )
        roles = {name: self.models.roles[name] for name in SOLVERS if name in self.models.roles}
        for name, role in roles.items():
            if self.checks.k > 1 and not role.sampling.temperature:
                raise ValueError(
                    f"models.roles.{name}.sampling.temperature: at 0 the {self.checks.k} attempts of a check are "
                    "one attempt; set it to 0.7, or checks.k to 1"
                )
        return self

    @property
    def layouts(self) -> int:
        """Further contexts that are laid out for each sample: one for each attempt of the check of robustness."""
        return self.checks.k if self.checks.robustness != "off" else 0

    @model_validator(mode="after")
    def _played(self) -> "SynthesisConfig":
        missing = [
            r for r in ("proposer", "solver") if self.mase.clusters and r not in self.models.roles
        ]
        if missing:
            raise ValueError(
                f"mase.clusters is {self.mase.clusters}, and models.roles.{missing[0]} is not given"
            )
        return self


def load_config(path: Path, overrides: Iterable[str] = ()) -> SynthesisConfig:
    """Return the configuration of a TOML file with `a.b=c` overrides.

    Raises:
        ConfigError: the file is missing or not TOML, an override has no `=`, or a field is unknown or wrong.
    """
    try:
        data = read_toml(path, folder="configs/")
    except TomlError as error:
        raise ConfigError(str(error)) from error
    for override in overrides:
        _override(data, override)
    try:
        config = SynthesisConfig.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {field}: {first['msg']}") from error
    for section, role in _asked(config):
        if role not in config.models.roles:
            raise ConfigError(
                f"{path}: {section} asks a model, and models.roles.{role} is not given"
            )
    return config


def _asked(config: SynthesisConfig) -> Iterator[tuple[str, RoleName]]:
    """Yield the settings that have a role asked, with the role."""
    switches: tuple[tuple[str, str, RoleName], ...] = (
        (config.document_judge.use, "document_judge.use", "judge"),
        (config.model_facts.use, "model_facts.use", "extractor"),
        (config.model_facts.tables, "model_facts.tables", "extractor"),
        (config.proposals.use, "proposals.use", "extractor"),
        (config.rewriting.use, "rewriting.use", "writer"),
        (config.second_program.use, "second_program.use", "solver"),
    )
    for use, section, role in switches:
        if use != "off":
            yield section, role


def _override(data: dict[str, Any], override: str) -> None:
    name, sign, text = override.partition("=")
    if not sign or not name:
        raise ConfigError(f"--set {override}: write it as section.field=value")
    try:
        value = tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        value = text
    *parents, leaf = name.split(".")
    for parent in parents:
        data = data.setdefault(parent, {})
        if not isinstance(data, dict):
            raise ConfigError(f"--set {override}: {parent} is not a section")
    data[leaf] = value
