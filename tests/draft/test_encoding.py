from __future__ import annotations

import codecs

import pytest
from trialport.draft.encoding import guess_encoding

CHINESE = "受试者编号,出生日期\n001,1961年4月3日\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (codecs.BOM_UTF8 + b"a", "utf-8-sig"),
        (CHINESE.encode("utf-8"), "utf-8"),
        (CHINESE.encode("gb18030"), "gb18030"),
        ("café;Müller;Ångström;número de sujeto;naïve;déjà vu\n".encode("cp1252"), "cp1252"),
        ("Пациент;Дата рождения;Нежелательное явление;тяжесть\n".encode("cp1251"), "cp1251"),
        ("temp 36,6 °C; 5 µg\n".encode("cp1252"), "cp1252"),
        (b"a,b\n1,2\n", "utf-8"),
        ("a,b\n".encode("utf-16"), "utf-16"),
    ],
)
def test_the_encoding_is_told_from_the_bytes(data: bytes, encoding: str) -> None:
    assert guess_encoding(data).value == encoding


def test_the_evidence_names_the_byte_that_is_not_utf8() -> None:
    found = guess_encoding(CHINESE.encode("gb18030"))
    assert found.evidence == (
        "byte 0xCA at offset 0 is no UTF-8; read as gb18030, 100% of the rest is common Chinese"
    )


def test_a_guess_among_alike_encodings_is_less_sure_than_utf8() -> None:
    weighed = guess_encoding("café;Müller;Ångström;número;naïve;déjà vu\n".encode("cp1252"))
    assert weighed.confidence < 0.7 < guess_encoding(CHINESE.encode()).confidence
