from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest
import yaml
from trialport.diagnostics import SpecError
from trialport.templates import shipped
from trialport.terms import Units, load_terminology, load_units

FOLDER = shipped() / "terminology"

# Conventional atomic weights of IUPAC, abridged to three decimals where they have as many.
WEIGHTS = {
    **{"H": "1.008", "C": "12.011", "N": "14.007", "O": "15.999", "Na": "22.990", "Mg": "24.305"},
    **{"P": "30.974", "Cl": "35.45", "K": "39.098", "Ca": "40.078", "Fe": "55.845", "I": "126.904"},
    **{"Co": "58.933", "Cu": "63.546", "Zn": "65.38"},
}


@cache
def _units() -> Units:
    return load_units((FOLDER / "units.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("value", "source", "target", "analyte", "expected"),
    [
        # 98 mg/dL = 0.98 g/L; / 180.156 g/mol = 5.4397 mmol/L
        ("98", "mg/dL", "mmol/L", "GLUC", "5.44"),
        # 1.2 mg/dL = 12 mg/L; / 113.12 g/mol = 106.08 umol/L
        ("1.2", "mg/dL", "umol/L", "CREAT", "106.08"),
        # 17.1 umol/L x 584.673 g/mol = 9.998 mg/L
        ("17.1", "umol/L", "mg/dL", "BILI", "1.00"),
        # Two atoms of nitrogen in a molecule: 14 mg/dL = 140 mg/L; / 28.014 = 4.9975 mmol/L
        ("14", "mg/dL", "mmol/L", "UREAN", "5.00"),
        # 30 mg/dL = 300 mg/L; / 60.056 = 4.9953 mmol/L
        ("30", "mg/dL", "mmol/L", "UREA", "5.00"),
        # 10 mg/dL = 100 mg/L; / 40.078 = 2.4951 mmol/L, two charges each
        ("10", "mg/dL", "mmol/L", "CA", "2.50"),
        ("10", "mg/dL", "mEq/L", "CA", "4.99"),
        ("140", "mEq/L", "mmol/L", "SODIUM", "140.00"),
        ("14.2", "g/dL", "g/L", "HGB", "142.00"),
        # 161.145 g/L / 16114.5 g/mol
        ("161.145", "g/L", "mmol/L", "HGB", "10.00"),
        ("4.5", "g/dL", "g/L", "ALB", "45.00"),
        # The published pairs of the IFCC-NGSP equation: 53 mmol/mol is 7.0 %
        ("53", "mmol/mol", "%", "HBA1C", "7.00"),
        ("98.6", "F", "C", "", "37.00"),
        ("37", "C", "F", "", "98.60"),
        ("-40", "C", "F", "", "-40.00"),
        ("0", "C", "K", "", "273.15"),
        ("120", "斤", "kg", "", "60.00"),
        ("150", "lb", "kg", "", "68.04"),
        ("5", "ft", "cm", "", "152.40"),
        ("70", "in", "cm", "", "177.80"),
        ("7200", "/uL", "10^9/L", "", "7.20"),
        ("4.5", "10^6/uL", "10^12/L", "", "4.50"),
        ("3.2", "10^6/kg", "10^5/kg", "", "32.00"),
        ("2", "DAYS", "HOURS", "", "48.00"),
        # 1 katal = 60,000,000 U
        ("0.5", "ukat/L", "U/L", "", "30.00"),
        ("40", "IU/L", "U/L", "ALT", "40.00"),
        ("1000", "copies/mL", "IU/mL", "CMV COBAS TaqMan", "910.00"),
        ("1", "mm Hg", "Pa", "", "133.32"),
        ("250", "ng/mL", "ug/L", "", "250.00"),
    ],
)
def test_a_value_is_converted(
    value: str, source: str, target: str, analyte: str, expected: str
) -> None:
    found = _units().convert(Decimal(value), source, target, analyte)
    assert found is not None
    assert found.quantize(Decimal("0.01")) == Decimal(expected)


def test_finite_factors_are_exact() -> None:
    assert _units().factor("LB", "kg") == (Decimal("0.45359237"), Decimal(0))
    assert _units().factor("C", "F") == (Decimal("1.8"), Decimal(32))


@pytest.mark.parametrize(
    ("source", "target", "analyte"),
    [
        ("mg/dL", "mmol/L", ""),  # of what?
        ("mg/dL", "mmol/L", "ALT"),
        ("copies/mL", "IU/mL", "CMV"),  # by which assay?
        ("IU/L", "U/L", "INSULIN"),
        ("kg", "cm", ""),
        ("kg", "stone-weight", ""),
        ("log10 copies/mL", "copies/mL", ""),
    ],
)
def test_no_conversion_is_guessed(source: str, target: str, analyte: str) -> None:
    assert _units().factor(source, target, analyte) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mg/dl", "mg/dL"),
        ("MG/DL", "mg/dL"),
        ("μmol/L", "umol/L"),  # Greek mu
        ("µmol/l", "umol/L"),  # micro sign
        ("x10^9/L", "10^9/L"),
        ("×10⁹/L", "10^9/L"),
        ("10*9/L", "10^9/L"),
        ("10E9/L", "10^9/L"),
        ("1e9/L", "10^9/L"),
        ("10^3/µL", "10^9/L"),
        ("K/uL", "10^9/L"),
        ("x 10^6 / kg", "10^6/kg"),
        ("kg/m²", "kg/m2"),
        ("mm[Hg]", "mmHg"),
        ("℃", "C"),
        ("斤", "jin"),
        ("公斤", "kg"),
        ("bpm", "beats/min"),
        ("mM", "mmol/L"),  # not millimetre
        ("mm", "mm"),
        ("pg/ml", "ng/L"),
    ],
)
def test_a_spelling_is_understood(text: str, name: str) -> None:
    unit = _units().unit(text)
    assert unit is not None
    assert unit.name == name


