"""
EvaluateDataQuality, as scripts of AWS Glue use it.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-EvaluateDataQuality.html
"""
from datetime import datetime, timezone

from pyspark.sql import DataFrame
from pyspark.sql import types as T

from .evaluate import Evaluation, Options, evaluate
from .publish import Publisher

DEFAULT_CONTEXT = "default_context"


class EvaluateDataQuality:
    """Evaluates a ruleset on a DynamicFrame."""

    @classmethod
    def apply(cls, frame, ruleset, publishing_options=None, additional_options=None, additional_data_sources=None):
        """One row for each rule: Rule, Outcome, FailureReason, EvaluatedMetrics, EvaluatedRule."""
        evaluation = cls._evaluate(frame, ruleset, publishing_options, additional_options, additional_data_sources)
        return cls._dynamic(outcomes(evaluation), frame, "ruleOutcomes")

    @classmethod
    def process_rows(
        cls,
        frame,
        ruleset,
        publishing_options=None,
        additional_options=None,
        additional_data_sources=None,
        **_names,
    ):
        """A DynamicFrameCollection: originalData, ruleOutcomes, rowLevelOutcomes."""
        from awsglue.dynamicframe import DynamicFrameCollection

        evaluation = cls._evaluate(frame, ruleset, publishing_options, additional_options, additional_data_sources)
        frames = {
            "originalData": frame,
            "ruleOutcomes": cls._dynamic(outcomes(evaluation), frame, "ruleOutcomes"),
            "rowLevelOutcomes": cls._dynamic(evaluation.row_level(), frame, "rowLevelOutcomes"),
        }
        return DynamicFrameCollection(frames, frame.glue_ctx)

    @staticmethod
    def _evaluate(frame, ruleset, publishing_options, additional_options, additional_data_sources) -> Evaluation:
        publishing, additional = publishing_options or {}, additional_options or {}
        sources = {name: each.toDF() for name, each in (additional_data_sources or {}).items()}

        def source(alias):
            if alias in sources:
                return sources[alias]
            raise ValueError(f"'{alias}' not found in additional data sources")

        for name in ("resultsS3Prefix", "enableDataQualityCloudWatchMetrics"):
            if publishing.get(name) not in (None, False, "", "false", "False"):
                print(f"Lakewright: {name} is known, and nothing is written for it")
        context = publishing.get("dataQualityEvaluationContext", DEFAULT_CONTEXT)
        publisher = Publisher(context)
        started = datetime.now(timezone.utc)
        options = Options(
            by_row=additional.get("compositeRuleEvaluation.method", "COLUMN") == "ROW",
            skip_filtered=additional.get("rowLevelConfiguration.filteredRowLabel", "PASSED") == "SKIPPED",
            with_labels=additional.get("rowLevelConfiguration.ruleWithLabels", "DISABLED") == "ENABLED",
            now=started,
        )
        data = frame.toDF()
        if not truthy(additional.get("performanceTuning.caching") == "CACHE_NOTHING"):
            data = data.cache()
        evaluation = evaluate(data, ruleset, source, publisher.history, options)
        publisher.remember(evaluation)
        if truthy(publishing.get("enableDataQualityResultsPublishing", True)):
            publisher.publish(evaluation, started)
        return evaluation

    @staticmethod
    def _dynamic(data: DataFrame, like, name: str):
        from awsglue.dynamicframe import DynamicFrame

        return DynamicFrame.fromDF(data, like.glue_ctx, name)


def truthy(value) -> bool:
    return str(value).lower() == "true"


def outcomes(evaluation: Evaluation) -> DataFrame:
    """One row for each rule."""
    fields = [
        T.StructField("Rule", T.StringType()),
        T.StructField("Outcome", T.StringType()),
        T.StructField("FailureReason", T.StringType()),
        T.StructField("EvaluatedMetrics", T.MapType(T.StringType(), T.DoubleType())),
        T.StructField("EvaluatedRule", T.StringType()),
    ]
    labelled = any(each.rule.labels for each in evaluation.rules)
    if labelled:
        fields.append(T.StructField("Labels", T.MapType(T.StringType(), T.StringType())))
    rows = [
        (
            each.rule.text,
            "Passed" if each.outcome.passed else "Failed",
            each.outcome.message,
            {name: float(value) for name, value in each.outcome.metrics.items()},
            each.rule.text,
            *([dict(each.rule.labels)] if labelled else []),
        )
        for each in evaluation.rules
    ]
    return evaluation.frame.sparkSession.createDataFrame(rows, T.StructType(fields))
