from flows.config import SynthesisConfig
from flows.model_costs import in_words, model_costs

CONFIG = {
    "sources": [{"path": "general"}],
    "mase": {"clusters": 5, "rounds": 2, "attempts": 4, "tokens": 2000},
    "checks": {"grounding": "advise", "gold": "advise", "k": 8},
    "generate": {"rows": 10},
    "numeric": {"rows": 10},
    "publish": {"measure_only": True},
    "models": {
        "servers": {"m": {"model": "m", "address": "http://127.0.0.1:9/v1"}},
        "roles": {
            "proposer": {"model": "m", "sampling": {"max_tokens": 100}},
            "solver": {"model": "m", "sampling": {"temperature": 0.7, "max_tokens": 100}},
        },
    },
}


def test_a_first_plan_counts_the_most_and_assumes_a_share(tmp_path):
    rows = model_costs(
        SynthesisConfig.model_validate(CONFIG), tmp_path, {"general": 400, "code": 9}
    )
    found = {(row.stage, row.role): (row.inputs, row.most_calls, row.calls) for row in rows}
    # Clusters of four documents: 5, as many as asked for, and 2; 2 rounds each.
    # Two categories, one split: 2 × (10 + 10) samples, and one of every fourth round: 44, 8 attempts each.
    assert found == {
        ("mase", "proposer"): (14, 14, 14),
        ("mase", "solver"): (14, 56, 28),
        ("grounding", "solver"): (44, 352, 352),
        ("gold", "solver"): (44, 352, 264),
    }
    # Instructions, and half of the longest reply: 28 × (2,000 + 250 + 50) for the solver of MASE.
    assert next(r.tokens for r in rows if (r.stage, r.role) == ("mase", "solver")) == 64_400
    assert in_words(rows).endswith("0 of 4 rows measured, others assumed")


def test_a_run_that_asks_no_model_costs_nothing(tmp_path):
    config = SynthesisConfig.model_validate({"sources": [{"path": "general"}]})
    assert model_costs(config, tmp_path, {"general": 400}) == []


def test_every_step_that_asks_is_counted(tmp_path):
    given = CONFIG | {
        "mase": {}, "checks": {}, "document_judge": {"use": "advise", "characters": 6000},
        "model_facts": {"use": "on", "rounds": 1}, "rewriting": {"use": "on"}, "second_program": {"use": "gate"},
    }  # fmt: skip
    roles = CONFIG["models"]["roles"] | {
        r: {"model": "m"} for r in ("judge", "extractor", "writer")
    }
    given["models"] = CONFIG["models"] | {"roles": roles}
    rows = model_costs(SynthesisConfig.model_validate(given), tmp_path, {"general": 100})
    found = {(row.stage, row.role): (row.inputs, row.most_calls) for row in rows}
    # Eight sections a document where none was read, two rounds; 20 samples, two variants and three programs each.
    assert found == {
        ("judge_documents", "judge"): (100, 100),
        ("model_facts", "extractor"): (100, 1600),
        ("rewrite", "writer"): (20, 40),
        ("second_program", "solver"): (20, 60),
    }
