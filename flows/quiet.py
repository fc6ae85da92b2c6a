"""Telemetry of every library off, before any of them is imported, and Prefect's own files beside ours."""

import os
from pathlib import Path

OFF = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",  # a busy machine is slow to start it
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # a fault is one line of ours, with its traceback where it is unknown
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
}


def silence_telemetry() -> None:
    """Set the switches that are not set yet; a user's own setting wins."""
    for name, value in OFF.items():
        os.environ.setdefault(name, value)


def prefect_home(home: Path) -> None:
    """Keep the embedded server's database under the home folder, unless a server or a home is given."""
    if "PREFECT_API_URL" not in os.environ:
        os.environ.setdefault("PREFECT_HOME", str(home.resolve() / "prefect"))
