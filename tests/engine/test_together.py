"""Parts done together give what they give one after another, faults and interruptions too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import duckdb
import pytest
from sqlglot import exp
from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.engine.duckdb import Engine
from trialport.engine.together import Part, together
from trialport.spec import sql


@pytest.fixture(params=[1, 2, 4])
def engine(request: pytest.FixtureRequest) -> Engine:
    return Engine(threads=request.param)


def number(value: int) -> exp.Select:
    return exp.select(sql.alias(exp.Literal.number(value), "n"))


def doubled(name: str) -> exp.Select:
    twice = exp.Mul(this=sql.column("n"), expression=exp.Literal.number(2))
    return exp.select(sql.alias(twice, "n")).from_(sql.table(name))


def making(name: str, query: exp.Select, wait: float = 0) -> Callable[[Engine], int]:
    def do(engine: Engine) -> int:
        time.sleep(wait)
        engine.create(name, query)
        return int(engine.rows(exp.select("n").from_(sql.table(name)))[0][0])

    return do


def failing(code: str, wait: float = 0) -> Callable[[Engine], int]:
    def do(_: Engine) -> int:
        time.sleep(wait)
        raise DataError([Diagnostic(code, Place(), "stopped")])

    return do


def nothing(_: str) -> None:
    """Show no progress."""


def test_a_part_is_done_after_those_it_needs_and_told_in_their_order(engine: Engine) -> None:
    parts = [
        Part("a", (), making("a", number(1), wait=0.05)),
        Part("b", ("a", "raw.x"), making("b", doubled("a"))),
        Part("c", (), making("c", number(7))),
        Part("d", ("b", "c"), making("d", doubled("b"))),
    ]
    assert together(engine, parts, nothing) == [1, 2, 7, 4]
    assert engine.rows(exp.select("n").from_("d")) == [(4,)]


def test_parts_that_do_not_need_each_other_are_done_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=20)
    parts = [Part(name, (), lambda _: both.wait()) for name in "ab"]
    assert sorted(together(Engine(threads=2), parts, nothing)) == [0, 1]


def test_the_fault_of_the_first_part_is_raised_though_a_later_one_came_before_it(
    engine: Engine,
) -> None:
    parts = [
        Part("a", (), making("a", number(1), wait=0.1)),
        Part("b", ("a",), failing("E0001")),
        Part("c", (), failing("E0002")),
        Part("d", (), making("d", number(1))),
    ]
    with pytest.raises(DataError) as stopped:
        together(engine, parts, nothing)
    assert [each.code for each in stopped.value.diagnostics] == ["E0001"]


def test_a_part_that_lacks_memory_beside_others_is_done_again_alone() -> None:
    running, seen = set[str](), list[set[str]]()
    started = threading.Barrier(2, timeout=20)

    def large(_: Engine) -> int:
        running.add("large")
        if not seen:
            seen.append(set(running))
            started.wait()
            running.discard("large")
            message = "no room"
            raise duckdb.OutOfMemoryException(message)
        seen.append(set(running))
        return 1

    def small(_: Engine) -> int:
        running.add("small")
        started.wait()
        time.sleep(0.1)
        running.discard("small")
        return 2

    parts = [
        Part("large", (), large),
        Part("small", (), small),
        Part("needs", ("large",), lambda _: 3),
    ]
    assert together(Engine(threads=2), parts, nothing) == [1, 2, 3]
    assert seen[1] == {"large"}


def test_a_part_that_lacks_memory_alone_too_is_a_fault() -> None:
    tries: list[str] = []

    def large(_: Engine) -> int:
        tries.append("large")
        message = "no room"
        raise duckdb.OutOfMemoryException(message)

    parts = [Part("large", (), large), Part("small", (), lambda _: 2)]
    with pytest.raises(duckdb.OutOfMemoryException):
        together(Engine(threads=2), parts, nothing)
    assert tries == ["large", "large"]


def test_an_interruption_ends_every_part() -> None:
    started, ended = threading.Event(), list[str]()
    endless = sql.call("range", exp.Literal.number(10**13))
    query = exp.select(exp.Count(this=exp.Star())).from_(exp.alias_(endless, "r", table=True))

    def long(engine: Engine) -> int:
        started.set()
        try:
            engine.rows(query)
        finally:
            ended.append("long")
        return 0

    def progress(name: str) -> None:
        if name == "b":
            assert started.wait(20)
            raise KeyboardInterrupt

    parts = [Part("a", (), long), Part("b", (), long)]
    with pytest.raises(KeyboardInterrupt):
        together(Engine(threads=2), parts, progress)
    assert ended == ["long"]
