"""A ruleset evaluation run of the Data Catalog: what StartDataQualityRulesetEvaluationRun starts."""
import json
import sys

from awsglue.context import GlueContext
from awsgluedq.evaluate import Options, evaluate
from awsgluedq.publish import result_of
from pyspark.context import SparkContext

RESULT = "LAKEWRIGHT_DATA_QUALITY "


def main() -> None:
    run = json.loads(sys.argv[sys.argv.index("--lakewright_run") + 1])
    glue = GlueContext(SparkContext.getOrCreate())

    def table(name):
        database, _, table_name = name.partition(".")
        return glue.create_data_frame.from_catalog(database=database, table_name=table_name)

    sources = {alias: f"{each['DatabaseName']}.{each['TableName']}" for alias, each in run["sources"].items()}

    def source(alias):
        if alias in sources:
            return table(sources[alias])
        if alias.count(".") == 1:
            return table(alias)
        raise ValueError(f"'{alias}' not found in additional data sources")

    frame = table(f"{run['table']['DatabaseName']}.{run['table']['TableName']}").cache()
    options = Options(by_row=run["byRow"])
    rows = frame.count()
    for name, ruleset in run["rulesets"].items():
        evaluation = evaluate(frame, ruleset, source, None, options, dynamic=False)
        print(RESULT + json.dumps({"ruleset": name, "rows": rows, "result": result_of(evaluation)}), flush=True)
    print("LAKEWRIGHT_MEASURES " + json.dumps({"rowsIn": rows}), flush=True)


main()
