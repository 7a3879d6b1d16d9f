"""ODM-XML 1.3 and 2.0 clinical data as raw tables: exports of EDC systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from trialport.diagnostics import DataError, Diagnostic, Place, Severity, did_you_mean, row_number
from trialport.read.header import header_faults
from trialport.read.odm_definitions import Definitions
from trialport.read.odm_parts import odm_parts
from trialport.read.odm_records import CONTEXT, RECORDS, UNIT, Key, Record, RecordReader
from trialport.read.texts import Described, RawTexts
from trialport.spec.nodes import ColumnType, RawTable

_CHUNK = 20_000
"""So many records are held as Python values; then they become Arrow arrays."""


def read_odm(path: Path, contracts: Mapping[str, RawTable]) -> dict[str, RawTexts]:
    """Return the raw tables of one ODM file, read once for all of them.

    `sheet` of a contract is the OID of a form or an item group: each of it is a record. A record
    has the items within it, those of groups in it too, and what stands around it: SubjectKey,
    SiteOID, StudyEventOID, FormOID, ItemGroupOID and their repeat keys, where it names them.
    Items are named by their OID, by the part behind its last dot, or by SASFieldName or Name of
    their definition. `IsNull` and an item that is not there are null. In a transactional file later
    transactions change or remove what earlier ones said.

    Raises:
        DataError: E3013 no such form or item group, E3031 to E3035 the file, E3003 names.
    """
    file = next(iter(contracts.values())).file.text
    gathered = _Gathered(file)
    gathered.read(path, {each.sheet for each in contracts.values() if each.sheet})
    faults = [
        each
        for name, contract in contracts.items()
        for each in _sheet_faults(name, contract, gathered)
    ]
    if faults:
        raise DataError(faults)
    return {
        name: gathered.table(contract.sheet or "", contract) for name, contract in contracts.items()
    }


def odm_tables(path: Path, file: str) -> list[str]:
    """Return the OIDs of the forms or item groups of a file that make tables, in their order.

    A form in which no item ever comes twice is one table; of another form each group is one, and
    so on for groups within groups.

    Raises:
        DataError: E3031 to E3033 the file.
    """
    around: dict[str, set[str]] = {}
    repeating: set[str] = set()
    opened: list[tuple[str, set[str]]] = []
    for part in odm_parts(path, file):
        if part.name in RECORDS:
            if part.event == "end":
                opened.pop()
                continue
            oid = part.element.get("FormOID") or part.element.get("ItemGroupOID") or ""
            around.setdefault(oid, set()).update(each for each, _ in opened)
            opened.append((oid, set()))
        elif part.event == "end" and part.name.startswith("ItemData"):
            item = part.element.get("ItemOID", "")
            repeating |= {each for each, items in opened if item in items}
            for _, items in opened:
                items.add(item)
    return [each for each, outer in around.items() if each not in repeating and outer <= repeating]


@dataclass(slots=True)
class _Rows:
    """Records of one form or group: those kept by key, or the arrays that they became."""

    kept: dict[Key, Record] = field(default_factory=dict[Key, Record])
    chunks: list[pa.Table] = field(default_factory=list[pa.Table])
    oids: dict[str, None] = field(default_factory=dict[str, None])
    units: set[str] = field(default_factory=set[str])
    last: tuple[int, int] = (0, 0)


class _Gathered:
    """What is read of a file: definitions, and the records of the forms and groups asked for."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.definitions = Definitions()
        self.rows: dict[str, _Rows] = {}
        self.vendors: set[str] = set()
        self._is_transactional = False

    def read(self, path: Path, wanted: set[str] | None) -> None:
        """Read the file, keeping the records of the forms and groups that are wanted."""
        reader: RecordReader | None = None
        for part in odm_parts(path, self.file):
            if reader is None:
                self._is_transactional = part.element.get("FileType") == "Transactional"
                reader = RecordReader(wanted, self.file, is_transactional=self._is_transactional)
            elif part.event == "end":
                self.definitions.take(part)
            for what, given in reader.take(part):
                if isinstance(given, Record):
                    self._keep(given)
                elif what == "removed":
                    self._remove(given)
        self.vendors = reader.vendors if reader else set()
        for rows in self.rows.values():
            _pack(rows)

    def _keep(self, record: Record) -> None:
        rows = self.rows.setdefault(record.oid, _Rows())
        known = rows.kept.get(record.key)
        if known is not None:
            known.items |= record.items
            known.units |= record.units
            return
        rows.kept[record.key] = record
        if not self._is_transactional and len(rows.kept) >= _CHUNK:
            _pack(rows)

    def _remove(self, key: Key) -> None:
        for rows in self.rows.values():
            for each in [each for each in rows.kept if each[: len(key)] == key]:
                del rows.kept[each]
            for record in rows.kept.values():
                if key[: len(record.key)] == record.key:
                    record.items = {
                        oid: held
                        for oid, held in record.items.items()
                        if held[1][: len(key)] != key
                    }

    def table(self, oid: str, contract: RawTable) -> RawTexts:
        """Return the records of a form or group as a raw table, as the contract names its columns.

        Raises:
            DataError: E3003 two columns that SQL takes for one.
        """
        rows = self.rows.get(oid, _Rows())
        oids = list(dict.fromkeys([*self.definitions.items_of(oid), *rows.oids]))
        stored = pa.concat_tables(rows.chunks, promote_options="default") if rows.chunks else None
        count = stored.num_rows if stored is not None else 0
        names: list[str] = []
        arrays: list[pa.Array | pa.ChunkedArray] = []
        described: dict[str, Described] = {}
        missing = pa.nulls(count, pa.string())
        for column, source, about in self._columns(oids, rows, contract):
            is_there = stored is not None and source in stored.column_names
            is_empty = stored is None or not is_there or stored[source].null_count == count
            if is_empty and column in CONTEXT and not contract.columns:
                continue
            arrays.append(stored[source] if stored is not None and is_there else missing)
            names.append(column)
            if about != Described():
                described[column] = about
        faults = header_faults(names, Place(self.file, record=oid))
        if faults:
            raise DataError(faults)
        table = pa.Table.from_arrays(arrays, names=names)
        lines = pa.array([], pa.int64()) if stored is None else stored["row"].combine_chunks()
        words = None if stored is None else stored["words"]
        notes = (*self._notes(contract), *_disagreements(contract, described))
        return RawTexts(table, lines, notes, described, words)

    def _columns(
        self, oids: Sequence[str], rows: _Rows, contract: RawTable
    ) -> Iterator[tuple[str, str, Described]]:
        """Yield name, source and description of each column."""
        for column in CONTEXT:
            if column in contract.columns or (not contract.columns and column != "StudyOID"):
                yield column, f"context {column}", Described()
        names = self._names(oids, contract)
        for oid in oids:
            yield names[oid], f"item {oid}", self.definitions.described(oid)
            unit = names[oid] + UNIT
            if oid in rows.units and (unit in contract.columns or not contract.columns):
                yield unit, f"unit {oid}", Described()
        given = {*CONTEXT, *names.values(), *(name + UNIT for name in names.values())}
        if not self.definitions.items:
            # Without definitions an item that nobody filled cannot be told from one that is not.
            for column in contract.columns:
                if column not in given:
                    yield column, "", Described()

    def _names(self, oids: Sequence[str], contract: RawTable) -> dict[str, str]:
        """Return the name of the column of each item: as the contract has it, else the shortest."""
        shorts = [each.rpartition(".")[2] for each in oids]
        names: dict[str, str] = {}
        for oid, short in zip(oids, shorts, strict=True):
            others = [short if shorts.count(short) == 1 else "", *self.definitions.other_names(oid)]
            if short == oid:
                # An OID without a dot says less than a name that can stand in an expression.
                others = [each for each in others[1:] if each.isidentifier()] or [oid]
            fitting = [each for each in (oid, *others) if each and each in contract.columns]
            taken = set(names.values())
            free = [each for each in fitting if each not in taken]
            usual = others[0] if others[0] not in taken else ""
            names[oid] = free[0] if free else usual or oid
        return names

    def _notes(self, contract: RawTable) -> list[Diagnostic]:
        if not self.vendors:
            return []
        listed = ", ".join(sorted(self.vendors)[:3])
        more = f" and {len(self.vendors) - 3} more" if len(self.vendors) > 3 else ""
        problem = f"attributes of vendors' own are left out: {listed}{more}"
        return [Diagnostic("E3036", Place(contract.file.text), problem, "", Severity.NOTE)]


