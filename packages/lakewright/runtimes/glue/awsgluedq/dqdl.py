"""The Data Quality Definition Language: text to a tree.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""
import re
from dataclasses import dataclass, field
from typing import Any, Optional

RULE_TYPES = {
    "AggregateMatch", "ColumnCorrelation", "ColumnCount", "ColumnDataType", "ColumnExists", "ColumnLength",
    "ColumnNamesMatchPattern", "ColumnValues", "Completeness", "CustomSql", "CustomSQL", "DataFreshness",
    "DatasetMatch", "DistinctValuesCount", "Entropy", "FileFreshness", "FileSize", "IsComplete", "IsPrimaryKey",
    "IsUnique", "Mean", "ReferentialIntegrity", "RowCount", "RowCountMatch", "SchemaMatch", "StandardDeviation",
    "Sum", "UniqueValueRatio", "Uniqueness",
}
ANALYZER_TYPES = {
    "AllStatistics", "ColumnCorrelation", "ColumnCount", "ColumnLength", "ColumnValues", "Completeness",
    "DistinctValuesCount", "Entropy", "Mean", "RowCount", "StandardDeviation", "Sum", "UniqueValueRatio", "Uniqueness",
}
# What Glue knows and this evaluator doesn't.
REFUSED = {"AnomalyDetection", "DetectAnomalies", "FileMatch", "FileUniqueness"}
AGGREGATES = {"avg", "median", "max", "min", "sum", "std", "abs", "index"}
SIZES = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
UNITS = {"minutes": 60, "minute": 60, "hours": 3600, "hour": 3600, "days": 86400, "day": 86400}


class DqdlError(ValueError):
    """A text that is no DQDL, with its place."""


@dataclass(frozen=True)
class Operand:
    """A value: `number`, `text`, `keyword` (NULL …), `now` (offset in seconds), `duration` (seconds), `last`, `call`, `op`."""

    kind: str
    value: Any
    arguments: tuple = ()

    @property
    def dynamic(self) -> bool:
        return self.kind == "last" or any(isinstance(each, Operand) and each.dynamic for each in self.arguments)


@dataclass(frozen=True)
class Expression:
    """`operator` is one of = != > >= < <= between in matches; `negated` for `not between` and the like."""

    operator: str
    operands: tuple
    negated: bool = False

    @property
    def dynamic(self) -> bool:
        return any(each.dynamic for each in self.operands)


@dataclass(frozen=True)
class Rule:
    """One rule type with its parameters."""

    type: str
    parameters: tuple
    expression: Optional[Expression]
    where: Optional[str]
    threshold: Optional[Expression]
    tags: dict
    labels: dict
    text: str


@dataclass(frozen=True)
class Composite:
    """Rules that `and` or `or` connects."""

    operator: str
    rules: tuple
    labels: dict
    text: str


@dataclass(frozen=True)
class Ruleset:
    rules: list = field(default_factory=list)
    analyzers: list = field(default_factory=list)


TOKEN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*|//[^\n]*)
      |(?P<text>"(?:\\.|[^"\\])*")
      |(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+)
      |(?P<constant>\$[A-Za-z_]\w*)
      |(?P<word>[A-Za-z_]\w*)
      |(?P<sign>!=|>=|<=|[=<>()\[\],+\-*/])""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    kind: str
    value: str
    start: int
    end: int


class Parser:
    """Recursive descent; every refusal names line and column."""

    def __init__(self, source: str):
        self.source = source
        self.tokens = []
        self.constants = {}
        self.default_labels = {}
        self.at = 0
        place = 0
        while place < len(source):
            match = TOKEN.match(source, place)
            if match is None:
                self.fail(f"unexpected {source[place]!r}", place)
            if match.lastgroup != "blank":
                self.tokens.append(Token(match.lastgroup, match.group(), place, match.end()))
            place = match.end()
        self.tokens.append(Token("end", "", len(source), len(source)))

    # -- the document

    def ruleset(self) -> Ruleset:
        found = {}
        while self.peek().kind != "end":
            name = self.take("word")
            self.expect("=")
            if name.value in ("Rules", "Analyzers"):
                if name.value in found:
                    self.fail(f"a second {name.value}", name.start)
                found[name.value] = self.bracketed(self.rule if name.value == "Rules" else self.analyzer)
            elif name.value == "DefaultLabels":
                self.default_labels = self.labels()
            else:
                self.constants[name.value] = self.text()
        if "Rules" not in found and "Analyzers" not in found:
            self.fail("no Rules = [ … ]", len(self.source))
        return Ruleset(found.get("Rules", []), found.get("Analyzers", []))

    def bracketed(self, item) -> list:
        opening = self.peek()
        self.expect("[")
        items = [item()]
        while self.accept(","):
            items.append(item())
        if self.peek().value != "]":
            self.fail(f"expected ',' or ']' for the '[' in {self.place(opening.start)}", self.peek().start)
        self.expect("]")
        return items

    # -- rules

    def rule(self):
        start = self.peek().start
        first = self.unit()
        rules, operator = [first], None
        while self.peek().value.lower() in ("and", "or") and self.peek().kind == "word":
            word = self.next().value.lower()
            if operator not in (None, word):
                rules = [Composite(operator, tuple(rules), {}, self.written(start))]
            operator = word
            if self.peek().value != "(":
                self.fail(f"each rule that '{word}' connects stands in parentheses", self.peek().start)
            rules.append(self.unit())
        if operator is None:
            return first
        text = self.written(start)
        return Composite(operator, tuple(rules), self.given_labels(), text)

    def unit(self):
        if self.accept("("):
            inner = self.rule()
            self.expect(")")
            return inner
        return self.simple(RULE_TYPES)

    def analyzer(self) -> Rule:
        return self.simple(ANALYZER_TYPES)

    def simple(self, known) -> Rule:
        name = self.take("word")
        if name.value in REFUSED:
            raise DqdlError(f"Lakewright does not evaluate {name.value} ({self.place(name.start)})")
        if name.value not in known:
            what = "analyzer" if known is ANALYZER_TYPES else "rule type"
            self.fail(f"unknown {what} '{name.value}'", name.start)
        parameters = []
        while self.peek().kind in ("text", "constant"):
            parameters.append(self.text())
        expression = self.expression()
        where = self.text() if self.accept_word("where") else None
        threshold, tags = None, {}
        while self.accept_word("with"):
            tag = self.take("word").value
            if tag == "threshold":
                threshold = self.expression()
                if threshold is None:
                    self.fail("a threshold wants an expression", self.peek().start)
            else:
                self.expect("=")
                tags[tag] = self.next().value.strip('"')
        text = self.written(name.start)
        labels = self.given_labels()
        kind = "CustomSql" if name.value == "CustomSQL" else name.value
        return Rule(kind, tuple(parameters), expression, where, threshold, tags, labels, text)

    def given_labels(self) -> dict:
        labels = dict(self.default_labels)
        if self.peek().value == "labels" and self.tokens[self.at + 1].value == "=":
            self.at += 2
            labels.update(self.labels())
        return labels

    def labels(self) -> dict:
        def pair():
            key = self.text()
            self.expect("=")
            return key, self.text()

        return dict(self.bracketed(pair))

    # -- expressions

    def expression(self) -> Optional[Expression]:
        negated = self.accept_word("not")
        token = self.peek()
        if token.kind == "sign" and token.value in ("=", "!=", ">", ">=", "<", "<="):
            self.next()
            return Expression(token.value, (self.operand(),), negated)
        if self.accept_word("between"):
            low = self.operand()
            if not self.accept_word("and"):
                self.fail("expected 'and'", self.peek().start)
            return Expression("between", (low, self.operand()), negated)
        if self.accept_word("in"):
            return Expression("in", tuple(self.bracketed(self.operand)), negated)
        if self.accept_word("matches"):
            return Expression("matches", (Operand("text", self.text()),), negated)
        if negated:
            self.fail("'not' stands before between, in or matches", token.start)
        return None

    def operand(self) -> Operand:
        left = self.product()
        while self.peek().value in ("+", "-"):
            sign = self.next().value
            right = self.product()
            if left.kind == "now":
                if right.kind != "duration":
                    self.fail("now() moves by a duration, such as 3 days", self.peek().start)
                left = Operand("now", left.value + (right.value if sign == "+" else -right.value))
            else:
                left = Operand("op", sign, (left, right))
        return left

    def product(self) -> Operand:
        left = self.primary()
        while self.peek().value in ("*", "/"):
            left = Operand("op", self.next().value, (left, self.primary()))
        return left

    def primary(self) -> Operand:
        token = self.next()
        if token.value == "(":
            inner = self.operand()
            self.expect(")")
            return inner
        if token.value in ("-", "+"):
            value = self.primary()
            if value.kind not in ("number", "duration"):
                self.fail("a sign stands before a number", token.start)
            return Operand(value.kind, -value.value if token.value == "-" else value.value)
        if token.kind == "number":
            number = float(token.value)
            if self.peek().value.lower() in UNITS:
                return Operand("duration", number * UNITS[self.next().value.lower()])
            if self.peek().value in SIZES:
                return Operand("number", number * SIZES[self.next().value])
            return Operand("number", number)
        if token.kind in ("text", "constant"):
            self.at -= 1
            return Operand("text", self.text())
        if token.kind == "word":
            return self.named(token)
        self.fail(f"expected a value, found '{token.value or 'the end'}'", token.start)

    def named(self, token: Token) -> Operand:
        word = token.value
        if word.upper() in ("NULL", "EMPTY", "WHITESPACES_ONLY"):
            return Operand("keyword", word.upper())
        if word.lower() in ("true", "false"):
            return Operand("text", word.lower())
        if word == "now":
            self.expect("(")
            self.expect(")")
            return Operand("now", 0.0)
        if word == "last":
            self.expect("(")
            count = 1 if self.peek().value == ")" else int(float(self.take("number").value))
            self.expect(")")
            if count < 1:
                self.fail("last(k) wants k of 1 at least", token.start)
            return Operand("last", count)
        if word in AGGREGATES:
            self.expect("(")
            arguments = [self.operand()]
            while self.accept(","):
                arguments.append(self.operand())
            self.expect(")")
            return Operand("call", word, tuple(arguments))
        self.fail(f"unknown value '{word}'", token.start)

    # -- tokens

    def text(self) -> str:
        token = self.next()
        if token.kind == "constant":
            if token.value[1:] not in self.constants:
                self.fail(f"unknown constant '{token.value}'", token.start)
            return self.constants[token.value[1:]]
        if token.kind != "text":
            self.fail(f"expected a text in quotes, found '{token.value or 'the end'}'", token.start)
        return token.value[1:-1].replace('\\"', '"')

    def peek(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def take(self, kind: str) -> Token:
        token = self.next()
        if token.kind != kind:
            self.fail(f"expected a {'name' if kind == 'word' else kind}, found '{token.value or 'the end'}'", token.start)
        return token

    def accept(self, value: str) -> bool:
        if self.peek().kind == "sign" and self.peek().value == value:
            self.at += 1
            return True
        return False

    def accept_word(self, value: str) -> bool:
        if self.peek().kind == "word" and self.peek().value.lower() == value:
            self.at += 1
            return True
        return False

    def expect(self, value: str) -> None:
        if not self.accept(value):
            self.fail(f"expected '{value}', found '{self.peek().value or 'the end'}'", self.peek().start)

    def written(self, start: int) -> str:
        """As it stands in the text, with single blanks."""
        return re.sub(r"\s+", " ", self.source[start : self.tokens[self.at - 1].end])

    def place(self, offset: int) -> str:
        before = self.source[:offset].split("\n")
        return f"line {len(before)}, column {len(before[-1]) + 1}"

    def fail(self, reason: str, offset: int):
        raise DqdlError(f"Invalid DQDL: {reason} ({self.place(offset)})")


def parse(source: str) -> Ruleset:
    """:raises DqdlError: with line and column"""
    return Parser(source).ruleset()
