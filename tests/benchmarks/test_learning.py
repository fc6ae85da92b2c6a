"""The learning experiment: tasks, rewards and statistics by hand, and three steps of it from end to end."""

import math

import numpy as np
import polars as pl
import pytest

pytest.importorskip("torch")
pytest.importorskip("trl")

from benchmarks.learning import bounded, work
from benchmarks.learning_report import (
    collect,
    doubled_at,
    interval,
    outcomes,
    rates_table,
    tables,
)
from benchmarks.learning_runs import VARIANTS, Plan, Run, run
from benchmarks.learning_start import Teaching
from benchmarks.learning_tasks import (
    POSE,
    character_tokenizer,
    dialogue_memory,
    make_rows,
    multi_hop,
    reward,
)

SMALL = Plan(steps=3, prompts=5, group=2, pool=60, tests=2, every=2)
BRIEF = Teaching(hidden=16, layers=1, drill_steps=2, sure_steps=2, unsure_steps=1, batch=10)


def test_a_reply_is_paid_by_its_kind_and_not_at_all_without_the_prefix():
    assert reward("=b", "b", "exact") == 1.0
    assert reward("=bb", "b", "exact") == 0.0
    assert reward("b", "b", "exact") == 0.0
    # two of three letters in common: 2 * 2 / (3 + 3)
    assert reward("=abx", "abc", "ratio") == pytest.approx(2 / 3)
    assert reward("abc", "abc", "ratio") == 0.0


def test_the_answer_of_a_chain_is_two_steps_on():
    posed = multi_hop(np.random.default_rng(5))
    step = {part[0]: part[1] for part in posed.context.rstrip(".").split(".")}
    assert step[step[posed.question[0]]] == posed.answer
    assert posed.answer not in posed.wrong


def test_the_answer_of_a_dialogue_is_that_turn_of_that_speaker():
    posed = dialogue_memory(np.random.default_rng(5))
    speaker, nth = posed.question
    turns = [part[1:] for part in posed.context.split(".") if part.startswith(speaker)]
    assert turns[int(nth) - 1] == posed.answer


def test_every_task_is_spelled_by_the_tokenizer_one_token_a_character():
    tokenizer = character_tokenizer()
    rows, contexts, wrong = make_rows(dict.fromkeys(POSE, 5), "train", seed=3)
    for row in rows:
        text = contexts[row.context_id] + row.question + ">" + "=" + row.answer
        ids = tokenizer.encode(text)
        assert len(ids) == len(text)
        assert 0 not in ids
        assert row.answer not in wrong[row.id]


def test_an_interval_and_the_step_of_twice_the_start_by_hand():
    # mean 2, spread sqrt((1 + 0 + 1) / 2) = 1, Student's 4.303 for two degrees of freedom over sqrt(3)
    assert interval([1.0, 2.0, 3.0]) == pytest.approx((2.0, 4.303 / math.sqrt(3)))
    assert math.isnan(interval([1.0])[1])
    # twice 0.2 lies halfway between 0.3 at 10 and 0.5 at 20
    assert doubled_at([(0, 0.2), (10, 0.3), (20, 0.5)]) == pytest.approx(15.0)
    assert doubled_at([(0, 0.2), (10, 0.3)]) is None


def test_three_steps_from_end_to_end_leave_their_files_and_are_not_made_again(tmp_path):
    work("tune", tmp_path, "0/18", plan=SMALL, teaching=BRIEF)
    files = sorted((tmp_path / "tune").iterdir())
    # 36 runs in 18 parts: the first of each seed, plain GRPO at the lowest rate
    assert [file.name for file in files] == ["grpo-0.0002-100.parquet", "grpo-0.0002-101.parquet"]
    frame = pl.read_parquet(files[0])
    assert frame.columns == ["variant", "rate", "seed", "step", "metric", "value"]
    held = frame.filter(pl.col("metric") == "held_out/mean")
    assert held["step"].to_list() == [0, 2, 3]
    assert frame.filter(pl.col("metric") == "reward")["step"].to_list() == [1, 2, 3]
    assert set(POSE) <= {name.split("/")[-1] for name in frame["metric"].unique()}
    made = files[0].stat().st_mtime_ns
    work("tune", tmp_path, "0/18", plan=SMALL, teaching=BRIEF)
    assert files[0].stat().st_mtime_ns == made
    aepo = Run(variant="aepo", rate=1e-3, seed=100, options=bounded(0.9, 0.6))
    run(aepo, SMALL, tmp_path / "start", tmp_path / "tune")
    looks = collect(tmp_path / "tune")
    assert len(looks) == 3 * 3
    assert outcomes(looks)["final"].is_between(0, 1).all()
    assert "| aepo |" in tables(looks, list(VARIANTS))
    assert rates_table(looks, list(VARIANTS)).startswith("| variant | 0.0002 | 0.001 |")
