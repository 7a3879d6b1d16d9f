"""Typed compilation of expressions: a closed list of SQL and the clinical functions.

An expression compiles to a SQL tree over the columns that its scope names, with its type, the
names that it uses, the set aggregates that it needs, and its *faults*: SQL that gives the value at
fault where a value that is there cannot be converted, and null elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlglot import exp

from trialport.diagnostics import did_you_mean
from trialport.functions.model import Function, Type
from trialport.functions.registry import FUNCTIONS
from trialport.spec import sql
from trialport.spec.parse import ExpressionError, parse
from trialport.spec.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that an expression uses: relation and column, and the name it was reached by.

    `via` is `src`, the alias of a join, the name of a lookup, `test`, or empty for a variable of
    the dataset itself. Raw tables are relations named `raw.<table>`.
    """

    relation: str
    name: str
    via: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """SQL that gives the value at fault as text, or null; with the words for the finding."""

    code: str
    value: exp.Expr
    problem: str
    remedy: str
    uses: frozenset[Reference]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate over the records of a set lookup, available as column `column`."""

    lookup: str
    function: str
    inner: exp.Expr
    column: str
    uses: frozenset[Reference]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled expression."""

    sql: exp.Expr
    type: Type
    uses: frozenset[Reference] = frozenset()
    faults: tuple[Fault, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name stands for: SQL, type and the reference to record."""

    sql: exp.Expr
    type: Type
    reference: Reference
    collected: exp.Expr | None = None


class Scope(Protocol):
    """What the names of an expression mean where it is written."""

    def resolve(self, qualifier: str, name: str) -> Resolved:
        """Return what the name stands for; raise ExpressionError for one that means nothing."""
        ...

    def set_scope(self, qualifier: str) -> Scope | None:
        """Return the scope of the records of set lookup `qualifier`, or None where it is no set."""
        ...


def compile_expression(text: str, scope: Scope, vocabulary: Vocabulary) -> Compiled:
    """Return the expression compiled in its scope.

    Raises:
        ExpressionError: E12xx names, E13xx the language, E14xx types.
    """
    return _Compiler(scope, vocabulary).compile(parse(text))


def compile_mapped(text: str, codelist: str, scope: Scope, vocabulary: Vocabulary) -> Compiled:
    """Return the expression compiled and mapped through a codelist of the study."""
    compiler = _Compiler(scope, vocabulary)
    value = compiler.compile(parse(text))
    if not _fits(value.type, Type.TEXT):
        raise _type_error(f"the value for codelist {codelist}", value.type, "text")
    return compiler.through_codelist(value, codelist)


def names(text: str) -> list[tuple[str, str]]:
    """Return (qualifier, name) of every column that the expression mentions, in order, once each.

    >>> names("study_day(AESTDTC, dm.RFSTDTC)")
    [('', 'AESTDTC'), ('dm', 'RFSTDTC')]
    """
    found = {(each.table, each.name): None for each in parse(text).find_all(exp.Column, bfs=False)}
    return list(found)


def calls_sequence(text: str) -> bool:
    """Return whether the expression is or holds `sequence(...)`."""
    return any(_name(each) == "sequence" for each in parse(text).find_all(exp.Anonymous))


def _name(node: exp.Anonymous) -> str:
    return str(node.this).casefold()


def _merge(parts: Sequence[Compiled]) -> tuple[frozenset[Reference], tuple[Aggregate, ...]]:
    uses = frozenset[Reference]().union(*(part.uses for part in parts))
    aggregates = {each.column: each for part in parts for each in part.aggregates}
    return uses, tuple(aggregates.values())


def _faults(parts: Sequence[Compiled]) -> tuple[Fault, ...]:
    return tuple(fault for part in parts for fault in part.faults)


def _guarded(fault: Fault, condition: exp.Expr) -> Fault:
    value = sql.when(condition, fault.value)
    return Fault(fault.code, value, fault.problem, fault.remedy, fault.uses)


_TEXT_LIKE = {Type.TEXT, Type.DTC}


def _fits(given: Type, wanted: Type) -> bool:
    return given in {wanted, Type.NULL} or (given is Type.DTC and wanted is Type.TEXT)


def _type_error(what: str, given: Type, wanted: str) -> ExpressionError:
    hints = {
        (Type.TEXT, "number"): "use number(...)",
        (Type.DTC, "number"): "use number(...)",
        (Type.NUMBER, "text"): "use number_text(...)",
        (Type.TEXT, "date"): "use complete_date(iso8601(...))",
        (Type.DTC, "date"): "use complete_date(...)",
        (Type.DATE, "text"): "use iso_date(...)",
        (Type.DATE, "ISO 8601 text"): "use iso_date(...)",
        (Type.TEXT, "ISO 8601 text"): "use iso8601(...)",
    }
    return ExpressionError(
        "E1401", f"{what} is {given}, {wanted} is needed", hints.get((given, wanted), "")
    )


# SQL functions taken as they are: argument types, result type (None: the common type of all).
_SQL_FUNCTIONS: Mapping[type[exp.Expr], tuple[str, tuple[Type, ...], Type, int]] = {
    exp.Upper: ("upper", (Type.TEXT,), Type.TEXT, 1),
    exp.Lower: ("lower", (Type.TEXT,), Type.TEXT, 1),
    exp.Trim: ("trim", (Type.TEXT,), Type.TEXT, 1),
    exp.Length: ("length", (Type.TEXT,), Type.NUMBER, 1),
    exp.Substring: ("substr", (Type.TEXT, Type.NUMBER, Type.NUMBER), Type.TEXT, 2),
    exp.Left: ("left", (Type.TEXT, Type.NUMBER), Type.TEXT, 2),
    exp.Right: ("right", (Type.TEXT, Type.NUMBER), Type.TEXT, 2),
    exp.SplitPart: ("split_part", (Type.TEXT, Type.TEXT, Type.NUMBER), Type.TEXT, 3),
    exp.StartsWith: ("starts_with", (Type.TEXT, Type.TEXT), Type.BOOLEAN, 2),
    exp.EndsWith: ("ends_with", (Type.TEXT, Type.TEXT), Type.BOOLEAN, 2),
    exp.Contains: ("contains", (Type.TEXT, Type.TEXT), Type.BOOLEAN, 2),
    exp.Abs: ("abs", (Type.NUMBER,), Type.NUMBER, 1),
    exp.Floor: ("floor", (Type.NUMBER,), Type.NUMBER, 1),
    exp.Ceil: ("ceil", (Type.NUMBER,), Type.NUMBER, 1),
}
_INTEGER_ARGUMENTS = {"substr": (1, 2), "left": (1,), "right": (1,), "split_part": (2,)}
_SQL_FUNCTION_NAMES = [
    *(each[0] for each in _SQL_FUNCTIONS.values()),
    *("coalesce", "nullif", "replace", "concat", "lpad", "rpad"),
    *("regexp_matches", "regexp_extract", "greatest", "least"),
]
_OWN = (
    "usubjid",
    "codelist",
    "term_decode",
    "collected",
    "in_unit",
    "sequence",
    "reference",
    "any_of",
)
_AGGREGATES = ("count", "min", "max", "sum")


def known_functions() -> tuple[str, ...]:
    """Return the name of every function of the language, sorted."""
    return tuple(sorted({*_SQL_FUNCTION_NAMES, *FUNCTIONS, *_OWN, *_AGGREGATES}))


@dataclass(slots=True)
class _Compiler:
    scope: Scope
    vocabulary: Vocabulary
    handlers: dict[type[exp.Expr], Callable[[exp.Expr], Compiled]] = field(init=False)

    def __post_init__(self) -> None:
        self.handlers = {
            exp.Column: self.column,
            exp.Literal: self.literal,
            exp.Null: lambda _: Compiled(exp.Null(), Type.NULL),
            exp.Boolean: lambda node: Compiled(exp.Boolean(this=node.this), Type.BOOLEAN),
            exp.Paren: self.paren,
            exp.And: self.logical,
            exp.Or: self.logical,
            exp.Not: self.negation,
            exp.Is: self.is_null,
            exp.In: self.membership,
            exp.Between: self.between,
            exp.Like: self.like,
            exp.Case: self.case,
            exp.Neg: self.negative,
            exp.DPipe: self.concatenation,
            exp.Concat: self.concatenation,
            exp.Coalesce: self.coalesce,
            exp.Nullif: self.nullif,
            exp.Greatest: self.extreme,
            exp.Least: self.extreme,
            exp.Replace: self.replace,
            exp.Pad: self.pad,
            exp.RegexpLike: self.regexp,
            exp.RegexpExtract: self.regexp,
            exp.Anonymous: self.function,
            **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE), self.comparison),
            **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div), self.arithmetic),
            **dict.fromkeys((exp.Count, exp.Min, exp.Max, exp.Sum), self.aggregate),
            **dict.fromkeys(_SQL_FUNCTIONS, self.sql_function),
        }

    def compile(self, node: exp.Expr) -> Compiled:
        handler = self.handlers.get(type(node))
        if handler is None:
            raise _not_in_language(node)
        return handler(node)

    # --- names and constants ---

    def column(self, node: exp.Expr) -> Compiled:
        assert isinstance(node, exp.Column)
        if node.args.get("db") or not isinstance(node.this, exp.Identifier):
            raise _not_in_language(node)
        qualifier = node.table
        if qualifier == "study":
            constant = self.vocabulary.constant(node.name)
            return Compiled(constant.sql.copy(), constant.type)
        found = self.scope.resolve(qualifier, node.name)
        return Compiled(found.sql.copy(), found.type, frozenset([found.reference]))

    def literal(self, node: exp.Expr) -> Compiled:
        if node.is_string:
            return Compiled(sql.text(node.name), Type.TEXT)
        return Compiled(sql.number(node.name), Type.NUMBER)

    def paren(self, node: exp.Expr) -> Compiled:
        inner = self.compile(node.this)
        return Compiled(
            sql.paren(inner.sql), inner.type, inner.uses, inner.faults, inner.aggregates
        )

    # --- conditions ---

    def condition(self, node: exp.Expr) -> Compiled:
        inner = self.compile(node)
        if inner.type not in {Type.BOOLEAN, Type.NULL}:
            shown = node.sql("duckdb")
            raise ExpressionError("E1402", f"'{shown}' is {inner.type}, a condition is needed")
        return inner

    def logical(self, node: exp.Expr) -> Compiled:
        left, right = self.condition(node.this), self.condition(node.expression)
        # The right side is at fault only where it decides: `kind = 'N' and number(x) > 3`.
        decides = (
            left.sql if isinstance(node, exp.And) else sql.is_null(sql.when(left.sql, sql.text("")))
        )
        faults = (*left.faults, *(_guarded(fault, decides) for fault in right.faults))
        uses, aggregates = _merge([left, right])
        tree = type(node)(this=sql.paren(left.sql), expression=sql.paren(right.sql))
        return Compiled(tree, Type.BOOLEAN, uses, faults, aggregates)

    def negation(self, node: exp.Expr) -> Compiled:
        inner = self.condition(node.this)
        tree = exp.Not(this=sql.paren(inner.sql))
        return Compiled(tree, Type.BOOLEAN, inner.uses, inner.faults, inner.aggregates)

    def is_null(self, node: exp.Expr) -> Compiled:
        if not isinstance(node.expression, exp.Null):
            raise _not_in_language(node)
        inner = self.compile(node.this)
        return Compiled(
            sql.is_null(inner.sql), Type.BOOLEAN, inner.uses, inner.faults, inner.aggregates
        )

    def comparison(self, node: exp.Expr) -> Compiled:
        left, right = self.compile(node.this), self.compile(node.expression)
        common = self.common_type([left, right], node)
        ordered = not isinstance(node, (exp.EQ, exp.NEQ))
        if ordered and common in _TEXT_LIKE:
            remedy = (
                "compare numbers with number(...), dates with before(), not_after() and their kin"
            )
            raise ExpressionError("E1403", f"'{node.sql('duckdb')}' orders texts", remedy)
        tree = type(node)(this=sql.paren(left.sql), expression=sql.paren(right.sql))
        return self.combine(tree, Type.BOOLEAN, [left, right])

    def membership(self, node: exp.Expr) -> Compiled:
        if node.args.get("query") or node.args.get("unnest") or node.args.get("field"):
            raise _not_in_language(node)
        parts = [self.compile(node.this), *(self.compile(each) for each in node.expressions)]
        if any(isinstance(each, exp.Null) for each in node.expressions):
            remedy = "write 'x in (...) or x is null'"
            raise ExpressionError("E1404", "a null inside in (...) is never equal", remedy)
        self.common_type(parts, node)
        tree = exp.In(this=sql.paren(parts[0].sql), expressions=[part.sql for part in parts[1:]])
        return self.combine(tree, Type.BOOLEAN, parts)

    def between(self, node: exp.Expr) -> Compiled:
        parts = [self.compile(each) for each in (node.this, node.args["low"], node.args["high"])]
        if self.common_type(parts, node) in _TEXT_LIKE:
            raise ExpressionError(
                "E1403", f"'{node.sql('duckdb')}' orders texts", "use number(...)"
            )
        this, low, high = (sql.paren(part.sql) for part in parts)
        return self.combine(exp.Between(this=this, low=low, high=high), Type.BOOLEAN, parts)

    def like(self, node: exp.Expr) -> Compiled:
        left, right = self.expect(node.this, Type.TEXT), self.expect(node.expression, Type.TEXT)
        return self.combine(
            exp.Like(this=sql.paren(left.sql), expression=right.sql), Type.BOOLEAN, [left, right]
        )

    def case(self, node: exp.Expr) -> Compiled:
        if node.this is not None:
            node = _searched(node)
        branches = [
            (self.condition(each.this), self.compile(each.args["true"]))
            for each in node.args["ifs"]
        ]
        default = node.args.get("default")
        otherwise = (
            self.compile(default) if default is not None else Compiled(exp.Null(), Type.NULL)
        )
        values = [value for _, value in branches] + [otherwise]
        kind = self.common_type(values, node)
        conditions = [condition for condition, _ in branches]
        tree = exp.Case(
            ifs=[exp.If(this=condition.sql, true=value.sql) for condition, value in branches],
            default=None if isinstance(otherwise.sql, exp.Null) else otherwise.sql,
        )
        uses, aggregates = _merge([*conditions, *values])
        faults = [*_faults(conditions)]
        for place, value in enumerate(values):
            faults += [_in_branch(fault, conditions, place) for fault in value.faults]
        return Compiled(tree, kind, uses, tuple(faults), aggregates)

    # --- values ---

    def negative(self, node: exp.Expr) -> Compiled:
        inner = self.expect(node.this, Type.NUMBER)
        return self.combine(exp.Neg(this=sql.paren(inner.sql)), Type.NUMBER, [inner])

    def arithmetic(self, node: exp.Expr) -> Compiled:
        left, right = self.compile(node.this), self.compile(node.expression)
        if Type.DATE in {left.type, right.type}:
            remedy = "use days_between(from, to) or add_days(date, n)"
            raise ExpressionError("E1405", f"'{node.sql('duckdb')}' computes with dates", remedy)
        for part, side in ((left, node.this), (right, node.expression)):
            if not _fits(part.type, Type.NUMBER):
                raise _type_error(f"'{side.sql('duckdb')}'", part.type, "number")
        divisor = sql.paren(right.sql)
        faults: tuple[Fault, ...] = ()
        if isinstance(node, exp.Div):
            zero = exp.EQ(this=divisor.copy(), expression=sql.number("0"))
            fault = Fault(
                "E3220", sql.when(zero, sql.text("0")), "division by zero", "", right.uses
            )
            faults = (fault,)
            divisor = exp.Nullif(this=divisor, expression=sql.number("0"))
        tree = type(node)(this=sql.paren(left.sql), expression=divisor)
        whole = self.combine(tree, Type.NUMBER, [left, right])
        return Compiled(
            whole.sql, whole.type, whole.uses, (*whole.faults, *faults), whole.aggregates
        )

    def concatenation(self, node: exp.Expr) -> Compiled:
        operands = [node.this, node.expression] if isinstance(node, exp.DPipe) else node.expressions
        parts = [self.expect(each, Type.TEXT) for each in operands]
        if isinstance(node, exp.DPipe):
            tree = exp.DPipe(this=sql.paren(parts[0].sql), expression=sql.paren(parts[1].sql))
        else:
            tree = sql.call("concat", *(part.sql for part in parts))
        return self.combine(tree, Type.TEXT, parts)

    def coalesce(self, node: exp.Expr) -> Compiled:
        parts = [self.compile(each) for each in [node.this, *node.expressions]]
        kind = self.common_type(parts, node)
        uses, aggregates = _merge(parts)
        faults: list[Fault] = []
        before: list[exp.Expr] = []
        for part in parts:
            missing = sql.every(sql.is_null(each) for each in before)
            faults += (
                part.faults
                if missing is None
                else [_guarded(each, missing) for each in part.faults]
            )
            before.append(part.sql)
        return Compiled(
            sql.call("coalesce", *(part.sql for part in parts)),
            kind,
            uses,
            tuple(faults),
            aggregates,
        )

    def nullif(self, node: exp.Expr) -> Compiled:
        parts = [self.compile(node.this), self.compile(node.expression)]
        kind = self.common_type(parts, node)
        return self.combine(sql.call("nullif", *(part.sql for part in parts)), kind, parts)

    def extreme(self, node: exp.Expr) -> Compiled:
        parts = [self.compile(each) for each in [node.this, *node.expressions]]
        kind = self.common_type(parts, node)
        if kind in _TEXT_LIKE:
            raise ExpressionError(
                "E1403",
                f"'{node.sql('duckdb')}' orders texts",
                "use number(...) or complete_date(...)",
            )
        function = "greatest" if isinstance(node, exp.Greatest) else "least"
        return self.combine(sql.call(function, *(part.sql for part in parts)), kind, parts)

    def replace(self, node: exp.Expr) -> Compiled:
        if any(isinstance(each, exp.Replace) for each in node.this.walk()):
            raise ExpressionError("E1305", "replace inside replace", "use two variables")
        parts = [
            self.expect(each, Type.TEXT)
            for each in (node.this, node.expression, node.args["replacement"])
        ]
        _short_literal(node.args["replacement"], "the replacement")
        return self.combine(sql.call("replace", *(part.sql for part in parts)), Type.TEXT, parts)

    def pad(self, node: exp.Expr) -> Compiled:
        function = "lpad" if node.args.get("is_left") else "rpad"
        size, fill = node.expression, node.args.get("fill_pattern")
        whole = isinstance(size, exp.Literal) and not size.is_string and str(size.name).isdigit()
        if not whole or int(size.name) > 200:
            raise ExpressionError("E1305", f"the length of {function} is a whole number up to 200")
        if fill is None:
            raise ExpressionError("E1306", f"{function} takes three arguments")
        parts = [self.expect(node.this, Type.TEXT), self.expect(fill, Type.TEXT)]
        length = exp.Literal.number(size.name)
        return self.combine(
            sql.call(function, parts[0].sql, length, parts[1].sql), Type.TEXT, parts
        )

    def regexp(self, node: exp.Expr) -> Compiled:
        extract = isinstance(node, exp.RegexpExtract)
        pattern = node.expression
        if not isinstance(pattern, exp.Literal) or not pattern.is_string or len(pattern.name) > 200:
            raise ExpressionError("E1305", "the pattern is a text of up to 200 characters")
        extra = {"parameters", "flag", "position", "occurrence"} & {
            key for key, value in node.args.items() if value
        }
        if extra:
            raise _not_in_language(node)
        subject = self.expect(node.this, Type.TEXT)
        if not extract:
            return self.combine(
                sql.call("regexp_matches", subject.sql, sql.text(pattern.name)),
                Type.BOOLEAN,
                [subject],
            )
        group = node.args.get("group")
        if group is not None and not (
            isinstance(group, exp.Literal) and str(group.name) in "0123456789"
        ):
            raise ExpressionError("E1305", "the group of regexp_extract is a digit")
        which = exp.Literal.number(group.name if group is not None else "0")
        found = sql.call("regexp_extract", subject.sql, sql.text(pattern.name), which)
        return self.combine(sql.call("nullif", found, sql.text("")), Type.TEXT, [subject])

    def sql_function(self, node: exp.Expr) -> Compiled:
        function, wanted, returns, needed = _SQL_FUNCTIONS[type(node)]
        arguments = _arguments(node)
        known = {"this", "expression", "start", "length", "delimiter", "part_index", "big_int"}
        odd = [key for key, value in node.args.items() if value and key not in known]
        if odd or not needed <= len(arguments) <= len(wanted):
            raise ExpressionError(
                "E1306",
                f"'{node.sql('duckdb')}': {function} takes {needed} to {len(wanted)} arguments",
            )
        parts = [self.expect(each, kind) for each, kind in zip(arguments, wanted, strict=False)]
        whole = _INTEGER_ARGUMENTS.get(function, ())
        trees = [
            exp.cast(part.sql, exp.DataType.Type.INT) if i in whole else part.sql
            for i, part in enumerate(parts)
        ]
        tree: exp.Expr = sql.call(function, *trees)
        if function == "length":
            tree = exp.cast(tree, exp.DataType.Type.DOUBLE)
        if returns is Type.TEXT and function != "upper":
            tree = sql.call("nullif", tree, sql.text("")) if function != "lower" else tree
        return self.combine(tree, returns, parts)

    # --- functions of the language ---

    def function(self, node: exp.Expr) -> Compiled:
        assert isinstance(node, exp.Anonymous)
        called = _name(node)
        own = {
            "usubjid": self.usubjid,
            "codelist": self.codelist,
            "term_decode": self.codelist,
            "collected": self.collected,
            "in_unit": self.in_unit,
            "reference": self.reference,
            "any_of": self.aggregate,
        }
        if called in own:
            return own[called](node)
        if called == "sequence":
            raise ExpressionError(
                "E1307", "sequence(...) stands alone, as the whole value of a variable"
            )
        if called not in FUNCTIONS:
            remedy = did_you_mean(called, known_functions())
            raise ExpressionError(
                "E1310", f"'{called}' is not a function of the mapping language", remedy
            )
        return self.clinical(FUNCTIONS[called], node)

    def clinical(self, function: Function, node: exp.Anonymous) -> Compiled:
        forms = {len(form.parameters): form for form in function.forms}
        form = forms.get(len(node.expressions))
        if form is None:
            counts = " or ".join(str(count) for count in sorted(forms))
            raise ExpressionError(
                "E1306", f"{function.name} takes {counts} arguments, not {len(node.expressions)}"
            )
        parts = [
            self.expect(each, parameter.type, f"argument '{parameter.name}' of {function.name}")
            for each, parameter in zip(node.expressions, form.parameters, strict=True)
        ]
        tree = sql.call(function.macro, *(part.sql for part in parts))
        whole = self.combine(tree, function.returns, parts)
        if not function.fails:
            return whole
        return _with_fault(whole, parts[0], *_FAULTS[function.name])

    def usubjid(self, node: exp.Anonymous) -> Compiled:
        parts = [self.expect(each, Type.TEXT) for each in node.expressions]
        if not parts:
            raise ExpressionError("E1306", "usubjid takes at least one argument")
        tree: exp.Expr = sql.text(self.vocabulary.studyid)
        for part in parts:
            joined = exp.DPipe(this=tree, expression=sql.text("-"))
            tree = exp.DPipe(this=joined, expression=sql.paren(part.sql))
        return self.combine(tree, Type.TEXT, parts)

    def codelist(self, node: exp.Anonymous) -> Compiled:
        called = _name(node)
        if len(node.expressions) != 2 or not node.expressions[1].is_string:
            raise ExpressionError(
                "E1306", f"{called} takes a value and the name of a codelist in quotes"
            )
        value = self.expect(node.expressions[0], Type.TEXT)
        return self.through_codelist(
            value, node.expressions[1].name, decode=called == "term_decode"
        )

    def through_codelist(self, value: Compiled, codelist: str, *, decode: bool = False) -> Compiled:
        """Return the value mapped through a codelist of the study; no term is a fault."""
        found = self.vocabulary.codelist(codelist)
        tree = found.decoded(value.sql) if decode else found.mapped(value.sql)
        kind = Type.NUMBER if found.numeric and not decode else Type.TEXT
        whole = self.combine(tree, kind, [value])
        remedy = "add it to terminology.yaml or correct the record"
        return _with_fault(
            whole, value, "E3203", f"{{value}} has no term in codelist {found.title}", remedy
        )

    def collected(self, node: exp.Anonymous) -> Compiled:
        if len(node.expressions) != 1 or not isinstance(node.expressions[0], exp.Column):
            raise ExpressionError("E1306", "collected takes one raw column")
        column = node.expressions[0]
        found = self.scope.resolve(column.table, column.name)
        if found.collected is None:
            raise ExpressionError("E1306", f"'{column.name}' is not a raw column")
        return Compiled(found.collected.copy(), Type.TEXT, frozenset([found.reference]))

    def in_unit(self, node: exp.Anonymous) -> Compiled:
        if len(node.expressions) not in {3, 4}:
            raise ExpressionError(
                "E1306", "in_unit takes a number, two units and perhaps an analyte"
            )
        wanted = (Type.NUMBER, Type.TEXT, Type.TEXT, Type.TEXT)
        parts = [
            self.expect(each, kind) for each, kind in zip(node.expressions, wanted, strict=False)
        ]
        targets = self.vocabulary.unit_targets(_literals(node.expressions[2]))
        analytes = _literals(node.expressions[3]) if len(parts) == 4 else None
        tree = self.vocabulary.converted(
            *(part.sql for part in parts), targets=targets, analytes=analytes
        )
        whole = self.combine(tree, Type.NUMBER, parts)
        failed = sql.every([sql.not_null(parts[0].sql), sql.is_null(tree)])
        assert failed is not None
        unit = sql.call("coalesce", parts[1].sql, sql.text("(none)"))
        problem = "unit {value} has no known factor to the standard unit"
        remedy = "correct the unit, or map it to a known unit first"
        words = Fault("E3204", sql.when(failed, unit), problem, remedy, parts[1].uses)
        return Compiled(whole.sql, whole.type, whole.uses, (*whole.faults, words), whole.aggregates)

    def reference(self, node: exp.Anonymous) -> Compiled:
        if len(node.expressions) < 2 or not node.expressions[0].is_string:
            raise ExpressionError(
                "E1306", "reference takes a resource type in quotes and its identity"
            )
        kind = node.expressions[0].name
        if not kind.isalpha():
            raise ExpressionError("E1306", f"'{kind}' is not a resource type")
        parts = [self.expect(each, Type.TEXT) for each in node.expressions[1:]]
        tree = sql.call("concat_ws", sql.text("|"), *(part.sql for part in parts))
        present = sql.every(sql.not_null(part.sql) for part in parts)
        assert present is not None
        marked = exp.DPipe(this=sql.text(f"\x01{kind}|"), expression=tree)
        return self.combine(sql.when(present, marked), Type.TEXT, parts)

    # --- aggregates over sets ---

    def aggregate(self, node: exp.Expr) -> Compiled:
        function = (
            _name(node) if isinstance(node, exp.Anonymous) else type(node).__name__.casefold()
        )
        arguments = (
            node.expressions if isinstance(node, exp.Anonymous) else [node.this, *node.expressions]
        )
        if len(arguments) != 1 or isinstance(arguments[0], exp.Star):
            raise ExpressionError(
                "E1306", f"{function} takes one argument, e.g. {function}(set.VARIABLE)"
            )
        qualifiers = {
            each.table for each in arguments[0].find_all(exp.Column) if each.table != "study"
        }
        inner_scope = self.scope.set_scope(next(iter(qualifiers))) if len(qualifiers) == 1 else None
        if inner_scope is None:
            problem = (
                f"{function} is for the records of one set lookup, e.g. {function}(set.VARIABLE)"
            )
            remedy = (
                "greatest and least compare values of one record"
                if function in {"min", "max"}
                else ""
            )
            raise ExpressionError("E1308", problem, remedy)
        inner = _Compiler(inner_scope, self.vocabulary).compile(arguments[0])
        wanted = {"any_of": Type.BOOLEAN, "sum": Type.NUMBER}.get(function)
        if wanted and not _fits(inner.type, wanted):
            raise _type_error(f"the argument of {function}", inner.type, wanted.value)
        if function in {"min", "max"} and inner.type in _TEXT_LIKE:
            raise ExpressionError(
                "E1403",
                f"'{node.sql('duckdb')}' orders texts",
                "use number(...) or complete_date(...)",
            )
        lookup = next(iter(qualifiers))
        column = f"{lookup}.{function}({inner.sql.sql('duckdb')})"
        made = Aggregate(lookup, function, inner.sql, column, inner.uses)
        tree: exp.Expr = sql.column(column)
        if function == "count":
            tree = sql.call("coalesce", exp.cast(tree, exp.DataType.Type.DOUBLE), sql.number("0"))
        if function == "any_of":
            tree = sql.call("coalesce", tree, exp.false())
        kind = {"count": Type.NUMBER, "any_of": Type.BOOLEAN}.get(function, inner.type)
        uses = inner.uses
        return Compiled(tree, kind, uses, (), (made,))

    # --- shared ---

    def expect(self, node: exp.Expr, wanted: Type, what: str = "") -> Compiled:
        part = self.compile(node)
        if part.type is Type.DATE and wanted is Type.DTC:
            tree = sql.call("tp_iso_date", part.sql)
            return Compiled(tree, Type.DTC, part.uses, part.faults, part.aggregates)
        if not _fits(part.type, wanted):
            raise _type_error(what or f"'{node.sql('duckdb')}'", part.type, wanted.value)
        return part

    def combine(self, tree: exp.Expr, kind: Type, parts: Sequence[Compiled]) -> Compiled:
        uses, aggregates = _merge(parts)
        return Compiled(tree, kind, uses, _faults(parts), aggregates)

    def common_type(self, parts: Sequence[Compiled], node: exp.Expr) -> Type:
        kinds = {part.type for part in parts} - {Type.NULL}
        if kinds <= _TEXT_LIKE:
            return Type.NULL if not kinds else Type.DTC if kinds == {Type.DTC} else Type.TEXT
        if len(kinds) == 1:
            return next(iter(kinds))
        shown = " and ".join(sorted(kinds))
        remedy = "use number(...) or number_text(...)" if Type.NUMBER in kinds else ""
        raise ExpressionError("E1401", f"'{node.sql('duckdb')}' mixes {shown}", remedy)


_FAULTS = {
    "number": (
        "E3201",
        "{value} is not a number",
        "correct the record, or map the text before number()",
    ),
    "iso8601": ("E3202", "{value} is not a date that can be read", "correct the record"),
    "excel_date": ("E3202", "{value} is not an Excel date", "correct the record"),
    "grade_number": ("E3205", "{value} is not a grade", "correct the record"),
    "age_in_years": (
        "E3206",
        "{value} leaves the age open",
        "collect the missing part of the date",
    ),
}


def _with_fault(whole: Compiled, value: Compiled, code: str, problem: str, remedy: str) -> Compiled:
    failed = sql.every([sql.not_null(value.sql), sql.is_null(whole.sql)])
    assert failed is not None
    fault = Fault(code, sql.when(failed, value.sql), problem, remedy, value.uses)
    return Compiled(whole.sql, whole.type, whole.uses, (*whole.faults, fault), whole.aggregates)


def _in_branch(fault: Fault, conditions: Sequence[Compiled], place: int) -> Fault:
    """Return the fault as it counts in branch `place` of a case, reached only past the others."""
    ifs = [exp.If(this=each.sql.copy(), true=exp.Null()) for each in conditions[:place]]
    if place < len(conditions):
        ifs.append(exp.If(this=conditions[place].sql.copy(), true=fault.value))
        value: exp.Expr = exp.Case(ifs=ifs)
    else:
        value = exp.Case(ifs=ifs, default=fault.value)
    return Fault(fault.code, value, fault.problem, fault.remedy, fault.uses)


def _searched(node: exp.Expr) -> exp.Case:
    """Return `case x when a ...` as `case when x = a ...`."""
    ifs = [
        exp.If(
            this=exp.EQ(this=node.this.copy(), expression=each.this.copy()),
            true=each.args["true"].copy(),
        )
        for each in node.args["ifs"]
    ]
    default = node.args.get("default")
    return exp.Case(ifs=ifs, default=default.copy() if default is not None else None)


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    keys = ("this", "expression", "start", "length", "delimiter", "part_index")
    return [node.args[key] for key in keys if isinstance(node.args.get(key), exp.Expr)]


def _literals(node: exp.Expr) -> tuple[str, ...] | None:
    return (node.name,) if isinstance(node, exp.Literal) and node.is_string else None


def _short_literal(node: exp.Expr, what: str) -> None:
    if not isinstance(node, exp.Literal) or len(node.name) > 20:
        raise ExpressionError("E1305", f"{what} is a text in quotes of up to 20 characters")


def _not_in_language(node: exp.Expr) -> ExpressionError:
    shown = node.sql("duckdb")
    short = shown if len(shown) <= 40 else shown[:37] + "..."
    hints: dict[type[exp.Expr], str] = {
        exp.Cast: "use number(...), complete_date(...) or number_text(...)",
        exp.TryCast: "use number(...), complete_date(...) or number_text(...)",
        exp.Round: "use round_half_up(number, digits)",
        exp.If: "use case when ... then ... else ... end",
    }
    called = type(node).__name__.casefold()
    if isinstance(node, exp.Func) and type(node) not in hints:
        return ExpressionError(
            "E1310",
            f"'{called}' is not a function of the mapping language",
            did_you_mean(called, known_functions()),
        )
    return ExpressionError(
        "E1310", f"'{short}' is not in the mapping language", hints.get(type(node), "")
    )
