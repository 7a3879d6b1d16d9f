"""The ways in which real exports spoil a regular cell.

Each returns the raw cell and the text that a converter must read it as; the text is empty where
the cell must be read as missing, or be reported.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from .delivery import PLAIN, cell_text, excel_serial
from .random_stream import Stream
from .rows import Cell

Spoiled = tuple[Cell, str]
Spoil = Callable[[Cell, Stream], Spoiled]
_FULL_WIDTH = str.maketrans("0123456789./-:;", "０１２３４５６７８９．／－：；")
_ROMAN = {"I": "Ⅰ", "II": "Ⅱ", "III": "Ⅲ", "IV": "Ⅳ"}
_DEGREES = {"I": "1度", "II": "2度", "III": "3度", "IV": "4度"}
_UNITS = {"10^9/L": ("×10⁹/L", "10*9/L", "G/L"), "umol/L": ("μmol/L", "µmol/L")}


def partial_date(*styles: str) -> Spoil:
    """Leave out the day (`month`, `unknown day`), or the day and the month (`year`), of a date."""

    def spoil(cell: Cell, stream: Stream) -> Spoiled:
        if isinstance(cell, str):  # the date of death that was never known to the day
            return cell, cell
        month = f"{_day(cell):%Y-%m}"
        raws = {"month": month, "unknown day": f"{month}-UK", "year": month[:4]}
        raw = raws[stream.choice(styles)]
        return raw, raw.removesuffix("-UK")

    return spoil


def slash_date(cell: Cell, _: Stream) -> Spoiled:
    """Write 2021-05-09 as 2021/5/9."""
    day = _day(cell)
    return f"{day.year}/{day.month}/{day.day}", day.isoformat()


def hanzi_date(cell: Cell, _: Stream) -> Spoiled:
    """Write 2021-05-09 as 2021年5月9日."""
    day = _day(cell)
    return f"{day.year}年{day.month}月{day.day}日", day.isoformat()


def text_date(cell: Cell, _: Stream) -> Spoiled:
    """Write a date of a workbook as text."""
    return _day(cell).isoformat(), _day(cell).isoformat()


def serial_date(cell: Cell, _: Stream) -> Spoiled:
    """Write a date as the day number of a spreadsheet."""
    return str(excel_serial(_day(cell))), _day(cell).isoformat()


def serial_datetime(cell: Cell, _: Stream) -> Spoiled:
    """Write a date and time as the day number of a spreadsheet with its fraction."""
    if not isinstance(cell, datetime):
        raise TypeError(cell)
    number = excel_serial(cell.date()) + (cell.hour * 60 + cell.minute) / 1440
    return f"{number:.6f}".rstrip("0").rstrip("."), f"{cell:%Y-%m-%d %H:%M:%S}"


def serial_time(cell: Cell, _: Stream) -> Spoiled:
    """Write a time as the fraction of a day."""
    hours, minutes = str(cell).split(":")
    return round((int(hours) * 60 + int(minutes)) / 1440, 6), str(cell)


def february_30(cell: Cell, _: Stream) -> Spoiled:
    """Write a day that no calendar has."""
    return f"{_day(cell):%Y}-02-30", ""


def sixty_days_earlier(cell: Cell, _: Stream) -> Spoiled:
    """Move a date back, so that an end comes before its start."""
    return _day(cell) - timedelta(days=60), ""


def missing_code(*codes: str) -> Spoil:
    """Write one of the codes that mean that there is nothing."""
    return lambda _cell, stream: (stream.choice(codes), "")


def other_code(texts: dict[str, str]) -> Spoil:
    """Write a code by its meaning, or in another language."""
    return lambda cell, _stream: (texts[str(cell)], str(cell))


def other_grade(cell: Cell, stream: Stream) -> Spoiled:
    """Write a grade as one Roman letter of Unicode, or as degrees."""
    return stream.choice((_ROMAN, _ROMAN, _DEGREES))[str(cell)], str(cell)


def other_unit(cell: Cell, stream: Stream) -> Spoiled:
    """Write a unit in another spelling."""
    return stream.choice(_UNITS[str(cell)]), str(cell)


def excel_made_a_date(cell: Cell, _: Stream) -> Spoiled:
    """Write 5/10 as the spreadsheet that took it for the tenth of May."""
    matched, of = str(cell).split("/")
    return f"{matched}月{of}日", str(cell)


def full_width(cell: Cell, _: Stream) -> Spoiled:
    """Write digits and marks in the width of Chinese characters."""
    return _text(cell).translate(_FULL_WIDTH), _text(cell)


def written(pattern: str) -> Spoil:
    """Write the cell into a pattern, e.g. ``{}%``."""
    return lambda cell, _stream: (pattern.format(_text(cell)), _text(cell))


def thousands(cell: Cell, _: Stream) -> Spoiled:
    """Write a number as text with commas."""
    return f"{int(str(cell)):,}", str(cell)


def two_lines(cell: Cell, _: Stream) -> Spoiled:
    """Break a text after its first comma; it is read with a blank for the line break."""
    first, second = str(cell).split("，", 1)
    return f"{first}，\n{second}", f"{first}， {second}"


def final_line_break(cell: Cell, _: Stream) -> Spoiled:
    """Put a line break after a text."""
    return f"{cell}\n", str(cell)


def quoted(cell: Cell, _: Stream) -> Spoiled:
    """Write a text that itself holds quotation marks."""
    return f'自述"{cell}"', f'自述"{cell}"'


def ascii_comma(cell: Cell, _: Stream) -> Spoiled:
    """Write a text with the comma that separates fields."""
    text = str(cell).replace("，", ", ")
    return text, text


def replaced_by(raw: Cell) -> Spoil:
    """Write something that contradicts the rest."""
    return lambda _cell, _stream: (raw, "")


def _day(value: Cell) -> date:
    if not isinstance(value, date):
        raise TypeError(value)
    return value


def _text(value: Cell) -> str:
    return cell_text(value, PLAIN)
