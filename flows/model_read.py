"""What a model read of the documents, as worlds take it: facts, confidences and doubted cells."""

from dataclasses import dataclass

from flows import model_cells, model_facts
from flows.config import SynthesisConfig
from flows.jobs import Job
from warehouse.store import Store


@dataclass(frozen=True)
class ModelRead:
    """Fingerprints of the stages that had a model read, each empty where it is off."""

    facts: str = ""
    cells: str = ""

    @property
    def stages(self) -> list[tuple[str, str]]:
        """The stages that ran, with their fingerprints."""
        both = ((model_facts.STAGE, self.facts), (model_cells.STAGE, self.cells))
        return [(stage, fingerprint) for stage, fingerprint in both if fingerprint]

    def told_of(self, store: Store, config: SynthesisConfig) -> dict[str, list[str]]:
        """Return by document what a world depends on beside what rules read: it is part of the world's identity."""
        told = model_facts.told_of(store, self.facts)
        for document, ids in model_cells.doubted(store, config, self.cells).items():
            told.setdefault(document, []).extend(ids)
        return told

    def given(self, job: Job, store: Store) -> Job:
        """Return the job of a world with the shards of what a model read, itself where there are none."""
        job = model_facts.with_model_facts(job, store, self.facts)
        return model_cells.with_readings(job, store, self.cells)
