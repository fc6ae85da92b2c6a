"""The stage that has a model propose which labels and names mean the same; the report lists it (method 2.1)."""

from collections.abc import Sequence

from extractors.proposals.asking import PACKAGE, ROLE, Proposal, pair_ask, proposal
from extractors.proposals.candidates import Pair, alias_pairs, flat, relation_pairs
from flows.batches import Engine
from flows.config import SynthesisConfig
from flows.fingerprints import code, extract_fingerprint
from flows.model_stage import Done, asked_with, plain, run_model_stage, together, unread
from serving.calls import Reply
from serving.client import ModelClient
from warehouse.identity import digest
from warehouse.ledger import balance
from warehouse.records import Fact, Outcome
from warehouse.store import Store

STAGE = "propose"
TABLE = "proposals"
CODE = ("extractors/proposals", "flows/proposals.py")


def proposals_fingerprint(config: SynthesisConfig) -> str:
    """Return the fingerprint of the stage; a pair's id says which facts it was made of."""
    asked = asked_with(config, ROLE, ((PACKAGE, "pair"),))
    return digest(STAGE, extract_fingerprint(config), code(CODE), asked, config.seed)


def add_proposals(engine: Engine) -> str:
    """Ask about the pairs that are not asked about yet; return the fingerprint, empty where off."""
    store, config = engine.store, engine.config
    if config.proposals.use == "off":
        return ""
    fingerprint = proposals_fingerprint(config)
    pairs = {pair.id: pair for pair in pairs_of(store, config)}
    todo = [pairs[i] for i in store.pending(STAGE, fingerprint, input_ids=pairs)]
    if todo:
        size = config.proposals.batch
        batches = [todo[start : start + size] for start in range(0, len(todo), size)]

        async def work(client: ModelClient, batch: Sequence[Pair]) -> Done:
            return await ask_pairs(config, client, batch)

        run_model_stage(engine, (STAGE, fingerprint), batches, work)
    balance(store, STAGE, fingerprint=fingerprint, input_ids=pairs, counted=())
    return fingerprint


def pairs_of(store: Store, config: SynthesisConfig) -> list[Pair]:
    """Return the pairs of labels and names that the rules' facts give rise to."""
    facts = flat(store.scan("facts", {"extract": extract_fingerprint(config)}, record=Fact))
    options = config.proposals
    return [
        *relation_pairs(facts, options.relations, options.quotes),
        *alias_pairs(facts, options.aliases, options.quotes),
    ]


async def ask_pairs(config: SynthesisConfig, client: ModelClient, batch: Sequence[Pair]) -> Done:
    """Ask about a batch of pairs."""

    async def ask(pair: Pair) -> Reply:
        return await client.ask(pair_ask(client, pair, config.seed))

    replies = await together(batch, ask)
    done = Done()
    rows: list[Proposal] = []
    for pair, reply in zip(batch, replies, strict=True):
        name = f"{pair.kind}: {pair.left} | {pair.right}"
        if reply.answered:
            row = proposal(pair, reply)
            rows.append(row)
            done.outcomes.append(
                Outcome(stage=STAGE, input_id=pair.id, status="ok", reason="", detail=plain(f"{row.verdict}: {name}"),
                        n_out=0)
            )  # fmt: skip
        else:
            done.outcomes.append(unread(STAGE, pair.id, reply, name))
    return Done(done.outcomes, {TABLE: rows})


def proposals_of(store: Store, fingerprint: str) -> list[Proposal]:
    """Return what is proposed, `same` first; nothing where the stage is off."""
    rows = store.rows(TABLE, Proposal, {STAGE: fingerprint}) if fingerprint else ()
    order = ("same", "unsure", "different", "unknown")
    return sorted(rows, key=lambda r: (order.index(r.verdict), r.kind, -r.shared, r.left, r.right))
