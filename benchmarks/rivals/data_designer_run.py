"""Ask every line of a file of prompts of a server through NeMo Data Designer: ADDRESS PROMPTS CONCURRENCY."""

import os
import sys
import tempfile
from pathlib import Path

os.environ |= {"NEMO_TELEMETRY_ENABLED": "false", "LOOPBACK_KEY": "none"}

import data_designer.config as dd
import pandas as pd
from data_designer.interface import DataDesigner

if __name__ == "__main__":
    address, prompts, concurrency = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    rows = prompts.read_text("utf-8").splitlines()
    provider = dd.ModelProvider(
        name="loopback", endpoint=address, api_key="LOOPBACK_KEY", provider_type="openai"
    )
    limits = dd.ChatCompletionInferenceParams(
        max_parallel_requests=concurrency, temperature=0.0, max_tokens=1024
    )
    model = dd.ModelConfig(alias="m", model="scripted", provider="loopback", inference_parameters=limits,
                           skip_health_check=True)  # fmt: skip
    config = dd.DataDesignerConfigBuilder(model_configs=[model])
    config.with_seed_dataset(dd.DataFrameSeedSource(df=pd.DataFrame({"asked": rows})))
    config.add_column(dd.LLMTextColumnConfig(name="reply", model_alias="m", prompt="{{ asked }}"))
    folder = Path(tempfile.mkdtemp())
    designer = DataDesigner(artifact_path=folder, model_providers=[provider])
    made = designer.create(config, num_records=len(rows), dataset_name="rate")
    assert len(made.load_dataset()) == len(rows)
