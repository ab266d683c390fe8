"""A ruleset on a DataFrame: outcomes of rules, and of rows."""
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Callable, Optional

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .dqdl import Composite, Rule, parse
from .expressions import NUMERIC
from .outcome import Data, MissingColumn, Outcome
from .rules import RULES, check

ROW_RATIOS = {"Completeness", "DatasetMatch", "ReferentialIntegrity", "Uniqueness"}


@dataclass
class Evaluated:
    """A rule, and what became of it; `failed` is Failed, `error` means that it couldn't be evaluated."""

    rule: object
    outcome: Outcome
    error: bool = False


@dataclass
class Options:
    """`additional_options` of EvaluateDataQuality."""

    by_row: bool = False
    skip_filtered: bool = False
    with_labels: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(timezone.utc))


@dataclass
class Evaluation:
    frame: DataFrame
    rules: list
    analyzers: list
    options: Options

    def row_level(self) -> DataFrame:
        """
        The rows with what the rules say of each.

        https://docs.aws.amazon.com/glue/latest/dg/data-quality-rule-builder.html
        """
        names = ["DataQualityRulesPass", "DataQualityRulesFail", "DataQualityRulesSkip"]
        frame, marks = self.frame, []
        for index, evaluated in enumerate(self.rules):
            mark = row_mark(evaluated, self.options)
            if mark is not None:
                frame = mark(frame, f"__rule{index}")
            marks.append((self.name(evaluated.rule), mark is not None, f"__rule{index}"))
        parts = []
        for wanted in ("pass", "fail", "skip"):
            texts = [F.when(F.col(each) == wanted, F.lit(name)) for name, known, each in marks if known]
            if wanted == "skip":
                texts += [F.lit(name) for name, known, _ in marks if not known]
            parts.append(F.array_compact(F.array(*texts)) if texts else F.array().cast("array<string>"))
        frame = frame.select("*", *[part.alias(name) for name, part in zip(names, parts)])
        frame = frame.withColumn("DataQualityEvaluationResult", F.when(F.size(names[1]) > 0, "Failed").otherwise("Passed"))
        return frame.drop(*[each for _, _, each in marks])

    def name(self, rule) -> str:
        if not (self.options.with_labels and rule.labels):
            return rule.text
        return f"{rule.text} labels=[{','.join(f'{key}={value}' for key, value in rule.labels.items())}]"


def row_mark(evaluated: Evaluated, options: Options):
    """Adds a column `pass`, `fail` or `skip`; None for a rule that knows no rows."""
    rule, outcome = evaluated.rule, evaluated.outcome
    if outcome.mark is None:
        return None
    where = getattr(rule, "where", None)

    def mark(frame, target):
        if where is None:
            return outcome.mark(frame, target).withColumn(target, F.when(F.col(target), "pass").otherwise("fail"))
        left_out = "skip" if options.skip_filtered else "pass"
        inside = F.coalesce(F.expr(where), F.lit(False))
        kept = outcome.mark(frame.filter(inside), target)
        kept = kept.withColumn(target, F.when(F.col(target), "pass").otherwise("fail"))
        return kept.unionByName(frame.filter(~inside).withColumn(target, F.lit(left_out)))

    return mark


def leaves(rules):
    for rule in rules:
        if isinstance(rule, Composite):
            yield from leaves(rule.rules)
        else:
            yield rule


def evaluate(
    frame: DataFrame,
    ruleset: str,
    sources: Optional[Callable] = None,
    history: Optional[Callable] = None,
    options: Optional[Options] = None,
    dynamic: bool = True,
) -> Evaluation:
    """
    :param sources: the DataFrame of an alias; raises for one that it doesn't know
    :param history: a metric's earlier values, the latest first
    :param dynamic: whether last() is known, as in Glue jobs, or not, as in runs on the Data Catalog
    :raises ValueError: for a ruleset that can't be evaluated at all
    """
    parsed = parse(ruleset)
    options = options or Options()
    by_id = {id(rule): rule for rule in leaves(parsed.rules)}
    for rule in by_id.values():
        check(rule)
        if not dynamic and rule.expression is not None and rule.expression.dynamic:
            raise ValueError(f"dynamic rules are supported in AWS Glue ETL only: {rule.text}")
    if not dynamic and parsed.analyzers:
        raise ValueError("analyzers are not supported in AWS Glue Data Catalog")
    runs = []
    for rule in by_id.values():
        data = Data(filtered(rule, frame), sources or no_source, options.now, history or no_history)
        runs.append((rule, data, RULES[rule.type](rule, data)))
    outcomes = dict(zip(by_id, together(runs)))
    rules = [combined(rule, outcomes, options, frame) for rule in parsed.rules]
    analyzers = [(rule, analyzed(rule, frame, options)) for rule in parsed.analyzers]
    return Evaluation(frame, rules, analyzers, options)


def no_source(alias):
    raise ValueError(f"'{alias}' not found in additional data sources")


