import pytest

from serving.circuit import Circuit, RetryOptions, retry_after, wait_before
from serving.pacing import Pacing, PacingOptions


def test_the_limit_rises_by_one_in_a_round_and_halves_once_per_round():
    pacing = Pacing(PacingOptions(start=4, most=64))
    for _ in range(4):
        pacing.replied(sent=0.0, now=1.0, tokens=10)
    # 4 + 1/4 + 1/4.25 + 1/4.485 + 1/4.708 = 4.92
    assert pacing.limit == pytest.approx(4.92, abs=0.01)
    pacing.overloaded(sent=2.0, now=3.0)
    assert pacing.limit == pytest.approx(2.46, abs=0.01)
    # Sent before the cut: says nothing of the new limit.
    pacing.overloaded(sent=2.5, now=3.5)
    assert pacing.limit == pytest.approx(2.46, abs=0.01)
    pacing.overloaded(sent=3.1, now=4.0)
    assert pacing.limit == pytest.approx(1.23, abs=0.01)


def test_the_limit_stays_within_its_bounds():
    pacing = Pacing(PacingOptions(start=2, least=2, most=3))
    for second in range(100):
        pacing.replied(sent=second, now=second + 1, tokens=10)
    assert pacing.slots == 3
    for second in range(100, 110):
        pacing.overloaded(sent=second, now=second)
    assert pacing.slots == 2


def test_rising_latency_is_a_sign_of_overload_and_long_replies_are_not():
    pacing = Pacing(PacingOptions(start=16, slow=3))
    for second in range(20):
        pacing.replied(sent=second, now=second + 1, tokens=84)
    before = pacing.limit
    # Ten times as many tokens in ten times the time is the same pace: 10 s / (984 + 16) = 1 s / (84 + 16).
    pacing.replied(sent=100, now=110, tokens=984)
    assert pacing.limit > before
    for second in range(200, 210):
        pacing.replied(sent=second, now=second + 10, tokens=84)
    assert pacing.limit < before


def test_waits_double_up_to_a_bound_with_full_jitter_and_add_what_the_server_asks_for():
    options = RetryOptions(first_wait=0.5, longest_wait=4)
    assert [wait_before(n, options, 1.0, None) for n in (1, 2, 3, 4, 5)] == [0.5, 1, 2, 4, 4]
    assert wait_before(3, options, 0.25, None) == 0.5
    assert wait_before(1, options, 0.0, 7.0) == 7.0


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("", None), ("soon", None), ("Thu, 01 Jan 1970 00:01:40 GMT", 40.0),
     ("Thu, 01 Jan 1970 00:00:10 GMT", 0.0)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(said, seconds):
    assert retry_after({"retry-after": said}, now=60.0) == seconds


def test_a_circuit_opens_after_silence_and_any_answer_closes_it():
    circuit = Circuit("http://there", RetryOptions(dead_after=3, patience=10))
    for second in (0.0, 1.0, 2.0):
        circuit.unanswered("ConnectError", second)
    assert not circuit.open(5.0)
    assert circuit.open(10.0)
    assert "3 requests in a row (last: ConnectError)" in circuit.message
    circuit.answered()
    assert not circuit.open(100.0)
    circuit.barred = "refuses the key (401)"
    assert circuit.open(0.0)
