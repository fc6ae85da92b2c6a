"""A stand-in for a model, without weights: it repeats what was said, token by token, and is the same on every machine.

A token is a character. At temperature 0 the reply is the last message; above, its words in an order drawn from the
seed. `longspan serve --model echo` serves it, to try a client without torch.
"""

import math
from collections.abc import Callable, Sequence

from serving.embedded.generation import Interrupted, Job, Message, Reply, Sampling, TokenScore
from serving.embedded.sampling import random_stream

TURN = "\n> "
"""What stands before each message in a prompt."""


class EchoModel:
    """The stand-in; it satisfies `TextModel`."""

    structured = False

    def __init__(self, name: str = "echo", context_length: int = 4096) -> None:
        """Take a name and a context length, in characters."""
        self.name = name
        self.context_length = context_length

    def encode_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """Return the characters of all messages."""
        return self.encode("".join(TURN + message.content for message in messages))

    def encode(self, text: str) -> tuple[int, ...]:
        """Return the characters' code points."""
        return tuple(map(ord, text))

    def schema_problem(self, schema_text: str) -> str:
        """Refuse each schema: an echo has the form of what was said."""
        return "the echo stand-in holds to no schema"

    def generate(self, jobs: Sequence[Job], stopped: Callable[[], bool]) -> list[Reply]:
        """Return the echoes."""
        if stopped():
            raise Interrupted
        return [echo(job) for job in jobs]


def echo(job: Job) -> Reply:
    """Return one job's reply."""
    said = "".join(map(chr, job.prompt)).rpartition(TURN)[2]
    if job.sampling.temperature > 0:
        words = said.split()
        random_stream(job.sampling.seed, job.choice).shuffle(words)
        said = " ".join(words)
    return _ended(said, job.sampling)


def _ended(said: str, asked: Sampling) -> Reply:
    """Cut what was said where a stop text or the length ends it; the end mark is a token too."""
    room = said[: asked.max_tokens]
    places = [at for stop in asked.stop if (at := room.find(stop)) >= 0]
    text = room[: min(places)] if places else room
    whole = not places and len(said) < asked.max_tokens
    scores = [
        TokenScore(text=c, logprob=0.0, top=((c, 0.0), ("\x00", -math.inf))[: asked.top_logprobs])
        for c in (text if asked.top_logprobs >= 0 else "")
    ]
    return Reply(
        text=text, tokens=len(text) + whole, finish="stop" if whole or places else "length",
        scores=tuple(scores),
    )  # fmt: skip
