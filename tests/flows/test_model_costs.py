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


def test_a_first_plan_counts_the_most_and_assumes_half(tmp_path):
    rows = model_costs(SynthesisConfig.model_validate(CONFIG), tmp_path, ["general", "code"])
    found = {(row.stage, row.role): (row.inputs, row.most_calls, row.calls) for row in rows}
    # Two categories, one split: 2 × 5 clusters × 2 rounds; 2 × (10 + 10) samples, 8 attempts each.
    assert found == {
        ("mase", "proposer"): (20, 20, 10),
        ("mase", "solver"): (20, 80, 40),
        ("grounding", "solver"): (40, 320, 160),
        ("gold", "solver"): (40, 320, 160),
    }
    # Half of the longest reply: 40 × (2,000 + 50) for the solver of MASE.
    assert next(r.tokens for r in rows if (r.stage, r.role) == ("mase", "solver")) == 82_000
    assert in_words(rows).endswith("0 of 4 rows measured, others assumed")


def test_a_run_that_asks_no_model_costs_nothing(tmp_path):
    config = SynthesisConfig.model_validate({"sources": [{"path": "general"}]})
    assert model_costs(config, tmp_path, ["general"]) == []