@pytest.mark.parametrize("text", ["G/L", "M", "gr", "", "furlong"])
def test_what_may_mean_two_things_is_not_understood(text: str) -> None:
    assert _units().unit(text) is None


def test_every_submitted_unit_is_a_term_of_codelist_unit() -> None:
    package = (FOLDER / "sdtmct-2025-03-28.csv.gz").read_bytes()
    unit_terms = load_terminology(package, ["C71620"])["C71620"]
    for unit in _units().units.values():
        assert unit.in_ct == (unit.name in unit_terms), unit.name


def test_the_aliases_agree_with_the_synonyms_of_codelist_unit() -> None:
    package = (FOLDER / "sdtmct-2025-03-28.csv.gz").read_bytes()
    compared = 0
    for term in load_terminology(package, ["C71620"])["C71620"].terms:
        if term.value not in _units().units:
            continue
        for synonym in term.synonyms:
            found = _units().unit(synonym)
            if found is not None:
                compared += 1
                assert _units().factor(synonym, term.value) == (1, 0), (synonym, term.value)
    assert compared > 50


def test_test_codes_of_analytes_are_terms_of_lbtestcd() -> None:
    package = (FOLDER / "sdtmct-2025-03-28.csv.gz").read_bytes()
    codes = load_terminology(package, ["LBTESTCD"])["C65047"]
    by_code = [each for each in _units().analytes if each.isupper()]
    assert len(by_code) > 40
    assert [each for each in by_code if each not in codes] == []


def test_molar_masses_follow_from_the_formulas() -> None:
    # `yaml.BaseLoader` makes text of every scalar.
    data = yaml.load((FOLDER / "units.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    checked = 0
    for name, facts in data["analytes"].items():
        if "formula" in facts:
            atoms = re.findall(r"([A-Z][a-z]?)(\d*)", facts["formula"])
            mass = sum(Decimal(WEIGHTS[atom]) * int(count or 1) for atom, count in atoms)
            assert Decimal(facts["molar_mass"]) == mass, name
            checked += 1
    assert checked > 30


def test_there_and_back_is_the_same_value() -> None:
    units = _units()
    for kind in {each.kind for each in units.units.values()}:
        names = [each.name for each in units.units.values() if each.kind == kind]
        for name in names[1:]:
            there, back = units.factor(names[0], name), units.factor(name, names[0])
            assert there is not None
            assert back is not None
            product = Fraction(there[0]) * Fraction(back[0])
            assert abs(product - 1) < Fraction(1, 10**25), (names[0], name)


@pytest.mark.parametrize("analyte", ["", "GLUC", "CREAT", "HGB"])
def test_all_conversions_are_those_that_are_told_one_by_one(analyte: str) -> None:
    units = _units()
    alone = {(start, end): units.factor(start, end) for start in units.units for end in units.units}
    with_analyte = {(start, end): units.factor(start, end, analyte) for start, end in alone}
    expected = {
        pair: [pytest.approx(float(each), rel=1e-15) for each in line]
        for pair, line in with_analyte.items()
        if line is not None and (not analyte or alone[pair] is None)
    }
    listed = {
        (each[0], each[1]): list(each[3:]) for each in units.conversions() if each[2] == analyte
    }
    assert listed == expected


def test_every_text_that_means_a_unit_is_a_name_of_it() -> None:
    units = _units()
    for text, name in units.names:
        found = units.unit(text)
        assert found is not None
        assert found.name == name


def test_a_study_adds_its_own_unit_and_assay() -> None:
    own = (
        "kinds: {mass: {source: study, units: [{unit: grain, ct: no, factor: 0.06479891}]}}\n"
        "analytes: {EBV in-house: {iu_per_copy: 0.5}}\n"
    )
    units = load_units((FOLDER / "units.yaml").read_text(encoding="utf-8"), own)
    assert units.convert(Decimal(1), "grain", "mg") == Decimal("64.79891")
    assert units.convert(Decimal(10), "copies/mL", "IU/mL", "EBV in-house") == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "kinds: {mass: {units: [{unit: g, factor: one}]}}",
            "E1241: 'one' of 'g' is not a decimal number; write it as a decimal, e.g. 0.001",
        ),
        (
            "analytes: {X: {iu_is_u: yes}}",
            "E1242: analyte 'X' links unit 'IU/L', which is not defined; "
            "define the unit under 'kinds'\n"
            "E1242: analyte 'X' links unit 'U/L', which is not defined; "
            "define the unit under 'kinds'",
        ),
    ],
)
def test_a_fault_in_the_table_is_named(text: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        load_units(text)
    assert str(raised.value) == message
