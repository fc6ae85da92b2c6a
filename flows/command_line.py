"""The `longspan` command: run, plan, look at snapshots, ask why a row is there or is not, check the installation.

Every command takes `--json` for machines. Exit codes: 0 done, 1 the run or a check failed, 2 the call or the
configuration is wrong, 3 another run holds the home folder, 4 the run was cancelled in Prefect, 5 a budget is spent or
a model cannot be reached, 130 and 143 it was stopped by SIGINT and SIGTERM.
"""

import json
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.config import ConfigError, SynthesisConfig, load_config
from flows.quiet import silence_telemetry
from flows.serve_command import serve

if TYPE_CHECKING:
    from flows.forecast import Forecast

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
snapshots = typer.Typer(no_args_is_help=True, help="Look at published snapshots.")
app.add_typer(snapshots, name="snapshot")
models = typer.Typer(no_args_is_help=True, help="Look at what language models were asked.")
app.add_typer(models, name="models")
console = Console()
errors = Console(stderr=True)

ConfigPath = Annotated[Path, typer.Argument(help="TOML file under configs/synthesis.")]
Home = Annotated[
    Path, typer.Option(help="Folder of everything Longspan writes.", envvar="LONGSPAN_HOME")
]
Documents = Annotated[
    Path | None, typer.Option(help="Documents folder, in place of the configuration's.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", help="Override one setting: section.field=value.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DEFAULT_HOME = Path("data")


def _emit(data: Any, as_json: bool, shown: Table | str) -> None:
    """Print the data as JSON, or what is shown to people."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")
    elif isinstance(shown, Table):
        console.print(shown)
    else:
        console.print(shown, markup=False, highlight=False, soft_wrap=True)


def _config(path: Path, documents: Path | None, overrides: list[str] | None) -> SynthesisConfig:
    config = load_config(path, overrides or ())
    return config.model_copy(update={"documents": str(documents)}) if documents else config


def _table(title: str, columns: list[str], rows: list[list[Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        words = column in ("stage", "reason", "status", "what", "prompt")
        # What is too wide is folded, not cut.
        table.add_column(column, justify="left" if words else "right", overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    return table


@app.command()
def run(
    config: ConfigPath, home: Home = DEFAULT_HOME, documents: Documents = None,
    overrides: Overrides = None, as_json: AsJson = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try again what killed its worker or was not answered.")
    ] = False,
) -> None:  # fmt: skip
    """Ingest, extract, generate, verify and publish, in one flow."""
    from flows.progress import in_words, stoppable, unfinished
    from flows.run import run_synthesis

    chosen = _config(config, documents, overrides)
    if left := unfinished(home):
        errors.print(f"Note: {in_words(left)}.", markup=False, highlight=False, soft_wrap=True)
    with stoppable():
        outcome = run_synthesis(chosen, home, retry=retry)
    if outcome.nothing_to_do:
        text = f"Nothing to do: {outcome.path} is up to date ({outcome.samples} samples)."
        _emit(outcome.model_dump(), as_json, text)
        return
    table = _table(
        "Rows by stage", ["stage", "status", "reason", "rows"], [list(row) for row in outcome.rows]
    )
    _emit(outcome.model_dump(), as_json, table)
    if not as_json:
        console.print(f"Snapshot {outcome.path}: {outcome.samples} samples.", soft_wrap=True)
        console.print(f"Report   {outcome.path}/report/index.html", soft_wrap=True)


@app.command()
def plan(
    config: ConfigPath, home: Home = DEFAULT_HOME, documents: Documents = None,
    overrides: Overrides = None, as_json: AsJson = False,
    sample: Annotated[int, typer.Option(help="Files of each source to try; 0 for none.")] = 0,
) -> None:  # fmt: skip
    """Say what a run would read and what is done already; with --sample also what it would give and cost."""
    from flows.model_costs import in_words
    from flows.run import forecast_synthesis, plan_models, plan_synthesis, subtracted

    chosen = _config(config, documents, overrides)
    rows = plan_synthesis(chosen, home)
    table = _table(
        "Plan",
        ["what", "files", "MB", "done", "documents", "copies", "retracted", "left out", "ignored"],
        [list(row.model_dump().values()) for row in rows],
    )
    found = forecast_synthesis(chosen, home, sample) if sample else None
    asked = plan_models(chosen, home, rows)
    files = [row.model_dump() for row in rows]
    told: dict[str, Any] = {"files": files}
    told |= {"forecast": found.model_dump()} if found else {}
    told |= {"models": [row.model_dump() for row in asked]} if asked else {}
    _emit(told if len(told) > 1 else files, as_json, table)
    if as_json:
        return
    if asked:
        columns = list(type(asked[0]).model_fields)
        console.print(_table("Models", columns, [list(row.model_dump().values()) for row in asked]))
        console.print(f"Models: {in_words(asked)}.", markup=False, highlight=False, soft_wrap=True)
    if known := subtracted(rows):
        console.print(f"Note: {known}.", markup=False, highlight=False, soft_wrap=True)
    if found:
        _show_forecast(found)


def _show_forecast(found: "Forecast") -> None:
    columns = ["source", "files", "MB", "sampled", "words", "facts/1,000", "joins"]
    rows = [list(row.model_dump().values()) for row in found.sources]
    console.print(_table("Yield of the sample, by source", columns, rows))
    columns = ["what", "drawn", "accepted", "most refused", "top answer", "buckets"]
    console.print(
        _table(
            "Questions of the sample, by category",
            columns,
            [
                [
                    row.category, row.drawn, row.accepted,
                    "; ".join(f"{reason} ({times})" for reason, times in row.refused),
                    f"{row.top_answer:.1%}", " ".join(f"{b // 1024}K" for b in row.buckets),
                ]
                for row in found.categories
            ],
        )
    )  # fmt: skip
    console.print(
        f"About {found.minutes:g} minutes to read and extract, {found.megabytes:g} MB on disk."
    )
    for note in found.notes:
        console.print(f"Note: {note}", markup=False, soft_wrap=True)


@app.command()
def why(row: str, home: Home = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Show the proof of a sample: its path, quotes, places and verdicts."""
    from flows.inspection import explain_sample

    found = explain_sample(home, row)
    _emit(found.data, as_json, found.text)


@app.command("why-not")
def why_not(identity: str, home: Home = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Say what became of a document, a file or a candidate that is in no snapshot."""
    from flows.inspection import explain_absence

    found = explain_absence(home, identity)
    _emit(found.data, as_json, found.text)


@snapshots.command("list")
def list_command(home: Home = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """List every snapshot under the home folder."""
    from flows.inspection import snapshot_rows

    rows = snapshot_rows(home)
    table = _table(
        "Snapshots", ["name", "version", "samples", "latest"], [list(r.values()) for r in rows]
    )
    _emit(rows, as_json, table)


@snapshots.command("show")
def show_command(
    name: str, home: Home = DEFAULT_HOME, sample: Annotated[int, typer.Option(help="Samples to print.")] = 0,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show a snapshot (NAME or NAME/VERSION): counts, gates and, if asked, samples."""
    from flows.inspection import show_snapshot

    found = show_snapshot(home, name, sample)
    _emit(found.data, as_json, found.text)


@snapshots.command("verify")
def verify_command(name: str, home: Home = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Recompute every hash, count and quote of a snapshot; exit code 1 if anything is wrong."""
    from flows.inspection import verify

    problems = verify(home, name)
    _emit(problems, as_json, "\n".join(problems) or "The snapshot is sound.")
    raise typer.Exit(1 if problems else 0)


@snapshots.command("diff")
def diff_command(
    before: str, after: str, home: Home = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Compare two versions (NAME or NAME/VERSION): rows added, dropped and why, changed and in what."""
    from flows.comparison import compare_snapshots

    found = compare_snapshots(home, before, after)
    _emit(found.data, as_json, found.text)


@app.command()
def trace(
    row: str, home: Home = DEFAULT_HOME, documents: Documents = None, as_json: AsJson = False
) -> None:
    """Follow a sample's evidence to its places in the original files; --documents reads them again."""
    from flows.tracing import trace_sample

    found = trace_sample(home, row, documents)
    _emit(found.data, as_json, found.text)


@app.command()
def retract(
    document: Annotated[str, typer.Argument(help="Source path or id.")] = "", home: Home = DEFAULT_HOME,
    reason: Annotated[str, typer.Option(help="Why; ledger rows say it.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="Show what is retracted.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take a retraction back.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Withdraw a document: following runs leave it out; the rows that hold it are listed."""
    from flows import retraction

    if not listed and not document:
        raise ConfigError("retract: name a document by its source path or id, or use --list")
    found = (
        retraction.retracted(home)
        if listed
        else retraction.retract(home, document, reason, undo=undo)
    )
    _emit(found.data, as_json, found.text)


@app.command()
def clean(
    home: Home = DEFAULT_HOME, as_json: AsJson = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, remove nothing.")] = False,
) -> None:  # fmt: skip
    """Remove files that no manifest names and decisions that a later one has replaced."""
    from flows import cleaning

    found = cleaning.clean(home, dry_run=dry_run)
    _emit(found.data, as_json, found.text)


@models.command("show")
def models_show(home: Home = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Show calls, tokens and money by role, model and prompt, what was expected, and what was not answered."""
    from flows.models_command import COMPARED, SHOWN, asked, blocks, comparison

    found = asked(home)
    if as_json:
        _emit(found.model_dump(), as_json, "")
        return
    for block in blocks(found):
        console.print(_table(block.title, list(SHOWN), [list(row) for row in block.rows]))
    console.print("Tokens read, the share of them cached, tokens written; seconds of a call.")
    if found.costs:
        rows = [list(row) for row in comparison(found.costs)]
        console.print(_table("What was expected of what was made last", list(COMPARED), rows))
    if found.missed:
        rows = [list(row) for row in found.missed]
        console.print(_table("Not answered", ["role", "reason", "calls"], rows))


@models.command("export")
def models_export(
    folder: Annotated[Path, typer.Argument(help="Where the Parquet files go.")],
    home: Home = DEFAULT_HOME, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write every call with its reply as Parquet; a folder that has some gets what is new."""
    from flows.models_command import export_calls

    written = export_calls(home, folder)
    _emit(
        {"written": written, "folder": str(folder)},
        as_json,
        f"{written} calls written to {folder}.",
    )


@models.command("check")
def models_check(config: ConfigPath, overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Ask each configured model two short questions; exit code 1 if one is not ready."""
    from flows.models_command import check_models

    found = check_models(_config(config, None, overrides).models)
    columns = ["server", "model", "address", "status", "JSON schema", "seconds"]
    _emit(
        [p.model_dump() for p in found],
        as_json,
        _table("Models", columns, [list(p.model_dump().values()) for p in found]),
    )
    raise typer.Exit(1 if any(p.status != "ready" for p in found) else 0)


app.command()(serve)


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="TOML file under configs/recipes.")], home: Home = DEFAULT_HOME,
    stage: Annotated[str, typer.Option(help="With --check that stage alone, else up to it; all by default.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Look at everything, train nothing.")] = False,
    plot: Annotated[bool, typer.Option("--plot", help="Draw the curves of what was trained so far.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Train a recipe's stages from where they stand; with --check look at it first, exit code 1 if it is a no-go."""
    from flows import train_command

    if plot:
        pages = train_command.plot_recipe(recipe, home, stage)
        _emit([str(page) for page in pages], as_json, "\n".join(map(str, pages)))
        return
    if not check:
        done = train_command.train_recipe(recipe, home, stage)
        _emit([one.model_dump() for one in done], as_json, train_command.outcome_table(done))
        return
    looked = train_command.check_recipe(recipe, home, stage)
    if as_json:
        _emit(looked.model_dump(), as_json, "")
    else:
        train_command.show(looked, console)
    raise typer.Exit(0 if looked.go else 1)


@app.command()
def doctor(home: Home = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Say what is installed, reachable and misconfigured, and the mend."""
    from flows.doctor import examine

    findings = examine(home)
    rows = [[finding.what, finding.status, finding.detail] for finding in findings]
    _emit(
        [f.model_dump() for f in findings],
        as_json,
        _table("Doctor", ["what", "status", "detail"], rows),
    )
    raise typer.Exit(1 if any(finding.status == "wrong" for finding in findings) else 0)


def main() -> None:
    """Run the command line; a known error is one line and an exit code, never a traceback."""
    silence_telemetry()
    if not os.environ.get("PYTHONWARNINGS"):
        warnings.simplefilter("ignore")
    from flows.progress import Stopped
    from serving.ledger import LedgerError
    from serving.prompts import PromptError
    from serving.roles import ModelConfigError
    from warehouse.shards import StoreError

    try:
        app()
    except Stopped as stopped:
        errors.print(f"longspan: {stopped}", style="red", markup=False, highlight=False)
        sys.exit(stopped.code)
    except (ConfigError, ModelConfigError, PromptError) as error:
        errors.print(f"longspan: {error}", style="red", markup=False)
        sys.exit(2)
    except LedgerError as error:
        errors.print(f"longspan: {error}", style="red", markup=False)
        sys.exit(3 if "another run is writing" in str(error) else 1)
    except StoreError as error:
        errors.print(f"longspan: {error}", style="red", markup=False)
        sys.exit(3 if "is being written by" in str(error) else 1)
