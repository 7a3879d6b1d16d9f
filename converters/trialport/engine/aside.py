"""Work aside: in one further thread, on an engine of its own, while the caller goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from trialport.engine.duckdb import Engine
from trialport.engine.switching import end_work, taking_turns

T = TypeVar("T")


@contextmanager
def aside(engine: Engine) -> Generator[Callable[[Callable[[Engine], T]], Future[T]]]:
    """Yield a function that has work done aside, one piece after another, in their order.

    On one thread the work is done at once. A fault of it is raised where its result is asked for,
    and else at the end; no thread goes on working however the block is left. What has not begun
    yet may be cancelled, to do it in the block.
    """
    if engine.threads == 1:
        yield lambda work: _done(work, engine)
        return
    other = engine.beside()
    given: list[Future[T]] = []
    pool = ThreadPoolExecutor(1)

    def give(work: Callable[[Engine], T]) -> Future[T]:
        given.append(pool.submit(work, other))
        return given[-1]

    try:
        with taking_turns():
            yield give
            wait(given)
        for each in given:
            if not each.cancelled():
                each.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        end_work([each for each in given if not each.cancelled()], [other])
        other.close()


def _done(work: Callable[[Engine], T], engine: Engine) -> Future[T]:
    future: Future[T] = Future()
    future.set_result(work(engine))
    return future
