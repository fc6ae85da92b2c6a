"""Caps on tokens and money: what was spent, what calls in flight may still cost, and whether another call fits.

A call reserves the most it can cost (its prompt and its longest reply) and pays what it did cost, so that a cap is
never passed as long as servers keep to `max_tokens`.
"""

import math
from dataclasses import dataclass

from serving.calls import Call, Completion
from serving.roles import Caps, ModelServer

CHARACTERS_PER_TOKEN = 2.5
"""Fewest expected of text in Latin letters, so that a reservation errs upwards."""


def most_tokens(call: Call) -> tuple[int, int]:
    """Return upper estimates of a call's prompt and reply tokens."""
    characters = sum(len(message.text) for message in call.messages)
    return math.ceil(characters / CHARACTERS_PER_TOKEN), call.sampling.max_tokens


def price(server: ModelServer, prompt: float, cached: float, reply: float) -> float:
    """Return the price of a call from its token counts."""
    reduced = server.price_in if server.price_cached is None else server.price_cached
    total = (prompt - cached) * server.price_in + cached * reduced + reply * server.price_out
    return total / 1e6


@dataclass
class Spent:
    """Calls, tokens and money of one role or of a run."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    money: float = 0.0
    seconds: float = 0.0
    """Latencies summed."""

    def add(self, completion: Completion) -> None:
        """Count a reply."""
        self.calls += 1
        self.prompt_tokens += completion.prompt_tokens
        self.completion_tokens += completion.completion_tokens
        self.money += completion.price
        self.seconds += completion.latency

    @property
    def tokens(self) -> int:
        """Prompt and reply tokens together."""
        return self.prompt_tokens + self.completion_tokens


class Budget:
    """What a run may still spend."""

    def __init__(self, caps: Caps) -> None:
        """Start with nothing spent."""
        self.caps = caps
        self.spent = Spent()
        self._tokens = 0
        self._money = 0.0

    def reserve(self, server: ModelServer, call: Call) -> tuple[int, float] | None:
        """Return what is set aside for a call, or None where it does not fit beside what is spent and in flight."""
        prompt, reply = most_tokens(call)
        tokens, money = prompt + reply, price(server, prompt, 0, reply)
        if self.caps.tokens and self.spent.tokens + self._tokens + tokens > self.caps.tokens:
            return None
        if self.caps.money and self.spent.money + self._money + money > self.caps.money:
            return None
        self._tokens += tokens
        self._money += money
        return tokens, money

    def release(self, reserved: tuple[int, float], completion: Completion | None) -> None:
        """Give back what was set aside and count what the call did cost."""
        self._tokens -= reserved[0]
        self._money -= reserved[1]
        if completion is not None:
            self.spent.add(completion)

    @property
    def in_flight(self) -> bool:
        """Whether anything is set aside, so that a call that does not fit now may fit later."""
        return self._tokens > 0

    @property
    def message(self) -> str:
        """What was reached and what to do."""
        return (
            f"{self.spent.tokens:,} tokens and {self.spent.money:.2f} are spent of the caps tokens = "
            f"{self.caps.tokens:,}, money = {self.caps.money:.2f} (0 is none); raise models.caps and run again: "
            "what was answered is kept"
        )
