"""Run CDISC's reference engine on transport files; for the Python that has it, not for ours.

    PYTHON reference_program.py CACHE OUT VERSION RULES DEFINE LIMIT FILE...

CACHE is a folder with the engine's pickles, OUT the JSON file to write, VERSION that of SDTMIG
(3.4), RULES ids apart by commas, DEFINE a define.xml or '-', LIMIT the seconds that a rule may
take or '-'.
What stands in OUT: by rule, the seconds it took, whether it ran, and its findings as dataset,
record and the names of the variables shown. A line is written after each rule, so that a run
that is ended early leaves what it has.

With a LIMIT, which wants a system that sends alarms (not Windows), the files are read before the
first rule, and each line tells the seconds of this reading and the peak of memory so far in MiB.

Only the engine's pickles are loaded, and only with the engine that they were made for. Nothing of
trialport is imported: this file runs by itself.
"""

from __future__ import annotations

import json
import logging
import pickle
import signal
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

STANDARD = "sdtmig"


class TooLong(BaseException):
    """A rule takes longer than it may; the engine, which catches every Exception, lets it pass."""


def main(
    cache_folder: str, out: str, version: str, rules: str, define: str, limit: str, *files: str
) -> None:
    """Ask each rule of the files, and write what came of it."""
    logging.disable(logging.CRITICAL)  # it tells each step at length, which takes time
    terms = max(each.stem for each in Path(cache_folder).glob("sdtmct-*.pkl"))
    cache = _cache(Path(cache_folder), terms)
    document = None if define == "-" else define
    engine = _engine(cache, version.replace(".", "-"), terms, document, list(files))
    stored = pickle.loads((Path(cache_folder) / "rules.pkl").read_bytes())
    seconds = None if limit == "-" else float(limit)
    reading = None if seconds is None else _read(engine)
    with Path(out).open("w", encoding="utf-8") as stream:
        for rule_id in rules.split(","):
            if rule_id not in stored:
                continue
            started = time.perf_counter()
            try:
                with limited(seconds):
                    rule_class = _of("cdisc_rules_engine.models.rule", "Rule")
                    result = _asked(engine, rule_class, stored[rule_id])
            except TooLong:
                result = {"ran": False, "status": ["not finished"], "findings": [], "faults": []}
            result |= {"rule": rule_id, "seconds": time.perf_counter() - started}
            if reading is not None:
                result |= {"reading": reading, "peak": _peak()}
            stream.write(json.dumps(result) + "\n")
            stream.flush()


def _read(engine: Any) -> float:  # noqa: ANN401
    """Let the engine read every file, which it keeps; return the seconds."""
    started = time.perf_counter()
    for each in engine.data_service.get_datasets():
        engine.data_service.get_dataset(dataset_name=each.name)
    return time.perf_counter() - started


@contextmanager
def limited(seconds: float | None) -> Generator[None]:
    """Raise TooLong in what is done within, once it has taken so many seconds."""
    if seconds is None:
        yield
        return
    signal.signal(signal.SIGALRM, _end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _end(*_: object) -> None:
    raise TooLong


def _peak() -> float:
    import resource  # not there on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _of(module: str, name: str) -> Any:  # noqa: ANN401 - the engine has no types for us
    return getattr(import_module(module), name)


def _cache(folder: Path, terms: str) -> Any:  # noqa: ANN401
    cache = _of("cdisc_rules_engine.services.cache", "InMemoryCacheService")()
    for name in (
        *("rules_dictionary", "standards_details", "standards_models"),
        *("variable_codelist_maps", "variables_metadata"),
    ):
        cache.add_all(pickle.loads((folder / f"{name}.pkl").read_bytes()))
    cache.add(terms, pickle.loads((folder / f"{terms}.pkl").read_bytes()))
    return cache


def _engine(
    cache: Any,  # noqa: ANN401
    version: str,
    terms: str,
    define: str | None,
    files: list[str],
) -> Any:  # noqa: ANN401
    keys = "cdisc_rules_engine.utilities.utils"
    asked = (STANDARD, version, None)
    standard = cache.get(_of(keys, "get_standard_details_cache_key")(*asked))
    library = _of(
        "cdisc_rules_engine.models.library_metadata_container", "LibraryMetadataContainer"
    )(
        standard_metadata=standard,
        model_metadata=cache.get(_of(keys, "get_model_details_cache_key_from_ig")(standard)),
        variables_metadata=cache.get(_of(keys, "get_library_variables_metadata_cache_key")(*asked)),
        variable_codelist_map=cache.get(_of(keys, "get_variable_codelist_map_cache_key")(*asked)),
        ct_package_metadata={terms: cache.get(terms)},
    )
    config = _of("cdisc_rules_engine.config", "config")
    size = max(Path(each).stat().st_size for each in files)
    shared = {
        "standard": STANDARD,
        "standard_version": version,
        "standard_substandard": None,
        "library_metadata": library,
        "max_dataset_size": size,
    }
    factory = _of("cdisc_rules_engine.services.data_services", "DataServiceFactory")(
        config=config, cache_service=cache, **shared
    )
    return _of("cdisc_rules_engine.rules_engine", "RulesEngine")(
        cache=cache,
        data_service=factory.get_data_service(files),
        config_obj=config,
        dataset_paths=files,
        ct_packages=[terms],
        define_xml_path=define,
        **shared,
    )


def _asked(engine: Any, rule_class: Any, rule: Any) -> dict[str, Any]:  # noqa: ANN401
    parsed = rule if "conditions" in rule else rule_class.from_cdisc_metadata(rule)
    results = engine.validate_single_rule(parsed)
    every = [each for found in results.values() for each in found]
    ran = [each for each in every if each.get("executionStatus") in ("success", "issue reported")]
    return {
        "ran": bool(ran),
        "status": sorted({str(each.get("executionStatus")) for each in every}),
        "findings": [
            (
                Path(str(error.get("dataset"))).stem.upper(),
                error.get("row") or 0,
                sorted(error["value"]),
            )
            for each in every
            for error in each.get("errors", [])
            if "value" in error
        ],
        "faults": [
            str(error.get("message"))[:200]
            for each in every
            for error in each.get("errors", [])
            if "value" not in error
        ][:3],
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
