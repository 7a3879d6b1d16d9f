"""Work aside gives what it gives at once, and ends with what it stands beside."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import duckdb
import pytest
from sqlglot import exp
from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.engine.aside import Piece, aside
from trialport.engine.duckdb import Engine
from trialport.spec import sql

NUMBER = exp.select(sql.alias(exp.Literal.number(7), "n"))
NUMBERS = sql.call("range", exp.Literal.number(10**13))
ENDLESS = exp.select(exp.Star()).from_(exp.alias_(NUMBERS, "r", table=True))


@pytest.fixture(params=[1, 2])
def engine(request: pytest.FixtureRequest) -> Engine:
    return Engine(threads=request.param)


def stopped(_: Engine) -> int:
    raise DataError([Diagnostic("E0001", Place(), "stopped")])


def test_pieces_are_done_in_their_order_over_the_same_tables(engine: Engine) -> None:
    with aside(engine) as give:
        made = give(lambda other: other.create("t", NUMBER))
        read = give(lambda other: other.rows(exp.select("n").from_("t")))
        made.result()
        assert engine.rows(exp.select("n").from_("t")) == [(7,)]
    assert read.result() == [(7,)]


def test_a_fault_that_nobody_asks_for_is_raised_at_the_end(engine: Engine) -> None:
    with pytest.raises(DataError, match="stopped"), aside(engine) as give:
        give(stopped)


def test_it_is_done_beside_the_block_on_two_threads() -> None:
    both = threading.Barrier(2, timeout=20)
    with aside(Engine(threads=2)) as give:
        give(lambda _: both.wait())
        both.wait()


def test_work_that_reads_batches_ends_when_the_block_is_interrupted() -> None:
    started, ended = threading.Event(), list[type[BaseException]]()
    usual = sys.getswitchinterval()

    def endless(engine: Engine) -> None:
        try:
            for _ in engine.batches(ENDLESS):
                started.set()
        except duckdb.Error as error:
            ended.append(type(error))

    def interrupted() -> None:
        with aside(Engine(threads=2)) as give:
            give(endless)
            assert started.wait(20)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert ended == [duckdb.InterruptException]
    assert sys.getswitchinterval() == usual


def test_a_fault_of_the_block_ends_what_waits_behind_what_runs() -> None:
    begun = threading.Event()
    given: list[Piece[int]] = []

    def run(engine: Engine) -> int:
        begun.set()
        return len(engine.rows(ENDLESS))

    with pytest.raises(KeyError), aside(Engine(threads=2)) as give:
        given += [give(run), give(run)]
        assert begun.wait(10)
        raise KeyError
    assert [each.future.cancelled() for each in given] == [False, True]


def test_what_has_not_begun_can_be_taken_back() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waits(_: Engine) -> bool:
        begun.set()
        return go_on.wait(20)

    with aside(Engine(threads=2)) as give:
        running, waiting = give(waits), give(lambda _: False)
        assert begun.wait(20)
        assert (running.cancel(), waiting.cancel()) == (False, True)
        go_on.set()
    assert running.result()


def without_memory(tries: list[Engine], enough: int) -> Callable[[Engine], int]:
    """Return work that has the memory it needs when it is tried for so many times."""

    def large(engine: Engine) -> int:
        tries.append(engine)
        if len(tries) < enough:
            message = "no room"
            raise duckdb.OutOfMemoryException(message)
        return 7

    return large


@pytest.mark.parametrize("is_asked", [True, False])
def test_work_that_lacks_memory_beside_the_block_is_done_again_alone(*, is_asked: bool) -> None:
    engine, tries = Engine(threads=2), list[Engine]()
    with aside(engine) as give:
        piece = give(without_memory(tries, 2))
        if is_asked:
            assert piece.result() == 7
    assert piece.result() == 7
    assert len(tries) == 2
    assert tries[0] is not engine
    assert tries[1] is engine


def test_work_that_lacks_memory_alone_too_is_a_fault() -> None:
    tries = list[Engine]()
    with pytest.raises(duckdb.OutOfMemoryException), aside(Engine(threads=2)) as give:
        give(without_memory(tries, 9))
    assert len(tries) == 2


def test_on_one_thread_nothing_can_be_taken_back_for_it_is_done() -> None:
    with aside(Engine(threads=1)) as give:
        done = give(lambda _: True)
        assert not done.cancel()
    assert done.result()
