"""Ask every line of a file of prompts of a server through distilabel: ADDRESS PROMPTS CONCURRENCY."""

import sys
import tempfile
from pathlib import Path

from distilabel.models import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel.steps.tasks import TextGeneration

if __name__ == "__main__":
    address, prompts, concurrency = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    rows = [{"instruction": line} for line in prompts.read_text("utf-8").splitlines()]
    with Pipeline(name="rate", cache_dir=tempfile.mkdtemp()) as pipeline:
        load = LoadDataFromDicts(data=rows, batch_size=concurrency)
        model = OpenAILLM(model="scripted", base_url=address, api_key="none")
        load >> TextGeneration(llm=model, input_batch_size=concurrency)
    made = pipeline.run(use_cache=True)["default"]["train"]
    assert sum(bool(row["generation"]) for row in made) == len(rows)
