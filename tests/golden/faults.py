"""Faults put into the converted sample, and which rule finds each.

    python tests/golden/faults.py out/msc_gvhd     writes data/faults.csv again

Two hundred faults, ten of each class of `data/fault_classes.yaml`, are drawn by a seed. They are
put into copies of the datasets in batches, each fault into the records of a subject of its own; a
finding that was not there before belongs to the fault of its subject or, where it is about a value
and no record, to the fault that brought this value in.
"""

from __future__ import annotations

import csv
import random
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml
from trialport.metadata import DatasetMetadata
from trialport.rules.folder import LoadedFolder, judged_folder
from trialport.rules.rule import Finding
from trialport.rules.run import run_rules, standards_for
from trialport.rules.shipped import shipped_rules

DATA = Path(__file__).parent / "data"
COLUMNS = ("number", "class", "dataset", "subject", "variable", "old", "new", "rules")
SEED, EACH, AT_ONCE = 22292, 10, 5
_FLAGS = ("ITTFL", "FASFL", "SAFFL", "PPROTFL", "RANDFL")
_OTHER_ARM = {
    "UC-MSC + Regular Prophylaxis": "Regular Prophylaxis",
    "Regular Prophylaxis": "UC-MSC + Regular Prophylaxis",
}


@dataclass(frozen=True)
class Fault:
    """One fault: what was in a variable of a record of a subject, and what is now."""

    number: int
    kind: str
    dataset: str
    subject: str
    variable: str
    old: str
    new: str
    beside: str = ""


def classes() -> list[str]:
    return list(yaml.safe_load((DATA / "fault_classes.yaml").read_text(encoding="utf-8")))


def detected(folder: Path, batches: Sequence[int]) -> list[tuple[Fault, list[str]]]:
    """Return the faults of the batches, each with the codes of the rules that find it."""
    with judged_folder(folder) as (loaded, connection):
        before = {_key(each) for each in _findings(loaded, connection)}
    found: list[tuple[Fault, list[str]]] = []
    for batch in batches:
        with judged_folder(folder) as (loaded, connection):
            faults = list(_put_in(connection, loaded.datasets, batch))
            new = [e for e in _findings(loaded, connection) if _key(e) not in before]
            found += [(each, sorted({f.code for f in new if _is_of(f, each)})) for each in faults]
    return found


