"""Rows of a batch of rollouts as TRL holds it: a dictionary of tensors with one row per completion."""

from collections.abc import Sequence
from typing import Any

import torch


def own_tokens(output: dict[str, Any]) -> torch.Tensor:
    """Return which tokens count, shape (B, T): the model's own, up to the end of the completion."""
    mask = output["completion_mask"]
    return mask * output["tool_mask"] if "tool_mask" in output else mask


def sequence_means(entropies: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the mean entropy of each sequence's tokens, NaN where it has none; shape (B, T) to (B,)."""
    return (entropies * mask).sum(dim=1) / mask.sum(dim=1)


def cut_rows(output: dict[str, Any], rows: Sequence[int]) -> dict[str, Any]:
    """Return some rows of a batch; what has no rows stays whole."""
    return {
        name: value[list(rows)] if isinstance(value, torch.Tensor) and value.ndim else value
        for name, value in output.items()
    }
