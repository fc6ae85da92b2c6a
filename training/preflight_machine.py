"""Findings about what it runs on: memory of a GPU, tokens and time of a step, disk, packages, accelerate's file.

Memory, time and disk are estimates; each says what it was reckoned from.
"""

import importlib.metadata
import shutil
from collections.abc import Iterator
from pathlib import Path

from packaging.version import Version

from training.finding import Finding, Site
from training.memory import GIB, MemoryEstimate, estimate_memory, sequences_at_once
from training.prompts import RowsError
from training.recipe import Recipe, Stage
from warehouse.snapshot_manifest import SnapshotError, read_manifest

ALWAYS: tuple[str, ...] = ("torch", "trl", "transformers", "accelerate", "datasets")
VLLM = (Version("0.22.0"), Version("0.31.0"))
"""Oldest and newest that TRL 1.16 says it works with."""
WORTH_A_WORD = 0.05
"""GiB from which a part is named in the detail."""
CLOSE = 0.9
"""Share of the memory from which an estimate is a warning."""
SHARDED = {"none": ("NO", "MULTI_GPU", "MULTI_CPU"), "zero3": ("DEEPSPEED",), "fsdp2": ("FSDP",)}
"""What accelerate calls each sharding."""


def memory(site: Site) -> Iterator[Finding]:
    """Yield for each stage the estimate of a GPU's memory against what it has."""
    has = site.recipe.estimate.gpu_memory_gib
    for stage in site.stages:
        found = estimate_memory(site.recipe, stage, site.numbers)
        share = found.peak / has
        detail = (
            f"about {found.peak_gib['update']:.1f} GiB in the update and {found.peak_gib['rollout']:.1f} in the "
            f"rollout, of {has:g} GiB"
        )
        status = "ok"
        if share > 1:
            status, detail = "no-go", f"{detail}: {_mend(site.recipe, found)}"
        elif share > CLOSE:
            status, detail = "warn", f"{detail}: close, and an estimate"
        detail += f" ({_largest(found)})"
        items = tuple(f"{p.phase} {p.name}: {p.gib:.2f} GiB = {p.why}" for p in found.parts)
        yield Finding(check=f"memory {stage.name}", status=status, detail=detail, items=items)
        if site.recipe.launch.vllm == "colocate":
            yield _engine(site, stage)


def _largest(found: MemoryEstimate) -> str:
    """Return the parts of the fuller phase, those that count."""
    full = max(found.peak_gib, key=lambda phase: found.peak_gib[phase])
    parts = [part for part in found.parts if part.phase == full and part.gib >= WORTH_A_WORD]
    return f"{full}: " + ", ".join(f"{part.name} {part.gib:.1f}" for part in parts)


def _mend(recipe: Recipe, found: MemoryEstimate) -> str:
    if found.peak_gib["rollout"] >= found.peak_gib["update"] and recipe.launch.vllm == "colocate":
        return "lower launch.vllm_memory_share, or shard over more processes"
    if recipe.launch.vllm == "off" and found.peak_gib["rollout"] > found.peak_gib["update"]:
        return 'draw replies with vLLM (launch.vllm = "colocate")'
    if not recipe.launch.gradient_checkpointing:
        return "set launch.gradient_checkpointing"
    if recipe.launch.per_device_batch > 1:
        return "set launch.per_device_batch to 1"
    return "shard over more processes, shorten the stage, or take GPUs with more memory"


def _engine(site: Site, stage: Stage) -> Finding:
    """Return whether a colocated engine has cache for one sequence of full length."""
    fit = sequences_at_once(site.recipe, stage, site.numbers)
    engines = site.recipe.launch.processes // site.recipe.launch.vllm_tensor_parallel
    detail = f"{engines} engines with cache for {fit:.1f} sequences of {stage.tokens:,} tokens each"
    if fit < 1:
        return Finding(
            check=f"engine {stage.name}", status="no-go",
            detail=f"{detail}: raise launch.vllm_memory_share or launch.vllm_tensor_parallel",
        )  # fmt: skip
    return Finding(check=f"engine {stage.name}", status="ok", detail=detail)


def time_of_a_step(site: Site) -> Iterator[Finding]:
    """Yield for each stage the tokens of a step and, where rates are given, its time."""
    if site.unsound:
        return
    for stage in site.stages:
        try:
            kept = site.chosen(stage).kept
        except (RowsError, SnapshotError):
            return
        if kept:
            mean = sum(length.tokens for length in kept) / len(kept)
            yield _step(site.recipe, stage, mean)


def _step(recipe: Recipe, stage: Stage, mean: float) -> Finding:
    estimate, sequences = recipe.estimate, recipe.sequences
    written = sequences * stage.completion_tokens * estimate.completion_share
    read = sequences * mean
    detail = (
        f"{sequences} sequences: {read:,.0f} tokens of prompts (mean {mean:,.0f}) and about {written:,.0f} written, "
        f"replies at {estimate.completion_share:.0%} of their limit"
    )
    rates = (estimate.rollout_tokens_per_second, estimate.train_tokens_per_second)
    if not all(rates):
        detail += "; for its time set estimate.rollout_tokens_per_second and train_tokens_per_second"  # fmt: skip
        return Finding(check=f"step {stage.name}", status="ok", detail=detail)
    seconds = written / rates[0] + (read + written) / rates[1]
    detail += (
        f"; about {seconds / 60:.1f} min at {rates[0]:g} tokens/s written and {rates[1]:g} trained"
    )
    if stage.steps:
        detail += f", {seconds * stage.steps / 3600:.1f} h for {stage.steps} steps"
    return Finding(check=f"step {stage.name}", status="ok", detail=detail)


