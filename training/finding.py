"""A finding of the check before a training, and what the checks look at: the site, whose parts are read once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from training.known_models import ModelNumbers, model_numbers
from training.prompt_lengths import PromptLength, estimated_lengths, prompt_lengths
from training.prompts import RowsError, sound_snapshot
from training.recipe import Recipe, Stage
from training.rows import Chosen, chosen
from training.tokenizer import TokenizerAbsent, load_tokenizer
from warehouse.records import Record
from warehouse.snapshots import snapshot_path

ROWS = Path("training") / "rows"
"""Under the home: lengths and rows of snapshots, which stages share."""


class Finding(Record):
    """One thing looked at."""

    check: str
    status: Literal["ok", "warn", "no-go"]
    detail: str
    """Figures and, where something is wrong, the mend."""
    items: tuple[str, ...] = ()
    """All that the detail speaks of, one by one: rows left out with their lengths, rows whose answer fails, parts."""


@dataclass(frozen=True)
class Lengths:
    """Lengths of the prompts."""

    rows: list[PromptLength]
    exact: bool
    """Whether they are in the model's own tokenizer."""


@dataclass(frozen=True)
class Site:
    """A recipe on a machine."""

    recipe: Recipe
    home: Path
    stages: tuple[Stage, ...]
    """Those that are looked at."""

    @cached_property
    def snapshot(self) -> Path:
        """Folder of the snapshot's version."""
        name, _, version = self.recipe.snapshot.partition("/")
        return snapshot_path(self.home, name, version or "latest")

    @cached_property
    def numbers(self) -> ModelNumbers:
        """Of the model."""
        return model_numbers(self.recipe.model)

    def known(self) -> None:
        """Check that there are such a model and such a snapshot.

        Raises:
            RecipeError: the model is not known.
            SnapshotError: there is no such snapshot; the message lists those that there are.
        """
        _ = self.numbers, self.snapshot

    @cached_property
    def unsound(self) -> str:
        """Why the snapshot cannot be trained on; empty if it can."""
        try:
            sound_snapshot(self.snapshot)
        except RowsError as error:
            return str(error)
        return ""

    @cached_property
    def lengths(self) -> Lengths:
        """Of all prompts of the split.

        Raises:
            RowsError: the tokenizer has no chat template, or a row has no task or context.
        """
        recipe = self.recipe
        try:
            tokenizer = load_tokenizer(recipe.model)
        except TokenizerAbsent:
            return Lengths(estimated_lengths(self.snapshot, recipe.wanted), exact=False)
        cache = self.home / ROWS
        found = prompt_lengths(
            self.snapshot, tokenizer, recipe.wanted, name=recipe.model, cache=cache
        )
        return Lengths(found, exact=True)

    def chosen(self, stage: Stage) -> Chosen:
        """Return the rows of a stage.

        Raises:
            RowsError: as for the lengths.
        """
        return chosen(self.lengths.rows, stage.prompt_tokens)