def _findings(loaded: LoadedFolder, connection: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    standards = standards_for(loaded.datasets)
    return run_rules(loaded.datasets, connection, shipped_rules(), standards=standards).findings


def _key(finding: Finding) -> tuple[object, ...]:
    value, record = finding.value, finding.record
    return finding.code, finding.dataset, record, finding.variable, value, finding.message


def _is_of(finding: Finding, fault: Fault) -> bool:
    subject = dict(finding.record).get("USUBJID")
    if subject is not None:
        return subject.removesuffix("X") == fault.subject
    told = {fault.old, fault.new, fault.beside} - {""}
    return finding.dataset == fault.dataset and finding.value in told


# --- drawing and putting in ---


def _put_in(
    connection: duckdb.DuckDBPyConnection, datasets: Sequence[DatasetMetadata], batch: int
) -> Iterator[Fault]:
    """Put some faults of each class into the tables, and yield them."""
    query = "SELECT USUBJID FROM ADSL WHERE FASFL = 'Y' ORDER BY 1"
    subjects = [str(row[0]) for row in connection.execute(query).fetchall()]
    kinds = classes()
    for kind in kinds:
        for turn in range(AT_ONCE):
            number = kinds.index(kind) * EACH + batch * AT_ONCE + turn + 1
            maker = _Maker(connection, datasets, number)
            while True:
                subject = maker.one_of(subjects)
                fault = maker.made(kind, subject)
                if fault is not None:
                    subjects.remove(subject)
                    yield fault
                    break


class _Maker:
    """Makes one fault; the same number gives the same fault in every version of Python."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        datasets: Sequence[DatasetMetadata],
        number: int,
    ) -> None:
        self._random = random.Random(zlib.crc32(f"{SEED}/{number}".encode()))
        self._connection, self._datasets, self._number = connection, datasets, number

    def made(self, kind: str, subject: str) -> Fault | None:
        """Put a fault of a class into the records of a subject; None where it has no place."""
        made = getattr(self, f"_{kind.lower().replace('-', '_')}")(subject)
        if made is None:
            return None
        dataset, variable, old, new, *beside = made
        texts = ("" if each is None else str(each) for each in (old, new))
        return Fault(self._number, kind, dataset, subject, variable, *texts, *beside)

    def one_of(self, items: Sequence[str]) -> str:
        return items[int(self._random.random() * len(items))]

    # Each returns dataset, variable, what was there, what is there now.

    def _duplicate(self, subject: str) -> tuple[object, ...] | None:
        name = self.one_of(self._with("USUBJID"))
        row = self._row(name, subject)
        if row is None:
            return None
        query = f'INSERT INTO "{name}" SELECT * FROM "{name}" WHERE rowid = ?'
        self._connection.execute(query, [row])
        return name, "", "", ""

    def _no_adsl(self, subject: str) -> tuple[object, ...]:
        self._connection.execute("DELETE FROM ADSL WHERE USUBJID = ?", [subject])
        return "ADSL", "", "", ""

    def _no_dm(self, subject: str) -> tuple[object, ...]:
        self._connection.execute("DELETE FROM DM WHERE USUBJID = ?", [subject])
        return "DM", "", "", ""

    def _required(self, subject: str) -> tuple[object, ...] | None:
        places = [
            (each.name, var.name)
            for each in self._datasets
            if each.group == "sdtm" and each.variable("USUBJID")
            for var in each.variables
            if var.core == "Req" and var.name != "USUBJID"
        ]
        return self._changed(*self._place(places), subject, None)

    def _term(self, subject: str) -> tuple[object, ...] | None:
        places = [
            (each.name, var.name)
            for each in self._datasets
            if each.variable("USUBJID")
            for var in each.variables
            if var.codelists and var.type == "Char"
        ]
        name, variable = self._place(places)
        return self._changed(name, variable, subject, f"ZZ{self._number}", filled=True)

    def _date(self, subject: str) -> tuple[object, ...] | None:
        places = [
            (each.name, var.name)
            for each in self._datasets
            if each.group == "sdtm" and each.variable("USUBJID")
            for var in each.variables
            if var.name.endswith("DTC")
        ]
        new = self.one_of(["2021-02-30", "2021/05/09", "09MAY2021", "2021-5-9", "2021-13"])
        return self._changed(*self._place(places), subject, new, filled=True)

    def _interval(self, subject: str) -> tuple[object, ...] | None:
        name = self.one_of(["AE", "CM", "EX"])
        return self._changed(name, f"{name}ENDTC", subject, "2015-01-01", filled=True)

    def _study_day(self, subject: str) -> tuple[object, ...] | None:
        places = [
            (each.name, var.name)
            for each in self._datasets
            if each.group == "sdtm" and each.variable("USUBJID")
            for var in each.variables
            if var.name in {f"{each.name}{end}" for end in ("DY", "STDY", "ENDY")}
        ]
        return self._added(*self._place(places), subject, 1)

    def _subject(self, subject: str) -> tuple[object, ...] | None:
        name = self.one_of([each for each in self._with("USUBJID") if each != "DM"])
        return self._changed(name, "USUBJID", subject, f"{subject}X")

    def _qualifier(self, subject: str) -> tuple[object, ...] | None:
        name = self.one_of([n for n in self._with("IDVARVAL") if n.startswith("SUPP")])
        return self._changed(name, "IDVARVAL", subject, "9999", filled=True)

    def _sequence(self, subject: str) -> tuple[object, ...] | None:
        name = self.one_of([n for n in self._with("USUBJID") if n in self._with(f"{n[:2]}SEQ")])
        variable = f"{name[:2]}SEQ"
        row = self._row(name, subject)
        query = f'SELECT "{variable}" FROM "{name}" WHERE USUBJID = ? AND rowid <> ? ORDER BY rowid'
        others = self._connection.execute(query, [subject, row]).fetchall() if row else []
        if row is None or not others:
            return None
        return self._set(name, variable, row, others[0][0])

    def _population(self, subject: str) -> tuple[object, ...] | None:
        variable = self.one_of(_FLAGS)
        old = self._value("ADSL", variable, subject)
        return self._changed("ADSL", variable, subject, "N" if old == "Y" else "Y")

    def _treatment(self, subject: str) -> tuple[object, ...] | None:
        variable = self.one_of(["TRTP", "TRTA"])
        name = self.one_of(self._with(variable))
        old = self._value(name, variable, subject)
        return self._changed(name, variable, subject, _OTHER_ARM.get(str(old), "")) if old else None

    def _aval(self, subject: str) -> tuple[object, ...] | None:
        return self._added("ADTTE", "AVAL", subject, 7)

    def _cnsr(self, subject: str) -> tuple[object, ...] | None:
        row = self._row("ADTTE", subject)
        if row is None:
            return None
        query = "SELECT CNSR FROM ADTTE WHERE rowid = ?"
        (old,) = self._connection.execute(query, [row]).fetchall()[0]
        return self._set("ADTTE", "CNSR", row, 0 if old else 1)

    def _adt(self, subject: str) -> tuple[object, ...] | None:
        row = self._row("ADTTE", subject)
        if row is None:
            return None
        query = "UPDATE ADTTE SET ADT = ADT + 10, AVAL = AVAL + 10 WHERE rowid = ? RETURNING ADT"
        (new,) = self._connection.execute(query, [row]).fetchall()[0]
        return "ADTTE", "ADT", "", new

    def _srcseq(self, subject: str) -> tuple[object, ...] | None:
        return self._added("ADTTE", "SRCSEQ", subject, 1)

    def _baseline(self, subject: str) -> tuple[object, ...] | None:
        return self._added("ADLB", self.one_of(["BASE", "CHG"]), subject, 1)

    def _death(self, subject: str) -> tuple[object, ...] | None:
        dead = self._value("DM", "DTHFL", subject) == "Y"
        if not dead:
            return None
        if self.one_of(["DM", "ADSL"]) == "DM":
            return self._changed("DM", "DTHFL", subject, None)
        query = "UPDATE ADSL SET DTHDT = DTHDT + 5 WHERE USUBJID = ? RETURNING DTHDT"
        (new,) = self._connection.execute(query, [subject]).fetchall()[0]
        return "ADSL", "DTHDT", "", new

    def _test(self, subject: str) -> tuple[object, ...] | None:
        name = self.one_of(["LB", "RS", "SC", "MB", "DD"])
        row = self._row(name, subject)
        if row is None:
            return None
        query = f'SELECT {name}TEST, {name}TESTCD FROM "{name}" WHERE rowid = ?'
        (old, code) = self._connection.execute(query, [row]).fetchall()[0]
        query = f'SELECT DISTINCT {name}TEST FROM "{name}" WHERE {name}TEST <> ? ORDER BY 1'
        others = [str(each[0]) for each in self._connection.execute(query, [old]).fetchall()]
        return *self._set(name, f"{name}TEST", row, self.one_of(others)), str(code)

    # Records and cells.

    def _with(self, variable: str) -> list[str]:
        return [each.name for each in self._datasets if each.variable(variable)]

    def _place(self, places: Sequence[tuple[str, str]]) -> tuple[str, str]:
        name = self.one_of(list(dict.fromkeys(each for each, _ in places)))
        return name, self.one_of([variable for each, variable in places if each == name])

    def _row(self, name: str, subject: str, filled: str = "") -> int | None:
        where = f' AND "{filled}" IS NOT NULL' if filled else ""
        query = f'SELECT rowid FROM "{name}" WHERE USUBJID = ?{where} ORDER BY rowid'
        rows = [str(row[0]) for row in self._connection.execute(query, [subject]).fetchall()]
        return int(self.one_of(rows)) if rows else None

    def _value(self, name: str, variable: str, subject: str) -> object:
        query = f'SELECT "{variable}" FROM "{name}" WHERE USUBJID = ? ORDER BY rowid LIMIT 1'
        rows = self._connection.execute(query, [subject]).fetchall()
        return rows[0][0] if rows else None

    def _changed(
        self, name: str, variable: str, subject: str, new: object, *, filled: bool = False
    ) -> tuple[object, ...] | None:
        row = self._row(name, subject, variable if filled or new is None else "")
        return None if row is None else self._set(name, variable, row, new)

    def _added(
        self, name: str, variable: str, subject: str, more: int
    ) -> tuple[object, ...] | None:
        row = self._row(name, subject, variable)
        if row is None:
            return None
        query = f'SELECT "{variable}" FROM "{name}" WHERE rowid = ?'
        (old,) = self._connection.execute(query, [row]).fetchall()[0]
        return self._set(name, variable, row, old + more)

    def _set(self, name: str, variable: str, row: int, new: object) -> tuple[object, ...]:
        query = f'SELECT "{variable}" FROM "{name}" WHERE rowid = ?'
        (old,) = self._connection.execute(query, [row]).fetchall()[0]
        self._connection.execute(
            f'UPDATE "{name}" SET "{variable}" = ? WHERE rowid = ?', [new, row]
        )
        return name, variable, old, new


def rows(found: Sequence[tuple[Fault, list[str]]]) -> list[dict[str, str]]:
    """Return the rows of the table, by number."""
    return [_row(fault, codes) for fault, codes in sorted(found, key=lambda each: each[0].number)]


def _row(fault: Fault, codes: Sequence[str]) -> dict[str, str]:
    what = (fault.kind, fault.dataset, fault.subject, fault.variable, fault.old, fault.new)
    return dict(zip(COLUMNS, (str(fault.number), *what, " ".join(codes)), strict=True))


def main(folder: Path) -> None:
    """Write the table of all faults."""
    found = rows(detected(folder, range(EACH // AT_ONCE)))
    with (DATA / "faults.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(list(each.values()) for each in found)
    missed = [each for each in found if not each["rules"]]
    sys.stdout.write(f"{len(found) - len(missed)} of {len(found)} faults found\n")
    for each in missed:
        sys.stdout.write(f"missed: {each}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
