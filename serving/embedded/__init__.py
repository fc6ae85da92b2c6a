"""A small model in the process of `longspan serve`, behind OpenAI's HTTP surface.

Reading order: `generation` (the interface), `parameters` (what a request may say), `batching` (requests that arrive
together are generated together), `surface` (the HTTP part), `row` and `transformers_model` (one step of decoding).
"""
