"""The embedded Prefect server, as a process that ends with the run that started it, however that one went.

Prefect's own is ended by its parent and stays where that is killed outright. This one reads a pipe that its parent
alone holds open: when the pipe ends, so does the server. Everything else is Prefect's.

    python -m flows.embedded PORT
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn
from prefect.server.api.server import SubprocessASGIServer
from prefect.settings import get_current_settings

SWITCHES = {
    "PREFECT_UI_ENABLED": "0",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
}
"""What Prefect sets for an embedded server."""
GRACE_SECONDS = 10.0
"""For a server to end in order when its parent is gone."""


class EmbeddedServer(SubprocessASGIServer):
    """Prefect's embedded server, started as this module."""

    def _run_uvicorn_command(self) -> subprocess.Popen[Any]:
        given = get_current_settings().to_environment_variables(exclude_unset=True)
        return subprocess.Popen(
            [sys.executable, "-m", "flows.embedded", str(self.port)],
            stdin=subprocess.PIPE,
            env=os.environ | SWITCHES | given,
            cwd=Path(__file__).resolve().parents[1],
        )


def end_with_parent() -> None:
    """End this process when its standard input ends."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    uvicorn.run(
        "prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=int(sys.argv[1]),
        log_level="error", lifespan="on",
    )  # fmt: skip
