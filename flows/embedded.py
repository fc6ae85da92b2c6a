"""The embedded Prefect server, as a process that ends with the run that started it, however that one went.

Prefect's own is ended by its parent and stays where that is killed outright; and a signal to the whole group, as a
terminal or a service manager sends it, ends it before the run could say how it ended. This one reads a pipe that its
parent alone holds open, and heeds no other end: when the pipe ends, so does the server. Everything else is Prefect's.

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
UNHEEDED = (signal.SIGINT, signal.SIGTERM)
GRACE_SECONDS = 10.0
"""For a server to end in order when its parent is gone."""


class EmbeddedServer(SubprocessASGIServer):
    """Prefect's embedded server, started as this module."""

    def _run_uvicorn_command(self) -> subprocess.Popen[Any]:
        given = get_current_settings().to_environment_variables(exclude_unset=True)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, UNHEEDED)  # the child inherits it
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "flows.embedded", str(self.port)],
                stdin=subprocess.PIPE,
                env=os.environ | SWITCHES | given,
                cwd=Path(__file__).resolve().parents[1],
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def stop(self) -> None:
        """End the server in order, or within five seconds (Prefect's own) by force."""
        if self.server_process and self.server_process.stdin:
            self.server_process.stdin.close()
        super().stop()


def end_with_parent(server: uvicorn.Server) -> None:
    """End the server and this process when its standard input ends."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        server.should_exit = True
        time.sleep(GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    embedded = uvicorn.Server(uvicorn.Config(
        "prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=int(sys.argv[1]),
        log_level="error", lifespan="on",
    ))  # fmt: skip
    end_with_parent(embedded)
    embedded.run()
    if not embedded.started:
        sys.exit(3)  # as uvicorn itself does
