"""The embedded model as a folder of safetensors, which other servers read: its GGUF weights in single precision."""

import json
import os
from pathlib import Path

from serving.embedded.weights import EMBEDDED, ModelUnavailable, load


def save(folder: Path) -> Path:
    """Write config, tokenizer and weights; a folder that is complete is left as it is.

    Raises:
        ModelUnavailable: packages or weights are missing, or another model than the embedded one was loaded.
    """
    if (folder / "config.json").is_file():
        return folder
    from safetensors.numpy import save_file  # pyright: ignore[reportMissingImports]

    from serving.embedded.transformers_model import TransformersModel

    loaded = load(EMBEDDED)
    if not isinstance(loaded, TransformersModel):
        raise ModelUnavailable(f"{EMBEDDED} is no model of transformers")
    model, tokenizer = loaded.parts()
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    if model.config.tie_word_embeddings:
        del weights["lm_head.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer.save_pretrained(str(folder))
    config = model.config.to_dict() | {"architectures": [type(model).__name__]}
    for gone in ("quantization_config", "_name_or_path"):  # it is read as any other model
        config.pop(gone, None)
    beside = folder / "config.json.new"
    beside.write_text(json.dumps(config, indent=2), "utf-8")
    os.replace(beside, folder / "config.json")
    return folder
