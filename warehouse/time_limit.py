"""A time limit on work that something else can interrupt, watched by one thread for any number of pieces of work.

A thread for each piece would cost more than a short query. The watching thread starts with the first piece and sleeps
until a limit may be reached: work that ends in time never wakes it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class TimeLimit:
    """Interrupts work that takes too long; for one thread that works, in pieces that do not overlap."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is what each piece of work may take."""
        self._seconds = seconds
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._deadline = 0.0
        self._interrupt: Callable[[], object] | None = None
        self._idle = False
        """Whether the thread waits for a new piece of work, and not for a time."""
        self._closed = False

    @contextmanager
    def on(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """Call `interrupt`, once, if the work inside takes longer than it may."""
        with self._changed:
            self._deadline, self._interrupt = time.monotonic() + self._seconds, interrupt
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()
            elif self._idle:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._interrupt = None

    def close(self) -> None:
        """Let the watching thread end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                left = self._deadline - time.monotonic()
                if self._interrupt is not None and left <= 0:
                    self._interrupt()
                    self._interrupt = None
                self._idle = self._interrupt is None
                self._changed.wait(None if self._idle else left)
