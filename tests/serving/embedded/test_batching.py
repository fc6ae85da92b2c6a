"""The queue: what is generated together, what is refused, what becomes of those who leave."""

import asyncio
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.embedded.batching import (
    Batcher,
    Closed,
    GenerationFailed,
    Limits,
    QueueFull,
    batch_size,
)
from serving.embedded.echo import EchoModel
from serving.embedded.generation import Interrupted, Job, Sampling


def job(text: str, **asked) -> Job:
    plain = {"max_tokens": 20, "temperature": 0.0, "top_p": 1.0, "top_k": 0, "seed": 1, "stop": ()}
    sampling = Sampling(**(plain | {"top_logprobs": -1, "schema_text": ""} | asked))
    return Job(prompt=tuple(map(ord, text)), choice=0, sampling=sampling)


class Gated(EchoModel):
    """An echo that waits at a gate and keeps the sizes of its batches."""

    def __init__(self):
        super().__init__()
        self.gate = threading.Event()
        self.sizes = []

    def generate(self, jobs, stopped):
        while not self.gate.wait(0.01):
            if stopped():
                raise Interrupted
        self.sizes.append(len(jobs))
        if any(chr(job.prompt[0]) == "!" for job in jobs):
            raise RuntimeError("no memory")
        return super().generate(jobs, stopped)


def served(limits: Limits, use):
    """Run `use(model, batcher)` while a queue is worked on, and close it."""

    async def main():
        model = Gated()
        batcher = Batcher(model, limits)
        work = asyncio.create_task(batcher.run())
        try:
            return await asyncio.wait_for(use(model, batcher), 20)
        finally:
            await asyncio.to_thread(batcher.close)
            work.cancel()

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("widths", "size"),
    [
        ([], 0),
        ([10], 1),
        ([500], 1),  # wider than a batch may be, and alone
        ([30, 30, 30], 3),
        ([30, 40, 10], 2),  # three of 40 would be 120
        ([10] * 9, 4),
    ],
)
def test_the_size_of_a_batch(widths, size):
    assert batch_size(widths, Limits(max_batch=4, batch_tokens=100)) == size


@given(st.lists(st.integers(1, 60), min_size=1), st.integers(1, 9), st.integers(1, 200))
def test_a_batch_keeps_its_limits(widths, max_batch, tokens):
    size = batch_size(widths, Limits(max_batch=max_batch, batch_tokens=tokens))
    assert 1 <= size <= max_batch
    assert size == 1 or max(widths[:size]) * size <= tokens


def test_jobs_that_arrive_together_are_generated_together():
    async def use(model, batcher):
        model.gate.set()
        sent = [batcher.submit([job(word)]) for word in ("one", "two", "three", "four", "five")]
        replies = await asyncio.gather(*sent)
        return [reply.text for (reply,) in replies], model.sizes

    texts, sizes = served(Limits(max_batch=4, window=0.2), use)
    assert texts == ["one", "two", "three", "four", "five"]
    assert sizes == [4, 1]


def test_a_full_queue_refuses_and_says_when_to_come_back():
    async def use(model, batcher):
        first = asyncio.create_task(batcher.submit([job("taken")]))
        await asyncio.sleep(0.05)
        waiting = asyncio.create_task(batcher.submit([job("a"), job("b")]))
        await asyncio.sleep(0.05)
        with pytest.raises(QueueFull) as caught:
            await batcher.submit([job("c")])
        model.gate.set()
        await asyncio.gather(first, waiting)
        return caught.value

    refused = served(Limits(max_batch=1, max_queue=2, window=0), use)
    assert "2 replies are waited for" in str(refused)
    assert refused.retry_after >= 1


def test_who_leaves_takes_the_waiting_jobs_away():
    async def use(model, batcher):
        first = asyncio.create_task(batcher.submit([job("first")]))
        await asyncio.sleep(0.05)
        leaving = asyncio.create_task(batcher.submit([job("a"), job("b")]))
        staying = asyncio.create_task(batcher.submit([job("c")]))
        await asyncio.sleep(0.05)
        leaving.cancel()
        await asyncio.sleep(0)
        model.gate.set()
        await asyncio.gather(first, staying)
        return model.sizes

    assert served(Limits(window=0), use) == [1, 1]


def test_a_model_that_fails_fails_its_batch_and_no_other():
    async def use(model, batcher):
        model.gate.set()
        with pytest.raises(GenerationFailed, match="RuntimeError: no memory") as caught:
            await batcher.submit([job("!"), job("beside it")])
        assert isinstance(caught.value.__cause__, RuntimeError)
        return await batcher.submit([job("after")])

    assert served(Limits(), use)[0].text == "after"


def test_closing_gives_up_what_is_generated_and_what_waits():
    async def use(model, batcher):
        sent = [asyncio.create_task(batcher.submit([job(word)])) for word in ("in hand", "waiting")]
        await asyncio.sleep(0.05)
        await asyncio.to_thread(batcher.close)
        return await asyncio.gather(*sent, return_exceptions=True)

    outcome = served(Limits(max_batch=1, window=0), use)
    assert [type(what) for what in outcome] == [Closed, Closed]
