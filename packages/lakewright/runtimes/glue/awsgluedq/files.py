"""Rules on files: of a folder, or those that the DataFrame was read from."""
import re
from datetime import datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from .expressions import holds
from .outcome import Outcome, failure


def files_of(rule, data):
    """Path, time of last change and size of each, the latest first."""
    spark = data.frame.sparkSession
    paths = list(rule.parameters) or data.frame.inputFiles()
    if not paths:
        raise ValueError("Unable to parse file path from DataFrame")
    jvm, found = spark._jvm, []
    for each in paths:
        path = jvm.org.apache.hadoop.fs.Path(each)
        system = path.getFileSystem(spark._jsc.hadoopConfiguration())
        listed = system.listFiles(path, True)
        while listed.hasNext():
            status = listed.next()
            name = status.getPath().getName()
            if not name.startswith(("_", ".")):
                found.append((each, status.getModificationTime() / 1000, status.getLen()))
    found.sort(key=lambda item: -item[1])
    recent = rule.tags.get("recentFiles")
    return found[: int(float(recent))] if recent else found


def moment(operand, data, zone):
    if operand.kind == "now":
        return (data.now + timedelta(seconds=operand.value)).timestamp()
    text = str(operand.value)
    time = re.fullmatch(r"(\d{1,2}):(\d{2})\s*([AaPp][Mm])?", text)
    if time:
        hour = int(time.group(1)) % 12 + (12 if time.group(3).lower() == "pm" else 0) if time.group(3) else int(time.group(1))
        return datetime.combine(data.now.date(), clock(hour, int(time.group(2))), zone).timestamp()
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def compared(rule, values, operands):
    expression = rule.expression
    low, high = min(operands), max(operands)
    tests = {
        "=": lambda value: value == operands[0],
        "!=": lambda value: value != operands[0],
        ">": lambda value: value > operands[0],
        ">=": lambda value: value >= operands[0],
        "<": lambda value: value < operands[0],
        "<=": lambda value: value <= operands[0],
        "between": lambda value: low < value < high,
        "in": lambda value: value in operands,
    }
    if expression.operator not in tests:
        raise ValueError(f"'{expression.operator}' can't be used with files")
    return [tests[expression.operator](value) != expression.negated for value in values]


def outcome(rule, results, metric):
    ratio = sum(results) / len(results) if results else 0.0
    passed = holds(rule.threshold, ratio, []) if rule.threshold else ratio == 1.0
    metrics = {f"Dataset.*.{metric}.Compliance": ratio, "Dataset.*.FileCount": float(len(results))}
    return Outcome(passed, None if passed else failure(ratio), metrics)


def file_freshness(rule, data):
    yield {}
    zone = ZoneInfo(rule.tags.get("timeZone", "UTC"))
    operands = [moment(each, data, zone) for each in rule.expression.operands]
    times = [time for _, time, _ in files_of(rule, data)]
    return outcome(rule, compared(rule, times, operands), "FileFreshness")


def file_size(rule, data):
    yield {}
    sizes = [size for _, _, size in files_of(rule, data)]
    operands = [each.value for each in rule.expression.operands]
    return outcome(rule, compared(rule, sizes, operands), "FileSize")