def no_history(_metric):
    return []


def filtered(rule: Rule, frame: DataFrame) -> DataFrame:
    if rule.where is None:
        return frame
    try:
        return frame.filter(rule.where)
    except AnalysisException as error:
        text = str(error).strip().split("\n")[0]
        raise ValueError(f"Rule {rule.text} has provided an invalid where clause : \n{text}") from error


def together(runs):
    """Drives the generators: what they want first of the same rows is computed in one pass."""
    wanted, results = {}, [None] * len(runs)
    for index, (rule, data, run) in enumerate(runs):
        try:
            wants = next(run)
            wanted.setdefault(rule.where, []).append((index, data, wants))
        except StopIteration as end:
            results[index] = Evaluated(rule, end.value)
        except Exception as error:  # noqa: BLE001
            results[index] = failed(rule, error)
    for group in wanted.values():
        values = computed(group)
        for index, _, wants in group:
            rule, _, run = runs[index]
            try:
                run.send({name: values[f"{index}.{name}"] for name in wants})
                raise RuntimeError(f"{rule.type} wants more than once")
            except StopIteration as end:
                results[index] = Evaluated(rule, end.value)
            except Exception as error:  # noqa: BLE001
                results[index] = failed(rule, error)
    return results


def computed(group):
    """The aggregates that rules with one where clause want, by `<index>.<name>`."""
    frame = group[0][1].frame
    columns = {f"{index}.{name}": column for index, _, wants in group for name, column in wants.items()}
    if not columns:
        return {}
    row = frame.agg(*[column.alias(name) for name, column in columns.items()]).first()
    return row.asDict()


def failed(rule, error) -> Evaluated:
    if isinstance(error, MissingColumn):
        return Evaluated(rule, Outcome(False, str(error)))
    text = str(error).strip().split("\n")[0]
    return Evaluated(rule, Outcome(False, text), error=True)


def combined(rule, outcomes, options, frame) -> Evaluated:
    if not isinstance(rule, Composite):
        return outcomes[id(rule)]
    parts = [combined(each, outcomes, options, frame) for each in rule.rules]
    metrics = {name: value for part in parts for name, value in part.outcome.metrics.items()}
    marks = [row_mark(part, options) for part in parts]
    mark = None if any(each is None for each in marks) else connected(rule.operator, marks)
    messages = [part.outcome.message for part in parts if part.outcome.message]
    if options.by_row and mark is not None and not any(relies_on_ratio(each) for each in leaves([rule])):
        bad = mark(frame, "__row").filter("NOT __row").limit(1).count()
        passed = bad == 0
    else:
        verdicts = [part.outcome.passed for part in parts]
        passed = all(verdicts) if rule.operator == "and" else any(verdicts)
    message = None if passed else "; ".join(messages) or None
    return Evaluated(rule, Outcome(passed, message, metrics, mark), any(part.error for part in parts) and not passed)


def relies_on_ratio(rule: Rule) -> bool:
    return rule.type in ROW_RATIOS or rule.threshold is not None


def connected(operator, marks):
    def mark(frame, target):
        names = [f"{target}_{index}" for index in range(len(marks))]
        for each, name in zip(marks, names):
            frame = each(frame, name)
        result = None
        for name in names:
            good = F.col(name) != "fail"
            result = good if result is None else (result & good if operator == "and" else result | good)
        return frame.withColumn(target, result).drop(*names)

    return mark


ANALYZED = {
    "RowCount": "> 0",
    "ColumnCount": "> 0",
    "ColumnLength": "between 0 and 1",
    "ColumnValues": "between 0 and 1",
}


def analyzed(rule: Rule, frame, options) -> Outcome:
    """A metric without a verdict."""
    if rule.type == "AllStatistics":
        return all_statistics(rule, frame, options)
    written = f"Rules = [{rule.text} {ANALYZED.get(rule.type, '>= 0')}]"
    (evaluated,) = evaluate(frame, written, options=options).rules
    return Outcome(True, evaluated.outcome.message if evaluated.error else None, evaluated.outcome.metrics)


def all_statistics(rule: Rule, frame, options) -> Outcome:
    (name,) = rule.parameters
    quoted = '"' + name.replace('"', '\\"') + '"'
    wanted = ["RowCount > 0", f"Completeness {quoted} >= 0", f"Uniqueness {quoted} >= 0"]
    dtype = {each.name.lower(): each.dataType for each in frame.schema.fields}.get(name.lower())
    if dtype is not None and dtype.typeName() == "string":
        wanted.append(f"ColumnLength {quoted} between 0 and 1")
    if isinstance(dtype, NUMERIC):
        wanted.append(f"ColumnValues {quoted} between 0 and 1")
    rules = evaluate(frame, f"Rules = [{', '.join(wanted)}]", options=options).rules
    return Outcome(True, None, {key: value for each in rules for key, value in each.outcome.metrics.items()})
