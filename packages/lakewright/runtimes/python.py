"""Runs a Python function as AWS Lambda's own runtime does.

A process of its own, which gets one invocation after the other from Lakewright, as lines of JSON over a loopback
connection. When that ends, the process does.

https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
"""

import importlib
import json
import logging
import os
import queue
import socket
import sys
import threading
import time
import traceback


class Context:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, request):
        env = os.environ
        self._deadline = request["deadline"]
        self.function_name = env["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = env["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn = request["functionArn"]
        self.memory_limit_in_mb = env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.aws_request_id = request["id"]
        self.log_group_name = env["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = env["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = request.get("clientContext")

    def get_remaining_time_in_millis(self):
        return max(0, int(self._deadline - time.time() * 1000))


class RuntimeFailure(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def load_handler():
    name = os.environ["_HANDLER"]
    module_name, _, function_name = name.rpartition(".")
    if not module_name:
        raise RuntimeFailure(
            "Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
        )
    module_name = module_name.replace("/", ".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        hint = ""
        if getattr(error, "name", None) in ("boto3", "botocore"):
            hint = " -> on AWS the runtime brings it; here set LAKEWRIGHT_PYTHON to a Python that has boto3"
        raise RuntimeFailure("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}{hint}")
    except SyntaxError as error:
        raise RuntimeFailure("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}")
    if not hasattr(module, function_name):
        raise RuntimeFailure(
            "Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'"
        )
    return getattr(module, function_name)


def shape(error, request_id):
    kind = getattr(error, "kind", None) if isinstance(error, RuntimeFailure) else None
    # The first frame is this file's.
    frames = traceback.extract_tb(error.__traceback__)[1:]
    return {
        "errorMessage": str(error),
        "errorType": kind or type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


def main():
    port = int(os.environ.pop("LAKEWRIGHT_RUNTIME_PORT"))
    token = os.environ.pop("LAKEWRIGHT_RUNTIME_TOKEN")
    sys.path.pop(0)
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    connection = socket.create_connection(("127.0.0.1", port))
    lines = connection.makefile("r", encoding="utf-8", newline="\n")

    def send(message):
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall((json.dumps(message) + "\n").encode("utf-8"))

    handler_log = logging.StreamHandler(sys.stdout)
    handler_log.setFormatter(logging.Formatter("[%(levelname)s]\t%(asctime)s\t%(message)s"))
    logging.getLogger().addHandler(handler_log)
    send({"hello": token})
    try:
        handler = load_handler()
    except BaseException as error:
        send({"initError": shape(error, "")})
        os._exit(1)
    send({"ready": True})
    requests = queue.Queue()

    def receive():
        try:
            for line in lines:
                requests.put(json.loads(line))
        finally:
            os._exit(0)  # whoever asks is gone: a handler that still runs works for nobody

    threading.Thread(target=receive, daemon=True).start()
    while True:
        request = requests.get()
        request_id = request["id"]
        os.environ["_X_AMZN_TRACE_ID"] = request["traceId"]
        try:
            result = handler(json.loads(request["event"]), Context(request))
        except Exception as error:
            send({"id": request_id, "error": shape(error, request_id)})
            continue
        try:
            response = json.dumps(result)
        except Exception as error:
            failure = RuntimeFailure("Runtime.MarshalError", f"Unable to marshal response: {error}")
            send({"id": request_id, "error": shape(failure, request_id)})
            continue
        send({"id": request_id, "response": response})


if __name__ == "__main__":
    main()
