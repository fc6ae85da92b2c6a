"""Ask every line of a file of prompts of a server through bespoke curator: ADDRESS PROMPTS CONCURRENCY."""

import importlib.util
import os
import sys
import tempfile
from pathlib import Path

os.environ |= {"TELEMETRY_ENABLED": "0", "CURATOR_CACHE_DIR": tempfile.mkdtemp(), "CURATOR_VIEWER": "0",
               "OPENAI_API_KEY": "none"}  # fmt: skip

# It wants a vocabulary from the network; litellm, which it depends on, brings the file.
litellm = importlib.util.find_spec("litellm")
if litellm and litellm.origin:
    vocabularies = Path(litellm.origin).parent / "litellm_core_utils" / "tokenizers"
    os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(vocabularies))

from bespokelabs import curator  # noqa: E402
from datasets import Dataset  # noqa: E402


class Asking(curator.LLM):
    """Each row's prompt as it is."""

    def prompt(self, row):
        """Return what is asked."""
        return row["prompt"]

    def parse(self, row, response):
        """Return the row with its reply."""
        return {"prompt": row["prompt"], "reply": response}


if __name__ == "__main__":
    address, prompts, concurrency = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    rows = prompts.read_text("utf-8").splitlines()
    limits = {"base_url": address, "max_concurrent_requests": concurrency,
              "max_requests_per_minute": 10_000_000, "max_tokens_per_minute": 10_000_000_000}  # fmt: skip
    model = Asking(model_name="scripted", backend="openai", backend_params=limits)
    made = model(Dataset.from_dict({"prompt": rows}))
    assert len(made.dataset if hasattr(made, "dataset") else made) == len(rows)
