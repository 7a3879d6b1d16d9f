"""What the drafts of VS and LB have beside other datasets: tests, results, standard results."""

from __future__ import annotations

from collections.abc import Mapping

from trialport.draft.choose import TableUse
from trialport.draft.variables import Drafted, Words, reference
from trialport.standard.model import Dataset
from trialport.terms.codelists import Codelist, paired_terms

_TEST_LISTS = {"VS": ("VSTESTCD", "VSTEST"), "LB": ("LBTESTCD", "LBTEST")}


def findings_variables(
    use: TableUse, guide: Dataset, words: Words, made: Mapping[str, Drafted]
) -> dict[str, Drafted]:
    """Return the variables of a findings dataset that follow from its tests and results."""
    name = guide.name
    found: dict[str, Drafted] = {}
    if use.tests:
        found |= _of_tests(use, guide, words)
    else:
        found |= _test_names(use, guide, words, made)
    if f"{name}DTC" not in made and ("VISDAT", "date") in use.chosen:
        day = use.chosen["VISDAT", "date"]
        value = f"iso8601({reference(day.column)})"
        why = f"the date of the visit: {day.reason}"
        found[f"{name}DTC"] = Drafted(f"{name}DTC", value, "mapped", day.confidence * 0.9, why,
                                      matches=(day,))  # fmt: skip
    return found | _standardised(name, {**made, **found})


def _of_tests(use: TableUse, guide: Dataset, words: Words) -> dict[str, Drafted]:
    name = guide.name
    code, test = (_list(guide, each, words) for each in _TEST_LISTS[name])
    unit = _list(guide, f"{name}ORRESU", words)
    pairs = paired_terms(code, test)
    words.drafted(code).add(each.test for each in use.tests)
    words.drafted(test).add(pairs[each.test] for each in use.tests if each.test in pairs)
    words.drafted(unit).add(each.unit for each in use.tests if each.unit)
    for each in use.tests:
        if each.unit_column:
            column = use.table.column(each.unit_column)
            words.drafted(unit).add(value for value, _ in column.values)
            words.texts.add((use.table.name, each.unit_column))
    return {
        each.variable: each
        for each in (
            _listed(f"{name}TESTCD", "test.code", code),
            _listed(f"{name}TEST", "test.name", test),
            Drafted(f"{name}ORRES", "test.result", "derived", reason="the columns of the tests"),
            _listed(f"{name}ORRESU", "test.unit", unit),
        )
    }


def name_of_test(test: str, guide: Dataset, words: Words) -> str:
    """Return what a test is called in the codelist of test names."""
    code, name = (_list(guide, each, words) for each in _TEST_LISTS[guide.name])
    return paired_terms(code, name).get(test, test)


def _listed(variable: str, value: str, codelist: Codelist) -> Drafted:
    facts = {"codelist": codelist.submission_name}
    return Drafted(variable, value, "derived", facts=facts, reason="the columns of the tests")


def _list(guide: Dataset, variable: str, words: Words) -> Codelist:
    found = guide.variable(variable)
    assert found is not None
    return words.codelists[found.codelists[0]]


def _test_names(
    use: TableUse, guide: Dataset, words: Words, made: Mapping[str, Drafted]
) -> dict[str, Drafted]:
    """Return the code of a test from its name, or the other way round, where one is collected."""
    code_name, test_var = _TEST_LISTS[guide.name]
    have, lack = (code_name, test_var) if code_name in made else (test_var, code_name)
    if have not in made or lack in made:
        return {}
    match = made[have].matches[0]
    code, test = (_list(guide, each, words) for each in (code_name, test_var))
    target = test if lack == test_var else code
    drafted, known = words.drafted(target), words.drafted(code if target is test else test)
    pairs = paired_terms(code, test)
    if target is code:
        pairs = {name: value for value, name in pairs.items()}
    for value, _ in use.table.column(match.column).values:
        term = pairs.get(known.mapped.get(value, value), "")
        if term and value not in target:
            drafted.mapped.setdefault(value, term)
        elif not term and value not in target:
            drafted.open.setdefault(value, "")
    facts = {"codelist": target.submission_name}
    why = f"by the term of {have}"
    return {lack: Drafted(lack, made[have].value, "mapped", made[have].confidence, why, facts,
                          made[have].matches)}  # fmt: skip


def _standardised(name: str, made: Mapping[str, Drafted]) -> dict[str, Drafted]:
    """Return standard results as collected: no unit is converted by a draft."""
    why = "as collected; no unit is converted yet"
    found: dict[str, Drafted] = {}
    if f"{name}ORRES" in made:
        number = f"case when regexp_matches({name}ORRES, '^[-+]?[0-9]+([.][0-9]+)?$') then"
        values = {
            "STRESC": f"{name}ORRES",
            "STRESN": f"{number} number({name}ORRES) end",
        }
        if f"{name}ORRESU" in made:
            values["STRESU"] = f"{name}ORRESU"
        for low in ("LO", "HI"):
            if f"{name}ORNR{low}" in made:
                limit = f"{name}ORNR{low}"
                values[f"STNR{low}"] = (
                    number.replace(f"{name}ORRES", limit) + f" number({limit}) end"
                )
        found = {
            f"{name}{tail}": Drafted(f"{name}{tail}", value, "derived", reason=why)
            for tail, value in values.items()
        }
    return {key: value for key, value in found.items() if key not in made}
