import pytest

from serving.calls import Sampling
from serving.estimate import Load, estimate, total
from serving.export import Use
from serving.roles import Models, ModelServer, RoleOptions

MODELS = Models(
    servers={"m": ModelServer(model="m", address="http://there/v1", price_in=1, price_out=10, tokens_per_second=100,
                              pacing={"most": 10})},
    roles={"solver": RoleOptions(model="m", sampling=Sampling(max_tokens=200))},
)  # fmt: skip


def test_an_estimate_is_measured_on_the_inputs_that_were_answered():
    load = Load(stage="gold", role="solver", done=10, left=90, most_calls=8, prompt_tokens=5)
    used = [
        Use(stage="gold", role="solver", model="m", prompt=f"p.{n}", calls=30, prompt_tokens=30_000, cached_tokens=0,
            completion_tokens=3_000, price=0, latency=2.0, truncated=0)
        for n in range(2)
    ]  # fmt: skip
    other = used[0].model_copy(update={"stage": "grounding"})
    (found,) = estimate([load], MODELS, [*used, other])
    (unasked,) = estimate(
        [load.model_copy(update={"stage": "grounding", "role": "solver"})],
        MODELS,
        [other.model_copy(update={"role": "judge"})],
    )
    assert (unasked.calls, unasked.tokens, unasked.basis) == (0, 0, "measured")
    # 60 calls for 10 inputs: 540 for 90, each 1,000 prompt and 100 reply tokens, 2 s at 10 in flight.
    assert (found.calls, found.tokens, found.most_calls) == (540, 540 * 1100, 720)
    assert found.money == pytest.approx(540 * (1000 * 1 + 100 * 10) / 1e6)
    assert found.hours == pytest.approx(540 * 2 / 10 / 3600, abs=1e-3)
    assert found.basis == "measured"


def test_calls_of_inputs_that_are_under_way_are_not_asked_again():
    load = Load(
        stage="gold", role="solver", done=10, left=90, most_calls=8, prompt_tokens=5, settled=40
    )
    used = Use(
        stage="gold", role="solver", model="m", prompt="p", calls=60, prompt_tokens=60_000, cached_tokens=0,
        completion_tokens=6_000, price=0, latency=2.0, truncated=0,
    )  # fmt: skip
    begun = load.model_copy(update={"done": 0, "settled": None})
    (found, first) = estimate([load, begun], MODELS, [used])
    # 4 calls an input: 360, of which 20 have been made; of half of the most, 360, 60.
    assert (found.calls, found.tokens, found.basis) == (340, 340 * 1100, "measured")
    assert (first.calls, first.tokens, first.basis) == (300, 300 * 1100, "assumed")


def test_without_a_measurement_half_of_the_most_is_assumed_and_said_so():
    load = Load(stage="gold", role="solver", done=0, left=10, most_calls=8, prompt_tokens=1000)
    unplayed = load.model_copy(update={"role": "judge"})
    (found,) = estimate([load, unplayed], MODELS, [])
    # 40 calls of 1,000 and 100 tokens; 4,000 reply tokens at 100 a second.
    assert (found.calls, found.tokens, found.basis) == (40, 44_000, "assumed")
    assert found.hours == pytest.approx(4000 / 100 / 3600, abs=1e-3)
    assert total([found, found])[:2] == (80, 88_000)
