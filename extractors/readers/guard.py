"""Reads files in a process of its own, with limits: a parser that hangs, dies or swells costs one file.

The child is one Python process that is asked line by line in JSON and answers in JSON, so nothing is unpickled from a
process that has read hostile files. It is started when first needed and again after it was killed.
"""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from pydantic import TypeAdapter

from extractors.readers.options import ReadOptions, Rejected, source_of
from warehouse.records import Category, Document

ITEM: TypeAdapter[Document | Rejected] = TypeAdapter(Document | Rejected)
END = b"\n"
START_SECONDS = 120.0
"""How long the child may take to load its parsers, which no file's time limit counts."""


class GuardedReader:
    """Reads one file after another; use it as a context manager."""

    def __init__(self, options: ReadOptions) -> None:
        """Keep the options; no process is started yet."""
        self.options = options
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "GuardedReader":
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the child."""
        self._stop()

    def read(
        self, path: Path, *, root: Path, category: Category, licence: str | None = None
    ) -> list[Document | Rejected]:
        """Return what `read_file` yields for the file, or one rejection when it breaks a limit."""
        source = source_of(path, root)
        place = {"path": os.fsdecode(path), "root": os.fsdecode(root)}
        request = {**place, "category": category, "licence": licence}
        child = self._running()
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps(request).encode("utf-8") + END)
            child.stdin.flush()
            reply = self._reply(child)
        except BrokenPipeError:
            reply = b""
        if reply is None:
            self._stop()
            return [_refused(source, "took too long", f"more than {self.options.max_seconds:g} s")]
        if not reply:
            code = self._stop()
            memory = f"perhaps for memory, {self.options.max_memory >> 20} MiB are allowed"
            return [_refused(source, "its reader died", f"exit status {code}; {memory}")]
        return [ITEM.validate_json(line) for line in reply.splitlines() if line]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            command = [
                sys.executable,
                "-B",
                "-m",
                "extractors.readers.guard",
                self.options.model_dump_json(),
            ]
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_project()
            )
            assert self._child.stdout is not None
            # A child that cannot start ends its output: the reply to the first request says so.
            ready, _, _ = select.select([self._child.stdout], [], [], START_SECONDS)
            if ready:
                os.read(self._child.stdout.fileno(), len(END))
        return self._child

    def _reply(self, child: subprocess.Popen[bytes]) -> bytes | None:
        """Return the lines of the reply, b'' if the child ended first, None if time ran out."""
        assert child.stdout is not None
        deadline = time.monotonic() + self.options.max_seconds
        parts: list[bytes] = []
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([child.stdout], [], [], left)
            if not ready:
                return None
            block = os.read(child.stdout.fileno(), 1 << 20)
            if not block:
                return b""
            parts.append(block)
            # An empty line ends the reply; JSON text holds no bare line end.
            if block.endswith(END) and b"".join(parts[-2:]).endswith(END + END):
                return b"".join(parts)
        return None

    def _stop(self) -> int | None:
        child, self._child = self._child, None
        if child is None:
            return None
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()
        return child.wait()


def _refused(source: str, reason: str, detail: str) -> Rejected:
    return Rejected(source=source, reason=reason, detail=detail)


def _project() -> str:
    return os.fsdecode(Path(__file__).resolve().parents[2])


def serve(options: ReadOptions, out: BinaryIO) -> None:
    """Answer requests on standard input until it ends: the child's side."""
    from extractors.readers.files import read_file

    out.write(END)
    out.flush()
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        found = read_file(
            Path(asked["path"]),
            root=Path(asked["root"]),
            category=asked["category"],
            options=options,
            licence=asked["licence"],
        )
        for item in found:
            out.write(item.model_dump_json().encode("utf-8") + END)
        out.write(END)
        out.flush()


def _limit_memory(most: int) -> None:
    try:
        import resource
    except ImportError:
        return  # a system without such limits
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    given = ReadOptions.model_validate_json(sys.argv[1])
    _limit_memory(given.max_memory)
    # What a parser prints must not stand among the replies.
    replies, sys.stdout = sys.stdout.buffer, sys.stderr
    serve(given, replies)
