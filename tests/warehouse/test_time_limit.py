"""Work that takes too long is interrupted once, whatever came before it; work that ends in time never is."""

import threading
import time

from warehouse.time_limit import TimeLimit


def test_long_work_is_interrupted_after_any_number_of_short_pieces() -> None:
    limit, calls, stopped = TimeLimit(0.2), [], threading.Event()
    for piece in range(20):
        with limit.on(lambda piece=piece: calls.append(piece)):
            pass
    with limit.on(stopped.set):
        assert stopped.wait(60)
    with limit.on(lambda: calls.append("last")):
        pass
    time.sleep(0.5)  # past every deadline
    limit.close()
    assert calls == []


def test_each_of_several_long_pieces_is_interrupted_once() -> None:
    limit, calls = TimeLimit(0.05), []
    for piece in range(3):
        stopped = threading.Event()
        with limit.on(lambda piece=piece, stopped=stopped: (calls.append(piece), stopped.set())):
            assert stopped.wait(60)
            time.sleep(0.2)
    limit.close()
    assert calls == [0, 1, 2]


def test_a_limit_that_was_never_used_can_be_closed() -> None:
    before = threading.active_count()
    TimeLimit(1).close()
    limit = TimeLimit(100)
    for _ in range(3):
        with limit.on(lambda: None):
            assert threading.active_count() == before + 1
    limit.close()
    assert threading.active_count() == before
