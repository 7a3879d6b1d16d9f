"""Units of measure: whether a code can be read as UCUM, over the units of clinical records."""

from __future__ import annotations

import re

UCUM = "http://unitsofmeasure.org"

# A metric prefix may stand before these, and not before the others.
_METRIC = (
    "m g s rad K C cd mol L l Pa J W V A Hz N T ohm F S H lm lx Bq Gy Sv kat Cel bar eq osm U t u "
    "eV Ci B m[Hg] m[H2O] [iU] [IU] cal [arb'U] [USP'U] [Cal]"
)
_PLAIN = (
    "% 10* 10^ [pi] min h d wk mo a mo_j a_j deg ' '' [degF] [in_i] [ft_i] [lb_av] [oz_av] [HPF] "
    "[LPF] [CFU] [PFU] [Ch] [drp] [diop] [pH] [ppm] [ppb] [ppth] [pptr] [GPL'U] "
    "[MPL'U] [APL'U] [beth'U] [todd'U] [dye'U] [ka'U] [knk'U] [mclg'U] [TCID_50] [CCID_50] "
    "[EID_50] [FFU] [ELU] [EU] [AU] [Lf] [hnsf'U] [gal_us] [foz_us] [tsp_us] "
    "[tbs_us] [in_i'H2O] [in_i'Hg] [tb'U]"
)
_PREFIXES = "Y Z E P T G M k h da d c m u n p f a z y Ki Mi Gi Ti"


def _any_of(texts: str) -> str:
    return "|".join(re.escape(each) for each in sorted(texts.split(), key=len, reverse=True))


_UNIT = rf"(?:(?:{_any_of(_PREFIXES)})?(?:{_any_of(_METRIC)})|{_any_of(_PLAIN)})"
_COMPONENT = (
    rf"(?:{_UNIT}(?:[+-]?[0-9]+)?(?:\{{[!-z|~]*\}})?|[1-9][0-9]*(?:\{{[!-z|~]*\}})?|\{{[!-z|~]*\}})"
)
_CODE = re.compile(rf"/?{_COMPONENT}(?:[./]{_COMPONENT})*")


def is_ucum(code: str) -> bool:
    """Return whether a code is a product of known units, e.g. `10*9/L` or `mL/min/{1.73_m2}`.

    Terms in parentheses are not read; no code of a clinical record needs them.

    Source: The Unified Code for Units of Measure, 2.1, the grammar and tables of units.

    >>> [is_ucum(each) for each in ("mg/kg", "[IU]/mL", "mm[Hg]", "days", "10^9 /L")]
    [True, True, True, False, False]
    """
    return _CODE.fullmatch(code) is not None
