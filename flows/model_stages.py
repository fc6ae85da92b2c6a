"""The stages that ask models under a configuration, with their fingerprints: what `--retry` tries again."""

from flows import document_judge, model_cells, model_facts, proposals, rewriting, second_programs
from flows.config import SynthesisConfig


def active_stages(config: SynthesisConfig) -> dict[str, str]:
    """Return the fingerprint of each stage that is on.

    Raises:
        ModelConfigError: a role that a stage asks is not given.
    """
    out: dict[str, str] = {}
    if config.document_judge.use != "off":
        out[document_judge.STAGE] = document_judge.judge_fingerprint(config)
    if config.model_facts.use != "off":
        out[model_facts.STAGE] = model_facts.model_facts_fingerprint(config)
    if config.model_facts.tables != "off":
        out[model_cells.STAGE] = model_cells.model_cells_fingerprint(config)
    if config.proposals.use != "off":
        out[proposals.STAGE] = proposals.proposals_fingerprint(config)
    if config.rewriting.use != "off":
        out[rewriting.STAGE] = rewriting.rewriting_fingerprint(config)
    if config.second_program.use != "off":
        worded = out.get(rewriting.STAGE, "")
        out[second_programs.STAGE] = second_programs.second_program_fingerprint(config, worded)
    return out
