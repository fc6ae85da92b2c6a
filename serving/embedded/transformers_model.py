"""A causal language model read by transformers, on the CPU in single precision.

transformers does the forward passes; the draw is ours (`serving.embedded.row`), so each row of a batch has its own
parameters and noise. A row's logits depend on the rest of its batch only by rounding (about 1e-5), so equal seeds give
equal replies alone and in company, unless two tokens tie to within that.
"""

from collections.abc import Callable, Sequence
from typing import Any

from serving.embedded.constrained import SchemaGrammars
from serving.embedded.generation import Interrupted, Job, Message, Reply
from serving.embedded.row import Row


class TransformersModel:
    """A loaded model with its tokenizer; it satisfies `TextModel`."""

    structured = True

    def __init__(self, name: str, tokenizer: Any, model: Any) -> None:
        """Take what transformers loaded."""
        self.name = name
        self.context_length = int(model.config.max_position_embeddings)
        self._tokenizer = tokenizer
        self._model = model
        self.ends = _ends(tokenizer, model)
        self._pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else min(self.ends)
        self._grammars = SchemaGrammars(tokenizer, int(model.config.vocab_size), self.ends)
        # The folder's own defaults (penalties, top_k) would change the logits unseen.
        model.generation_config = type(model.generation_config)(
            do_sample=False, pad_token_id=self._pad, use_cache=True
        )

    def encode_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """Return the prompt by the model's own chat template."""
        if not self._tokenizer.chat_template:
            raise ValueError("the model has no chat template: use /v1/completions")
        turns = [message.model_dump() for message in messages]
        text = self._tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, tokenize=False
        )
        return tuple(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def encode(self, text: str) -> tuple[int, ...]:
        """Return a text's tokens, with the mark that the tokenizer sets before a text, if it sets one."""
        return tuple(self._tokenizer(text)["input_ids"])

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens, without marks."""
        return self._tokenizer.decode(
            list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )

    def schema_problem(self, schema_text: str) -> str:
        """Return why the model cannot hold to a schema."""
        return self._grammars.problem(schema_text)

    def generate(self, jobs: Sequence[Job], stopped: Callable[[], bool]) -> list[Reply]:
        """Return the replies of one batch, padded at the left."""
        from transformers import BatchEncoding  # pyright: ignore[reportMissingImports]

        rows = [Row(job, self, self._constraint(job)) for job in jobs]
        width = max(len(job.prompt) for job in jobs)
        blank = [width - len(job.prompt) for job in jobs]
        padded = [
            [self._pad] * left + list(job.prompt) for job, left in zip(jobs, blank, strict=True)
        ]
        mask = [[0] * left + [1] * (width - left) for left in blank]
        batch = BatchEncoding({"input_ids": padded, "attention_mask": mask}, tensor_type="pt")
        self._model.generate(
            **batch, max_new_tokens=max(job.sampling.max_tokens for job in jobs),
            logits_processor=[Draw(rows, self._pad)], stopping_criteria=[Ended(rows, stopped)],
        )  # fmt: skip
        if stopped():
            raise Interrupted
        return [row.reply() for row in rows]

    def parts(self) -> tuple[Any, Any]:
        """Return the model and the tokenizer as transformers loaded them."""
        return self._model, self._tokenizer

    def _constraint(self, job: Job) -> Any:
        schema_text = job.sampling.schema_text
        return self._grammars.constraint(schema_text) if schema_text else None


class Draw:
    """A logits processor of transformers that draws each row's token and leaves no other to choose."""

    def __init__(self, rows: Sequence[Row], pad: int) -> None:
        """Take the rows of the batch; rows that have ended are padded."""
        self._rows = rows
        self._pad = pad

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Return scores (rows, vocabulary) that are 0 for the drawn token and -inf for all others."""
        logits = scores.numpy()
        drawn = [
            self._pad if row.finish else row.step(values)
            for row, values in zip(self._rows, logits, strict=True)
        ]
        forced = scores.new_full(scores.shape, float("-inf"))
        forced[list(range(len(drawn))), drawn] = 0.0
        return forced


class Ended:
    """A stopping criterion of transformers: a row has ended, or the server is being stopped."""

    def __init__(self, rows: Sequence[Row], stopped: Callable[[], bool]) -> None:
        """Take the rows of the batch."""
        self._rows = rows
        self._stopped = stopped

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        """Return, for each row, whether it has ended."""
        stop = self._stopped()
        return input_ids.new_tensor([int(stop or row.finish is not None) for row in self._rows]) > 0


def _ends(tokenizer: Any, model: Any) -> frozenset[int]:
    """The tokens that end a reply: the model's, and the tokenizer's."""
    told = model.generation_config.eos_token_id
    ids = told if isinstance(told, list) else [told]
    return frozenset(i for i in (*ids, tokenizer.eos_token_id) if i is not None)
