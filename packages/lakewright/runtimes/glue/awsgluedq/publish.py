"""
What AWS Glue keeps of an evaluation: results, which its API shows, and statistics, which last() reads.

Both go to the lake through its endpoint; without one (a script that runs by itself) nothing is kept.
"""
import json
import os
import sys
import urllib.request

TARGET = "AWSGlue.LakewrightDataQuality"


class Publisher:
    def __init__(self, context: str):
        self.context = context
        self.job = argument("--JOB_NAME")
        self.run = argument("--JOB_RUN_ID")
        self.known = None

    def history(self, metric: str) -> list:
        """Earlier values, the latest first."""
        if self.known is None:
            self.known = (call({"Action": "Statistics", **self.place()}) or {}).get("Statistics", {})
        return self.known.get(metric, [])

    def remember(self, evaluation) -> None:
        everything = [each.outcome for each in evaluation.rules] + [each for _, each in evaluation.analyzers]
        metrics = {name: value for each in everything for name, value in each.metrics.items() if value == value}
        call({"Action": "Remember", **self.place(), "Statistics": metrics})

    def publish(self, evaluation, started) -> None:
        result = {**result_of(evaluation), "StartedOn": started.timestamp(), "JobRunId": self.run}
        call({"Action": "Publish", **self.place(), "Result": result})

    def place(self) -> dict:
        return {"EvaluationContext": self.context, "JobName": self.job}


def result_of(evaluation) -> dict:
    """RuleResults and AnalyzerResults, as GetDataQualityResult has them."""
    rules = [
        {
            "Name": f"Rule_{index + 1}",
            "Description": each.rule.text,
            "EvaluationMessage": each.outcome.message,
            "Result": "PASS" if each.outcome.passed else "ERROR" if each.error else "FAIL",
            "EvaluatedMetrics": clean(each.outcome.metrics),
            "EvaluatedRule": each.rule.text,
            **({"Labels": dict(each.rule.labels)} if each.rule.labels else {}),
        }
        for index, each in enumerate(evaluation.rules)
    ]
    analyzers = [
        {
            "Name": f"Analyzer_{index + 1}",
            "Description": rule.text,
            "EvaluationMessage": outcome.message,
            "EvaluatedMetrics": clean(outcome.metrics),
        }
        for index, (rule, outcome) in enumerate(evaluation.analyzers)
    ]
    passed = sum(each["Result"] == "PASS" for each in rules)
    return {
        "RuleResults": rules,
        **({"AnalyzerResults": analyzers} if analyzers else {}),
        "Score": passed / len(rules) if rules else 1.0,
    }


def clean(metrics: dict) -> dict:
    """JSON has no NaN."""
    return {name: float(value) for name, value in metrics.items() if value == value}


def argument(name: str):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv[:-1] else None


def call(body: dict):
    endpoint, key = os.environ.get("AWS_ENDPOINT_URL"), os.environ.get("AWS_ACCESS_KEY_ID")
    if not endpoint or not key:
        return None
    region = os.environ.get("AWS_REGION", "us-east-1")
    credential = f"{key}/20260101/{region}/glue/aws4_request"
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": TARGET,
        # The lake reads who signed, and checks no signature.
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0",
    }
    request = urllib.request.Request(endpoint, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read() or b"null")
