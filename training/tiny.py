"""A tiny Qwen3 with a byte tokenizer, built from nothing: the production path on a CPU, for tests and the first try.

Its architecture, chat template and special tokens are those of the real ones in small; its weights are random.
"""

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
"""Tokens 0, 1 and 2."""
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tiny_tokenizer(*, positions: int = 4096) -> PreTrainedTokenizerFast:
    """Return a tokenizer of one token per byte, with Qwen's special tokens and a chat template.

    Args:
        positions: longest sequence that it does not warn of, tokens.
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {symbol: number for number, symbol in enumerate([PAD, START, END, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, additional_special_tokens=[START],
        padding_side="left", model_max_length=positions,
    )  # fmt: skip
    wrapped.chat_template = TEMPLATE
    return wrapped


def tiny_model(
    *, hidden: int = 64, layers: int = 2, seed: int = 0, positions: int = 4096
) -> Qwen3ForCausalLM:
    """Return a model for that tokenizer; about 0.1 M parameters by default.

    Args:
        hidden: width.
        layers: number of them.
        seed: of the random weights.
        positions: longest sequence that it is made for, tokens.
    """
    torch.manual_seed(seed)
    tokenizer = tiny_tokenizer()
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=hidden, intermediate_size=2 * hidden, num_hidden_layers=layers,
        num_attention_heads=4, num_key_value_heads=2, head_dim=hidden // 4, max_position_embeddings=positions,
        tie_word_embeddings=True, pad_token_id=0, eos_token_id=2,
        bos_token_id=None,
    )  # fmt: skip
    return Qwen3ForCausalLM(config)
