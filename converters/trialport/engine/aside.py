"""Work aside: in one further thread, on an engine of its own, while the caller goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Generic, TypeVar

from trialport.engine.duckdb import Engine, lacks_memory
from trialport.engine.switching import end_work, taking_turns

T = TypeVar("T")


class Piece(Generic[T]):
    """One piece of work: done aside, or again by whoever asks where memory did not suffice."""

    def __init__(self, work: Callable[[Engine], T], alone: Engine, future: Future[T]) -> None:
        self._work, self._alone, self._future = work, alone, future

    @property
    def future(self) -> Future[T]:
        """What waits for the work aside."""
        return self._future

    def cancel(self) -> bool:
        """Take the work back, if it has not begun; return whether it is taken back."""
        return self._future.cancel()

    def result(self) -> T:
        """Return what the work returned; a fault of it is raised.

        Work that lacked memory beside the caller's is done again, now that the caller waits for it.
        """
        try:
            return self._future.result()
        except Exception as error:
            if not lacks_memory(error):
                raise
        self._future = _finished(self._work(self._alone))
        return self._future.result()


@contextmanager
def aside(engine: Engine) -> Generator[Callable[[Callable[[Engine], T]], Piece[T]]]:
    """Yield a function that has work done aside, one piece after another, in their order.

    On one thread the work is done at once. A fault of it is raised where its result is asked for,
    and else at the end; no thread goes on working however the block is left. What has not begun
    yet may be cancelled, to do it in the block.
    """
    if engine.threads == 1:
        yield lambda work: Piece(work, engine, _finished(work(engine)))
        return
    other = engine.beside()
    given: list[Piece[T]] = []
    pool = ThreadPoolExecutor(1)

    def give(work: Callable[[Engine], T]) -> Piece[T]:
        given.append(Piece(work, engine, pool.submit(work, other)))
        return given[-1]

    try:
        with taking_turns():
            yield give
            wait([each.future for each in given])
        for each in given:
            if not each.future.cancelled():
                each.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        begun = [each.future for each in given if not each.future.cancelled()]
        end_work(begun, [other])
        other.close()


def _finished(result: T) -> Future[T]:
    future: Future[T] = Future()
    future.set_result(result)
    return future
