"""Plots of a stage's metrics: one self-contained page of learning curves."""

import html
from pathlib import Path

import polars as pl

from training.metrics import read_metrics

PAGE = "metrics.html"
CURVES = (
    ("reward", r"^reward$"),
    ("reward by task", r"^tasks/.*/reward$"),
    ("spread of rewards by task", r"^tasks/.*/spread$"),
    ("entropy, nats a token", r"^(aepo/entropy|aepo/reference|entropy)$"),
    ("AEPO: latch", r"^aepo/on$"),
    ("shares", r"^(masked|kept|zero_variance_groups|unscorable|completions/clipped_ratio)$"),
    ("length of completions, tokens", r"^completions/(mean|max)_length$"),
    ("tokens a second", r"^tokens_per_second$"),
    ("loss", r"^loss$"),
)
"""Title of each plot, and the columns in it."""


def plot_metrics(table: pl.DataFrame, title: str) -> str:
    """Return a page with the curves of a metrics table as drawings, without scripts and readable without a network.

    Args:
        table: as `metrics_table` gives it.
        title: of the page; it is escaped.
    """
    drawn = "\n".join(_drawing(table, name, columns) for name, columns in CURVES)
    said = drawn.strip() or "<p>Nothing was logged yet.</p>"
    name = html.escape(title)
    head = f'<!doctype html><meta charset="utf-8"><title>{name}</title>'
    return f"{head}\n<h1>{name}</h1>\n{said}\n"


def _drawing(table: pl.DataFrame, name: str, columns: str) -> str:
    """Return one plot as SVG, nothing where none of its columns was logged."""
    import altair as alt
    import vl_convert

    found = [c for c in table.select(pl.col(columns)).columns if table[c].count()]
    if not found:
        return ""
    long = table.select("step", *found).unpivot(index="step", variable_name="figure").drop_nulls()
    chart = (
        alt.Chart(alt.Data(values=long.to_dicts()), title=name, width=420, height=180)
        .mark_line()
        .encode(
            x=alt.X("step:Q"), y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
            color=alt.Color("figure:N", title=None),
        )
    )  # fmt: skip
    return vl_convert.vegalite_to_svg(chart.to_dict())


def write_plots(folder: Path) -> Path:
    """Write the page of a stage beside its metrics, and return where it is."""
    page = folder / PAGE
    page.write_text(plot_metrics(read_metrics(folder), folder.name), encoding="utf-8")
    return page
