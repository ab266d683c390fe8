"""Evaluates cases that come as JSON on standard input, each on one of the frames, and prints what became of them."""
import json
import sys
from datetime import datetime, timezone

from awsgluedq.evaluate import Options, evaluate
from awsgluedq.transforms import outcomes
from pyspark.sql import SparkSession

given = json.load(sys.stdin)
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
frames = {
    name: spark.createDataFrame([tuple(row) for row in each["rows"]], each["schema"])
    .selectExpr(*each.get("select", ["*"]))
    .cache()
    for name, each in given["frames"].items()
}


def source(alias):
    if alias in frames:
        return frames[alias]
    raise ValueError(f"'{alias}' not found in additional data sources")


def run(case):
    options = Options(
        by_row=case.get("byRow", False),
        skip_filtered=case.get("skip", False),
        now=datetime.fromisoformat(case.get("now", "2026-03-01T12:00:00")).replace(tzinfo=timezone.utc),
    )
    history = case.get("history", {})
    ruleset = (case.get("ruleset") or f"Rules = [ {case['rule']} ]").replace("HERE", f"file://{__file__}")
    try:
        evaluation = evaluate(
            frames[case.get("frame", "people")], ruleset, source, lambda name: history.get(name, []), options
        )
        answer = {
            "outcomes": [row.asDict() for row in outcomes(evaluation).collect()],
            "errors": [each.error for each in evaluation.rules],
            "analyzers": [outcome.metrics for _, outcome in evaluation.analyzers],
        }
        if case.get("rows"):
            rows = evaluation.row_level().orderBy("id").collect()
            answer["rows"] = [
                [row["DataQualityRulesPass"], row["DataQualityRulesFail"], row["DataQualityRulesSkip"], row["DataQualityEvaluationResult"]]
                for row in rows
            ]
        return answer
    except Exception as error:  # noqa: BLE001
        return {"refused": str(error)}


def plain(value):
    """JSON has no NaN."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and value != value else value


print("ANSWERS " + json.dumps(plain([run(case) for case in given["cases"]]), default=str))