def checkpoint_bytes(recipe: Recipe, parameters: int) -> int:
    """Return the bytes of one checkpoint: weights, and the optimiser with what it keeps in 32 bits.

    ZeRO-3 saves 16-bit weights, and a 32-bit copy with two moments: 2 + 12 bytes a parameter. The others save 32-bit
    weights and two moments: 4 + 8.
    """
    return parameters * (14 if recipe.launch.sharding == "zero3" else 12)


def disk(site: Site) -> Iterator[Finding]:
    """Yield whether checkpoints and rows fit on the disk of the home."""
    home = site.home.resolve()
    place = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(place).free
    recipe, stages = site.recipe, len(site.stages)
    one = checkpoint_bytes(recipe, site.numbers.parameters)
    # One more than are kept stands there while it is written.
    checkpoints = one * (recipe.keep * stages + 1)
    rows = 0
    if not site.unsound:
        files = read_manifest(site.snapshot).files
        rows = stages * sum(file.memory_bytes for file in files if file.path.startswith("contexts/"))  # fmt: skip
    needed = checkpoints + rows
    yield Finding(
        check="disk", status="ok" if needed < free else "no-go",
        detail=f"{needed / GIB:.1f} GiB of {free / GIB:.1f} free at {place}: {recipe.keep} checkpoints of "
        f"{one / GIB:.2f} GiB for each of {stages} stages and one more, rows of at most {rows / GIB:.2f} GiB"
        + ("" if needed < free else "; free some, lower keep, or use --home on another disk"),
    )  # fmt: skip


def packages(site: Site) -> Iterator[Finding]:
    """Yield whether what the recipe needs is installed."""
    launch = site.recipe.launch
    needed = dict.fromkeys(ALWAYS, "pip install -e '.[train]'")
    if launch.vllm != "off":
        needed["vllm"] = f"pip install 'vllm>={VLLM[0]},<={VLLM[1]}'"
    if launch.sharding == "zero3":
        needed["deepspeed"] = "pip install deepspeed"
    if launch.attention == "flash_attention_2":
        needed["flash-attn"] = "pip install flash-attn"
    there: dict[str, str] = {}
    for name in needed:
        try:
            there[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    missing = [f"{name} ({mend})" for name, mend in needed.items() if name not in there]
    told = ", ".join(f"{name} {version}" for name, version in there.items())
    if missing:
        yield Finding(
            check="packages", status="no-go",
            detail=f"not installed: {', '.join(missing)}" + (f"; there are {told}" if told else ""),
        )  # fmt: skip
        return
    old = Version(Version(there["vllm"]).base_version) if "vllm" in there and "vllm" in needed else VLLM[0]  # fmt: skip
    if not VLLM[0] <= old <= VLLM[1]:
        yield Finding(
            check="packages", status="warn",
            detail=f"{told}: TRL 1.16 was made for vLLM {VLLM[0]} to {VLLM[1]}",
        )  # fmt: skip
        return
    yield Finding(check="packages", status="ok", detail=told)


def devices(site: Site) -> Iterator[Finding]:
    """Yield whether there is a GPU for each process of this machine."""
    launch = site.recipe.launch
    if launch.device == "cpu":
        return
    try:
        import torch
    except ImportError:
        # Said by the check of packages.
        return
    number = torch.cuda.device_count()
    status, detail = "ok", f"{number} GPUs here for {launch.processes} processes"
    if not number:
        status, detail = "no-go", f"{detail}: look again on a machine that has some"
    elif number < launch.processes:
        status, detail = "warn", f"{detail}: the rest must be on further machines"
    yield Finding(check="devices", status=status, detail=detail)


def accelerate(site: Site) -> Iterator[Finding]:
    """Yield whether accelerate reads its file and it says the sharding and device of the recipe."""
    launch = site.recipe.launch
    try:
        from accelerate.commands.config.config_args import load_config_from_file
    except ImportError:
        # Said by the check of packages.
        return
    if not Path(launch.accelerate).is_file():
        yield Finding(
            check="accelerate", status="no-go",
            detail=f"launch.accelerate: {launch.accelerate} is not there; paths are relative to the working directory",
        )  # fmt: skip
        return
    try:
        found = load_config_from_file(launch.accelerate)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        yield Finding(check="accelerate", status="no-go", detail=f"{launch.accelerate}: {error}")
        return
    kind = getattr(found.distributed_type, "value", str(found.distributed_type))
    wrong = []
    if kind not in SHARDED[launch.sharding]:
        wrong.append(f"distributed_type is {kind}, and launch.sharding is {launch.sharding}")
    if bool(found.use_cpu) != (launch.device == "cpu"):
        wrong.append(f"use_cpu is {bool(found.use_cpu)}, and launch.device is {launch.device}")
    precision = "bf16" if launch.dtype == "bfloat16" else "no"
    if str(found.mixed_precision) != precision:
        wrong.append(
            f"mixed_precision is {found.mixed_precision}, and launch.dtype asks for {precision}"
        )
    yield Finding(
        check="accelerate", status="no-go" if wrong else "ok",
        detail=f"{launch.accelerate}: " + ("; ".join(wrong) or f"{kind}, {precision}"),
    )  # fmt: skip