def _disagreements(contract: RawTable, described: Mapping[str, Described]) -> Iterator[Diagnostic]:
    """Yield E3037 where a contract and the definitions of the file say different things."""
    for name, column in contract.columns.items():
        told = described.get(name)
        if told is None:
            continue
        place = replace(column.place, column=name)
        if told.type and column.type is not ColumnType.TEXT and told.type != column.type.value:
            problem = f"the contract says {column.type.value}, the file defines it as {told.type}"
            yield Diagnostic("E3037", place, problem, "", Severity.NOTE)
        lacking = [each for each in told.decodes if column.values and each not in column.values]
        if lacking:
            codes = ", ".join(f"'{each}'" for each in lacking[:5])
            problem = f"the codes {codes} of the file are not among the values of the contract"
            yield Diagnostic("E3037", place, problem, "add them, if they may occur", Severity.NOTE)


def _pack(rows: _Rows) -> None:
    """Turn the records kept so far into Arrow arrays."""
    if not rows.kept:
        return
    records = list(rows.kept.values())
    rows.kept = {}
    columns: dict[str, list[str | None]] = {}
    oids = dict.fromkeys(oid for each in records for oid in each.items)
    rows.oids |= oids
    for column in CONTEXT:
        columns[f"context {column}"] = [each.context.get(column) for each in records]
    for oid in oids:
        columns[f"item {oid}"] = [each.items.get(oid, (None,))[0] for each in records]
    for oid in {oid for each in records for oid in each.units}:
        rows.units.add(oid)
        columns[f"unit {oid}"] = [each.units.get(oid) for each in records]
    numbers = pa.array([_row(rows, each.line) for each in records], pa.int64())
    words = pa.array([each.words for each in records], pa.string())
    texts = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    rows.chunks.append(pa.table({"row": numbers, "words": words, **texts}))


def _row(rows: _Rows, line: int) -> int:
    """Return the key of the next record: its line, and which of several on that line it is."""
    before, element = rows.last
    element = element + 1 if line == before else 1
    rows.last = (line, element)
    return row_number(line, element=element if element > 1 else 0)


def _sheet_faults(name: str, contract: RawTable, gathered: _Gathered) -> Iterable[Diagnostic]:
    known = [*gathered.rows, *gathered.definitions.parts]
    if contract.sheet is None:
        problem = f"raw table '{name}' does not say which form or item group it is"
        remedy = "add 'sheet:' with its OID" + _listed(known)
        yield Diagnostic("E3013", contract.place, problem, remedy)
    elif contract.sheet not in known and (known or gathered.definitions.items):
        problem = f"'{contract.file.text}' has no form or item group '{contract.sheet}'"
        yield Diagnostic("E3013", contract.place, problem, did_you_mean(contract.sheet, known))


def _listed(known: Iterable[str]) -> str:
    names = ", ".join(f"'{each}'" for each in list(dict.fromkeys(known))[:5])
    return f", e.g. {names}" if names else ""
