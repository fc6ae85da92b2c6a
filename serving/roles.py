"""Which model does what: roles map to a model, its address, sampling parameters and prompt version (TOML).

A key is never in a configuration: `key_variable` names the environment variable that holds it.
"""

import os
from typing import Literal

from pydantic import Field, model_validator

from serving.calls import Sampling
from serving.circuit import RetryOptions
from serving.pacing import PacingOptions
from warehouse.records import Record

RoleName = Literal[
    "proposer", "solver", "strong_solver", "verifier", "judge", "extractor", "writer"
]


class ModelConfigError(ValueError):
    """A role or model that cannot be used; the message names the field."""


class ModelServer(Record):
    """One model at one OpenAI-compatible address."""

    model: str
    """Name that the server knows it by."""
    address: str
    """Base address, `http://127.0.0.1:8000/v1`."""
    key_variable: str = ""
    """Environment variable with the key; empty where the server asks for none."""
    strength: Literal["weak", "strong"] = "weak"
    """Verdicts of a weak model advise and say so; what it fails is asked of a strong one."""
    context_tokens: int = 32_768
    """Longest prompt and reply together, in tokens."""
    structured: Literal["schema", "none"] = "schema"
    """Whether JSON schemas are sent; a server that refuses one is not sent another."""
    price_in: float = 0.0
    """Price of a million prompt tokens."""
    price_cached: float | None = None
    """Price of a million prompt tokens that the prefix cache had; None is `price_in`."""
    price_out: float = 0.0
    """Price of a million tokens of replies."""
    tokens_per_second: float = 0.0
    """Expected tokens of replies per second over all calls, for estimates of hours; 0 is unknown."""
    retry: RetryOptions = RetryOptions()
    pacing: PacingOptions = PacingOptions()

    def key(self) -> str:
        """Return the key, a placeholder where none is asked for.

        Raises:
            ModelConfigError: the variable is not set.
        """
        if not self.key_variable:
            return "none"
        value = os.environ.get(self.key_variable, "")
        if not value:
            raise ModelConfigError(
                f"{self.model}: the environment variable {self.key_variable} is not set; it must hold the key"
            )
        return value


class RoleOptions(Record):
    """What a role is played by."""

    model: str
    """A name under `servers`."""
    sampling: Sampling = Sampling()
    prompt: str = ""
    """Version of the role's prompt files, such as `2`; empty for the newest."""


class Caps(Record):
    """Where a run stops; it can go on later with higher caps. Replies from the ledger count as nothing."""

    tokens: int = 0
    """Prompt and reply tokens together; 0 is no cap."""
    money: float = 0.0
    """In the currency of the prices; 0 is no cap."""


class Models(Record):
    """The `[models]` section of a configuration."""

    servers: dict[str, ModelServer] = Field(default_factory=dict)
    roles: dict[RoleName, RoleOptions] = Field(default_factory=dict)
    caps: Caps = Caps()

    @model_validator(mode="after")
    def _known(self) -> "Models":
        for role, options in self.roles.items():
            if options.model not in self.servers:
                raise ValueError(
                    f"roles.{role}.model: there is no servers.{options.model}; "
                    f"known are {', '.join(sorted(self.servers)) or 'none'}"
                )
        return self

    def server(self, role: RoleName) -> ModelServer:
        """Return the server that plays a role.

        Raises:
            ModelConfigError: the role is not given.
        """
        return self.servers[self.role(role).model]

    def role(self, role: RoleName) -> RoleOptions:
        """Return a role's options.

        Raises:
            ModelConfigError: the role is not given.
        """
        if role not in self.roles:
            raise ModelConfigError(f"models.roles.{role}: not given, and this step needs it")
        return self.roles[role]
