'use strict';
/**
 * Runs a Node.js function as AWS Lambda's own runtime does: a process of its own, which gets one invocation after the
 * other from Lakewright, as lines of JSON over a loopback connection. When that ends, the process does.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const { LAKEWRIGHT_RUNTIME_PORT: port, LAKEWRIGHT_RUNTIME_TOKEN: token } = process.env;
delete process.env.LAKEWRIGHT_RUNTIME_PORT;
delete process.env.LAKEWRIGHT_RUNTIME_TOKEN;

const RealDate = Date;
/** Milliseconds by which the lake's clock is ahead of the machine's. */
let clockOffset = 0;
/** The invocation that is under way. */
let current;
/** What an empty event loop means for it. */
let whenIdle;

const socket = net.connect(Number(port), '127.0.0.1', () => {
  send({ hello: token });
  initialize().then(
    (handler) => {
      send({ ready: true });
      serve(handler);
    },
    (error) => {
      send({ initError: shape(error) });
      socket.end(() => process.exit(1));
    },
  );
});
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0));

const send = (message) => socket.write(`${JSON.stringify(message)}\n`);

class RuntimeError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

/** Functions see the lake's clock, as everything else here does. */
class LakeDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + clockOffset);
    else super(...given);
  }
  static now() {
    return RealDate.now() + clockOffset;
  }
  static [Symbol.hasInstance](value) {
    return Function.prototype[Symbol.hasInstance].call(RealDate, value);
  }
}

function setClock(offset) {
  clockOffset = offset;
  // Only a clock that differs needs another Date: the native one is what libraries know best.
  globalThis.Date = Math.abs(offset) < 1000 ? RealDate : LakeDate;
}

async function initialize() {
  const root = process.env.LAMBDA_TASK_ROOT;
  const text = process.env._HANDLER;
  const match = /^(.*\/)?([^./]+)\.(.+)$/.exec(text);
  if (text.includes('..') || match === null) throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const [, folder = '', name, inside] = match;
  const loaded = await load(root, path.join(root, folder, name), folder + name);
  let found = loaded;
  for (const part of inside.split('.'))
    found = found?.[part] ?? (found === loaded ? loaded.default?.[part] : undefined);
  if (found === undefined) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${text} is undefined or not exported`);
  }
  if (typeof found !== 'function') throw new RuntimeError('Runtime.HandlerNotFound', `${text} is not a function`);
  return found;
}

async function load(root, base, name) {
  const file = [`${base}.js`, `${base}.mjs`, `${base}.cjs`, path.join(base, 'index.js')].find((one) =>
    fs.existsSync(one),
  );
  try {
    if (file === undefined) return require(require.resolve(`./${name}`, { paths: [root] }));
    return isModule(file, root) ? await import(pathToFileURL(file).href) : require(file);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RuntimeError('Runtime.UserCodeSyntaxError', `${error.name}: ${error.message}`);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      const missing = /'(@aws-sdk\/[^']+|@smithy\/[^']+|aws-sdk)'/.exec(error.message)?.[1];
      const hint = missing
        ? ` → on AWS the runtime brings it; here install it in the app: npm install --save-dev ${missing}`
        : '';
      throw new RuntimeError('Runtime.ImportModuleError', `Error: ${error.message}${hint}`);
    }
    throw error;
  }
}

/** ES module syntax by the file's name, or by the nearest package.json. */
function isModule(file, root) {
  if (file.endsWith('.mjs')) return true;
  if (file.endsWith('.cjs')) return false;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (fs.existsSync(manifest)) return JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module';
    if (folder === root || folder === path.dirname(folder)) return false;
  }
}

function serve(handler) {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    rest += chunk;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      invoke(handler, JSON.parse(line));
    }
  });
}

function invoke(handler, request) {
  const { id } = request;
  current = id;
  setClock(request.clockOffset);
  process.env._X_AMZN_TRACE_ID = request.traceId;
  let waits = true;
  let answered = false;
  const answer = (message) => {
    if (answered) return;
    answered = true;
    whenIdle = undefined;
    socket.ref();
    current = undefined;
    send({ id, ...message });
  };
  const succeed = (value) => {
    let response;
    try {
      response = value === undefined ? 'null' : (JSON.stringify(value) ?? 'null');
    } catch (error) {
      answer({ error: shape(new RuntimeError('Runtime.MarshalError', String(error?.message ?? error))) });
      return;
    }
    answer({ response });
  };
  const fail = (error) => answer({ error: shape(error) });
  const callback = (error, value) => {
    const end = () => (error === null || error === undefined ? succeed(value) : fail(error));
    if (!waits || (error !== null && error !== undefined)) end();
    else whenIdle = end;
  };
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: request.functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: id,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: request.clientContext,
    getRemainingTimeInMillis: () => Math.max(0, request.deadline - RealDate.now()),
    done: callback,
    succeed: (value) => callback(null, value),
    fail: (error) => callback(error ?? 'handled'),
  };
  // An empty event loop without an answer: the answer is null, as on AWS. The connection must not keep the loop alive.
  whenIdle = () => succeed(null);
  socket.unref();
  try {
    const returned = handler(JSON.parse(request.event), context, callback);
    if (typeof returned?.then === 'function') returned.then(succeed, fail);
    else if (handler.length < 3 && returned !== undefined) succeed(returned);
  } catch (error) {
    fail(error);
  }
}

function shape(error) {
  if (error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)) {
    const trace = String(error.stack ?? `${error.name}: ${error.message}`).split('\n');
    return { errorType: String(error.name ?? 'Error'), errorMessage: String(error.message), trace };
  }
  return {
    errorType: typeof error,
    errorMessage: typeof error === 'object' ? JSON.stringify(error) : String(error),
    trace: [],
  };
}

process.on('beforeExit', () => {
  socket.ref();
  whenIdle?.();
});

function crash(type, error) {
  const { errorMessage, trace, errorType } = shape(error);
  console.error(type, trace.join('\n'));
  if (current !== undefined) {
    const unhandled = type === 'Unhandled Promise Rejection';
    send({
      id: current,
      fatal: true,
      error: unhandled
        ? { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: `${errorType}: ${errorMessage}`, trace }
        : { errorType, errorMessage, trace },
    });
  }
  socket.end(() => process.exit(1));
}
process.on('uncaughtException', (error) => crash('Uncaught Exception', error));
process.on('unhandledRejection', (error) => crash('Unhandled Promise Rejection', error));
