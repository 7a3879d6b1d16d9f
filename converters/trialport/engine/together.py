"""Parts of the work that need one another: what can be is done together, with the same result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from trialport.engine.duckdb import Engine, lacks_memory
from trialport.engine.switching import end_work, taking_turns

MOST_TOGETHER = 4
"""How many parts are done at once at most: each takes memory, and a large one uses all threads."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One part of the work.

    Attributes:
        name: its name, which progress shows.
        needs: names of parts before it that must be done first; names of no part count for nothing.
        do: does it on an engine over the same tables, perhaps twice, and returns what it found.
    """

    name: str
    needs: tuple[str, ...]
    do: Callable[[Engine], T]


def together(engine: Engine, parts: Sequence[Part[T]], progress: Callable[[str], None]) -> list[T]:
    """Do the parts, and return what each found, in the order of the parts.

    On one thread they are done in this order. On more, parts that need none of those still to come
    are done at the same time, up to `MOST_TOGETHER`, those first that the longest row of others
    waits for; one that then lacks memory is done again alone. Of several faults the one of the
    first part is raised, as on one thread.
    """
    workers = min(engine.threads, MOST_TOGETHER, len(parts))
    if workers > 1:
        with taking_turns():
            return _Threads(engine, parts, progress, workers).run()
    found: list[T] = []
    for part in parts:
        progress(part.name)
        found.append(part.do(engine))
    return found


class _Threads(Generic[T]):
    """Parts in threads: which wait, which run, and what came of the others."""

    def __init__(
        self,
        engine: Engine,
        parts: Sequence[Part[T]],
        progress: Callable[[str], None],
        workers: int,
    ) -> None:
        self.parts, self.progress = parts, progress
        self.engines = [engine.beside() for _ in range(workers)]
        self.free = list(self.engines)
        self.pool = ThreadPoolExecutor(workers)
        self.waiting = _most_waited_for_first(parts)
        self.running: dict[Future[T], tuple[int, Engine]] = {}
        self.found: dict[int, T] = {}
        self.short: list[int] = []
        self.alone: set[int] = set()
        self.failed: dict[int, BaseException] = {}

    def run(self) -> list[T]:
        """Do all parts; however this is left, no thread goes on working."""
        try:
            self._start()
            while self.running:
                for done in wait(self.running, return_when=FIRST_COMPLETED).done:
                    self._end(done)
                self._start()
        finally:
            end_work(self.running, self.engines)
            self.pool.shutdown()
            for each in self.engines:
                each.close()
        if self.failed:
            raise self.failed[min(self.failed)]
        return [self.found[place] for place in range(len(self.parts))]

    def _start(self) -> None:
        """Start what can be done now; what lacked memory is done when nothing else runs."""
        if self.short:
            if not self.running:
                self.alone.add(self.short[0])
                self._submit(self.short.pop(0))
            return
        # What comes after a fault would not be done on one thread either.
        last = min(self.failed, default=len(self.parts))
        undone = {each.name for place, each in enumerate(self.parts) if place not in self.found}
        for place in list(self.waiting):
            if self.free and place < last and undone.isdisjoint(self.parts[place].needs):
                self.waiting.remove(place)
                self._submit(place)

    def _submit(self, place: int) -> None:
        part, engine = self.parts[place], self.free.pop()
        self.progress(part.name)
        self.running[self.pool.submit(part.do, engine)] = (place, engine)

    def _end(self, done: Future[T]) -> None:
        place, engine = self.running.pop(done)
        self.free.append(engine)
        fault = done.exception()
        if fault is None:
            self.found[place] = done.result()
        elif lacks_memory(fault) and place not in self.alone:
            self.short.append(place)
        else:
            self.failed[place] = fault


def _most_waited_for_first(parts: Sequence[Part[T]]) -> list[int]:
    """Return the places of the parts by the longest row of parts that wait for each.

    >>> needs = {"a": (), "b": (), "c": ("b",), "d": ("c", "a")}
    >>> parts = [Part(name, needed, lambda engine: 0) for name, needed in needs.items()]
    >>> [parts[place].name for place in _most_waited_for_first(parts)]
    ['b', 'a', 'c', 'd']
    """
    rows: dict[str, int] = {}
    for part in reversed(parts):
        row = rows.setdefault(part.name, 0)
        for each in part.needs:
            rows[each] = max(rows.get(each, 0), row + 1)
    return sorted(range(len(parts)), key=lambda place: (-rows[parts[place].name], place))
