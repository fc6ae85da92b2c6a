"""The text of a completion as TRL gives it, and whether it began inside the reasoning (§3 Rewards)."""

from typing import Any

SPLIT_OFF = ("reasoning_content", "reasoning", "thinking")
"""Keys of a message under which a parser puts the reasoning that it took out of the content."""


def opens_reasoning(prompt: str) -> bool:
    """Return whether a prompt as the chat template renders it ends inside a reasoning block."""
    return prompt.rfind("<think>") > prompt.rfind("</think>")


def reply_of(completion: Any, *, opened: bool = False) -> str:
    """Return the text of a completion as TRL gives it: a string, or messages of which the last one counts.

    Args:
        completion: what was generated.
        opened: whether the template opened the reasoning block, so that a completion without its end has no answer.
    """
    if isinstance(completion, str):
        return f"<think>{completion}" if opened else completion
    said = (
        [m for m in completion if m.get("role", "assistant") == "assistant"] if completion else []
    )
    if not said:
        return ""
    content = said[-1].get("content") or ""
    if not isinstance(content, str):
        content = "".join(part.get("text") or "" for part in content)
    split_off = any(key in said[-1] for key in SPLIT_OFF)
    return f"<think>{content}" if opened and not split_off else content
