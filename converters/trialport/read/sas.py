"""SAS files (XPORT and sas7bdat) as text; dates and times are told by their formats."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyreadstat

from trialport.diagnostics import DataError, Diagnostic, Place, did_you_mean
from trialport.read.cells import cell_text
from trialport.read.header import header_faults
from trialport.read.texts import Described, RawTexts, raw_texts
from trialport.spec.nodes import RawTable
from trialport.xport.model import MISSING_SUFFIX
from trialport.xport.reader import StoredMember, read_members

_BY_SEPARATOR = tuple(
    name + separator
    for name in ("DDMMYY", "MMDDYY", "YYMMDD", "MMYY", "YYMM", "YYQ")
    for separator in ("", "B", "C", "D", "N", "P", "S")
)
_DATES = (
    *_BY_SEPARATOR,
    *("DATE", "DAY", "DOWNAME", "E8601DA", "B8601DA", "IS8601DA", "JULDAY", "JULIAN", "MONNAME"),
    *("MONTH", "MONYY", "NLDATE", "QTR", "QTRR", "WEEKDATE", "WEEKDATX", "WEEKDAY", "WORDDATE"),
    *("WORDDATX", "YEAR", "YYMON"),
)
_DATETIMES = (
    *("DATETIME", "DATEAMPM", "DTDATE", "DTMONYY", "DTWKDATX", "DTYEAR", "DTYYQC", "MDYAMPM"),
    *("E8601DT", "E8601DN", "B8601DT", "B8601DN", "IS8601DT", "IS8601DN", "NLDATM", "YMDDTTM"),
)
_TIMES = ("TIME", "TIMEAMPM", "HHMM", "HOUR", "MMSS", "TOD", "E8601TM", "B8601TM", "IS8601TM")
_ZERO = datetime(1960, 1, 1)
_DAY = 86_400


def read_xpt(path: Path, contract: RawTable) -> RawTexts:
    """Return a dataset of a transport file as text; the line of a record is its observation number.

    A special missing value becomes its SAS text (`.A`), which the contract may name as missing. The
    encoding is ASCII unless the contract states another; `sheet` names one of several datasets.

    Raises:
        DataError: E3013 several datasets, E3050 to E3067 the file.
    """
    encoding = contract.encoding.text if contract.encoding else "ascii"
    try:
        member = _chosen(read_members(path, encoding=encoding), contract)
        schema = member.schema(special_missing=True)
        table = pa.Table.from_batches(member.batches(special_missing=True), schema=schema)
    except DataError as error:
        raise DataError(_renamed(each, contract.file.text) for each in error.diagnostics) from None
    names = [variable.name for variable in member.member.variables]
    columns = [
        _column_texts(
            table[variable.name].to_pylist(), _special(table, variable.name), variable.format
        )
        for variable in member.member.variables
    ]
    findings = tuple(_renamed(each, contract.file.text) for each in member.findings)
    labels = [variable.label for variable in member.member.variables]
    return _texts(names, columns, contract, findings, labels)


def member_names(path: Path, file: str) -> list[str]:
    """Return the names of the datasets of a transport file; `file` is what messages call it.

    Raises:
        DataError: E3050 to E3067 the file.
    """
    try:
        return [each.member.name for each in read_members(path, encoding="latin-1")]
    except DataError as error:
        raise DataError(_renamed(each, file) for each in error.diagnostics) from None


def read_sas7bdat(path: Path, contract: RawTable) -> RawTexts:
    """Return a sas7bdat file as text; the line of a record is its observation number.

    The file says its encoding; one that the contract states is used instead.

    Raises:
        DataError: E3012 no such file.
    """
    encoding = contract.encoding.text if contract.encoding else None
    try:
        found, meta = pyreadstat.read_sas7bdat(
            path,
            encoding=encoding,
            user_missing=True,
            disable_datetime_conversion=True,
            output_format="dict",
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
        problem = f"the file cannot be read as sas7bdat ({error})"
        raise DataError([Diagnostic("E3012", Place(contract.file.text), problem)]) from error
    names = list(meta.column_names)
    columns: list[list[str | None]] = []
    for name in names:
        values = list(found[name])
        is_text = meta.readstat_variable_types[name] == "string"
        special = [None if is_text or not isinstance(v, str) else f".{v}" for v in values]
        columns.append(_column_texts(values, special, meta.original_variable_types[name] or ""))
    labels = [each or "" for each in meta.column_labels]
    return _texts(names, columns, contract, (), labels)


def _texts(
    names: list[str],
    columns: list[list[str | None]],
    contract: RawTable,
    findings: tuple[Diagnostic, ...],
    labels: list[str],
) -> RawTexts:
    faults = header_faults(names, Place(contract.file.text))
    if faults:
        raise DataError(faults)
    records = len(columns[0]) if columns else 0
    described = {name: Described(label) for name, label in zip(names, labels, strict=True) if label}
    return raw_texts(names, columns, list(range(1, records + 1)), findings, described)


def _column_texts(
    values: Sequence[object], special: Sequence[str | None], format_: str
) -> list[str | None]:
    text = _reading(format_)
    return [
        (text(value) if isinstance(value, float) else cell_text(value)) if code is None else code
        for value, code in zip(values, special, strict=True)
    ]


def _reading(format_: str) -> Callable[[float], str | None]:
    """Return how a number with this format is read.

    >>> _reading("DATE9.")(0.0), _reading("DATETIME20.")(90.5), _reading("TIME5.")(34200.0)
    ('1960-01-01', '1960-01-01T00:01:30.5', '09:30:00')
    >>> _reading("8.2")(0.0), _reading("DATE9.")(0.5), _reading("E8601DA10")(22409.0)
    ('0', '0.5', '2021-05-09')
    """
    name = format_.upper().partition(".")[0]
    # The width ends the text; the digits of E8601DA do not.
    name = name if name in (*_DATES, *_DATETIMES, *_TIMES) else name.rstrip("0123456789")
    if name in _DATES:
        return _date
    if name in _DATETIMES:
        return _datetime
    return _time if name in _TIMES else cell_text


def _date(days: float) -> str | None:
    if not math.isfinite(days) or days != int(days) or not _is_in_range(days * _DAY):
        return cell_text(days)
    return (_ZERO.date() + timedelta(days=int(days))).isoformat()


def _datetime(seconds: float) -> str | None:
    if not math.isfinite(seconds) or not _is_in_range(seconds):
        return cell_text(seconds)
    return cell_text(_ZERO + timedelta(seconds=seconds))


def _time(seconds: float) -> str | None:
    if not math.isfinite(seconds) or not 0 <= seconds < _DAY:
        return cell_text(seconds)
    return cell_text((_ZERO + timedelta(seconds=seconds)).time())


def _is_in_range(seconds: float) -> bool:
    """Return whether SAS has a date there: from 1582 to 9999.

    Source: SAS 9.4 Language Reference, About SAS Date, Time, and Datetime Values.
    """
    first = (date(1582, 1, 1) - _ZERO.date()).days * _DAY
    last = (date.max - _ZERO.date()).days * _DAY
    return first <= seconds < last + _DAY - 1


def _special(table: pa.Table, name: str) -> list[str | None]:
    codes = name + MISSING_SUFFIX
    return table[codes].to_pylist() if codes in table.column_names else [None] * len(table)


def _chosen(members: tuple[StoredMember, ...], contract: RawTable) -> StoredMember:
    names = [each.member.name for each in members]
    if len(members) == 1 and contract.sheet is None:
        return members[0]
    if contract.sheet in names:
        return members[names.index(contract.sheet)]
    if contract.sheet is None:
        problem = f"'{contract.file.text}' has {len(members)} datasets and none is stated"
        remedy = "add 'sheet:' with one of " + ", ".join(f"'{name}'" for name in names[:5])
    else:
        problem = f"'{contract.file.text}' has no dataset '{contract.sheet}'"
        remedy = did_you_mean(contract.sheet, names)
    raise DataError([Diagnostic("E3013", contract.place, problem, remedy)])


def _renamed(diagnostic: Diagnostic, file: str) -> Diagnostic:
    """Return the diagnostic with the file as the contract names it, not as this machine does."""
    if diagnostic.code == "E3013":
        return diagnostic
    return replace(diagnostic, place=replace(diagnostic.place, file=file))
