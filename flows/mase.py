"""MASE in a run (§2.3 of the method): clusters in workers, rounds in this process, samples in workers.

A run without clusters has none of these stages. Model addresses, keys, prices and batch sizes stay outside the
fingerprints: the same questions asked of another server under another address are the same work.
"""

from collections.abc import Mapping, Sequence

from flows.batches import Engine, Stage, run_stage
from flows.config import SynthesisConfig
from flows.fingerprints import code, extract_fingerprint, ingest_fingerprint
from flows.jobs import Job
from flows.mase_clusters import cluster_job
from flows.mase_report import MaseMade
from flows.mase_rounds import cluster_ids, run_rounds
from flows.mase_samples import place_job
from flows.members import Members
from generators.mase.prompting import NAMES, prompt
from generators.mase.rows import ASKED, CLUSTERED, PLACED, QUESTIONS, AcceptedRow
from warehouse.identity import digest, merkle_root
from warehouse.ledger import balance

CLUSTER_CODE = ("generators/mase/clusters.py", "flows/mase_clusters.py")
ROUND_CODE = ("generators/mase", "verifiers/answers", "verifiers/proposed_checks.py", "warehouse/answer_specs.py",
              "flows/mase_rounds.py", "serving/outcomes.py", "serving/structured.py")  # fmt: skip
SAMPLE_CODE = ("warehouse", "generators", "verifiers/proposed_checks.py", "flows/mase_samples.py", "flows/placing.py",
               "flows/samples.py")  # fmt: skip
PLAYED = ("proposer", "solver", "strong_solver", "verifier")


def add_mase(engine: Engine, worlds: Sequence[Members]) -> MaseMade:
    """Make what clusters, rounds and samples of the worlds are left to make.

    Raises:
        ModelsStopped: the budget is spent or an address cannot be used; what is done stays committed.
        LedgerError: a stage lost or doubled an input.
    """
    if not engine.config.mase.clusters:
        return MaseMade()
    config, store = engine.config, engine.store
    clustered = {cluster_fingerprint(config, world): world for world in worlds}
    _run(engine, Stage(CLUSTERED, cluster_job, {}), clustered)
    for name in clustered:
        balance(store, CLUSTERED, fingerprint=name, input_ids=cluster_ids(store, name))
    asked = {rounds_fingerprint(config, name): name for name in clustered}
    rounds = {fingerprint: clustered[name] for fingerprint, name in asked.items()}
    run_rounds(engine, asked)
    samples: dict[str, Members] = {}
    shards: dict[str, tuple[str, ...]] = {}
    accepted: dict[str, list[str]] = {}
    for fingerprint, world in rounds.items():
        using = {ASKED: fingerprint}
        questions = store.scan(QUESTIONS, using, record=AcceptedRow).select("id").collect()
        found = questions["id"].to_list()
        if found:
            name = samples_fingerprint(config, fingerprint, world, found)
            samples[name], accepted[name] = world, found
            shards[name] = tuple(s.file for s in store.shards(QUESTIONS, using))
    _run(engine, Stage(PLACED, place_job, {}), samples, shards)
    for name, found in accepted.items():
        balance(store, PLACED, fingerprint=name, input_ids=found, counted={"samples"})
    return MaseMade(tuple(clustered), tuple(rounds), tuple(samples))


def _run(
    engine: Engine, stage: Stage, worlds: Mapping[str, Members],
    questions: Mapping[str, tuple[str, ...]] | None = None,
) -> None:  # fmt: skip
    """Run a stage's job for every world that has not had it."""
    store = engine.store
    known = {shard.fingerprint for shard in store.manifest(stage.name).shards}
    jobs = [
        _job(engine, name, world, (questions or {}).get(name, ()))
        for name, world in worlds.items()
        if name not in known
    ]
    if jobs:
        run_stage(engine, stage, jobs)


def _job(engine: Engine, fingerprint: str, world: Members, questions: tuple[str, ...]) -> Job:
    store = engine.store
    ingest = {"ingest": ingest_fingerprint(engine.config)}
    extract = {"extract": extract_fingerprint(engine.config)}
    return Job(
        home=str(store.home), fingerprint=fingerprint, config=engine.config, ids=world.ids,
        documents=tuple(shard.file for shard in store.shards("documents", ingest)),
        sections=tuple(shard.file for shard in store.shards("sections", ingest)),
        facts=tuple(shard.file for shard in store.shards("facts", extract)),
        split=world.scope[0], category=world.scope[1], questions=questions,
    )  # fmt: skip


def cluster_fingerprint(config: SynthesisConfig, world: Members) -> str:
    """Return the fingerprint of a world's clusters: its documents and facts, and the options of a cluster."""
    options = config.mase.model_dump(include={"clusters", "documents", "tokens", "seed"})
    return digest(
        CLUSTERED,
        extract_fingerprint(config),
        code(CLUSTER_CODE),
        options,
        world.scope,
        world.content,
    )


def rounds_fingerprint(config: SynthesisConfig, clustered: str) -> str:
    """Return the fingerprint of a world's rounds: its clusters, prompts, models with their parameters, and options."""
    played = {
        role: (config.models.server(role).model, config.models.role(role).sampling.model_dump(),
               config.models.role(role).prompt)
        for role in PLAYED if role in config.models.roles
    }  # fmt: skip
    options = config.mase.model_dump(exclude={"batch"})
    prompts = [prompt(name).name for name in NAMES]
    return digest(ASKED, clustered, code(ROUND_CODE), prompts, played, options)


def samples_fingerprint(
    config: SynthesisConfig, rounds: str, world: Members, questions: Sequence[str]
) -> str:
    """Return the fingerprint of a world's samples: the questions, the sections around them, and the options."""
    options = config.context.model_dump(mode="json")
    return digest(PLACED, rounds, code(SAMPLE_CODE), options, world.content, merkle_root(questions))
