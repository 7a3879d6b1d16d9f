"""Raw files with the same records in another order, byte for byte the same records."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

_ROW = re.compile(r'<row r="(\d+)".*?</row>', re.DOTALL)
_GB18030 = ("labs", "death")


def write_shuffled(source: Path, target: Path, seed: int) -> None:
    """Write a copy of each raw file; headers stay first, and an empty last line stays last."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        shuffle = random.Random(f"{seed} {path.name}").shuffle
        if path.suffix == ".xlsx":
            _shuffle_workbook(path, target / path.name, shuffle)
        else:
            encoding = "gb18030" if path.stem in _GB18030 else "utf-8"
            text = _shuffled_csv(path.read_bytes().decode(encoding), shuffle)
            (target / path.name).write_bytes(text.encode(encoding))


def _shuffled_csv(text: str, shuffle: Callable[[list[str]], None]) -> str:
    header, *records = _records(text)
    filled = [each for each in records if each.strip()]
    empty = [each for each in records if not each.strip()]
    shuffle(filled)
    return "".join([header, *filled, *empty])


def _records(text: str) -> Iterator[str]:
    """Yield the records with their line ends; one goes on while a quotation mark is open."""
    record = ""
    for line in text.splitlines(keepends=True):
        record += line
        if record.count('"') % 2 == 0:
            yield record
            record = ""
    assert not record


def _shuffle_workbook(source: Path, target: Path, shuffle: Callable[[list[str]], None]) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = _shuffled_sheet(content.decode("utf-8"), shuffle).encode("utf-8")
            new.writestr(entry.filename, content, zipfile.ZIP_DEFLATED)


def _shuffled_sheet(xml: str, shuffle: Callable[[list[str]], None]) -> str:
    """Return a sheet with its rows in another order, below the header and numbered anew."""
    rows = [match.group() for match in _ROW.finditer(xml)]
    header, records = rows[0], rows[1:]
    shuffle(records)
    numbered = [_numbered(row, at) for at, row in enumerate(records, start=2)]
    start, end = xml.index(header), xml.index(rows[-1]) + len(rows[-1])
    assert "".join(rows) == xml[start:end]
    return xml[:start] + "".join([header, *numbered]) + xml[end:]


def _numbered(row: str, at: int) -> str:
    row = re.sub(r'<row r="\d+"', f'<row r="{at}"', row, count=1)
    return re.sub(r'<c r="([A-Z]+)\d+"', rf'<c r="\g<1>{at}"', row)
