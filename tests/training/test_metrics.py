import polars as pl
import pytest

pytest.importorskip("transformers")

from training.metrics import TABLE, metrics_table, read_metrics
from training.metrics_callback import MetricsTable
from training.plots import plot_metrics, write_plots

HISTORY = [
    {"step": 1, "reward": 0.25, "tasks/a/reward": 0.5, "aepo/entropy": None},
    {"step": 2, "reward": 0.5, "loss": 1},
    {"step": 2, "train_runtime": 3.0},
]


def test_a_row_for_each_step_and_a_column_for_each_figure():
    table = metrics_table(HISTORY)
    assert table["step"].to_list() == [1, 2]
    assert table["reward"].to_list() == [0.25, 0.5]
    assert table["loss"].to_list() == [None, 1.0]
    assert table["train_runtime"].to_list() == [None, 3.0]
    assert table["aepo/entropy"].to_list() == [None, None]
    assert set(table.dtypes[1:]) == {pl.Float64}
    assert metrics_table([]).height == 0


def test_the_table_is_written_at_every_log_by_the_main_process_alone(tmp_path):
    class State:
        is_world_process_zero = False
        log_history = HISTORY

    state = State()
    MetricsTable(tmp_path).on_log(None, state, None)
    assert not list(tmp_path.iterdir())
    state.is_world_process_zero = True
    MetricsTable(tmp_path).on_log(None, state, None)
    assert [file.name for file in tmp_path.iterdir()] == [TABLE]
    assert read_metrics(tmp_path)["step"].to_list() == [1, 2]
    write_plots(tmp_path)
    page = (tmp_path / "metrics.html").read_text("utf-8")
    assert "tasks/a/reward" in page
    assert "<svg" in page
    assert "<script" not in page


def test_a_title_is_text_and_an_empty_table_says_so():
    assert "&lt;b&gt;" in plot_metrics(metrics_table([]), "<b>")
    hostile = [{"step": 1, "tasks/<b>/reward": 1.0}, {"step": 2, "tasks/<b>/reward": 0.5}]
    page = plot_metrics(metrics_table(hostile), "x")
    assert "<svg" in page
    assert "<b>" not in page
