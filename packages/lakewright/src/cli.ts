import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { renderChecks } from './actions/doctor/render';
import { renderExplanation } from './actions/explain/render';
import { renderPlan } from './actions/plan/render';
import { QueryFailedError } from './actions/query/query';
import { renderRun } from './actions/run/render';
import { renderSetup } from './actions/setup/render';
import { setup } from './actions/setup/setup';
import { renderVerification } from './actions/verify/render';
import { accessVerb } from './cli/access-verb';
import { completionScript } from './cli/completion';
import { type GlobalOptions, makeProgram, type Verbs } from './cli/program';
import { queryVerb } from './cli/query-verb';
import { supersetVerb } from './cli/superset-verb';
import { type Host, LakewrightError } from './host/host';
import { JsonHost, PlainHost, TerminalHost } from './host/render';
import { Lake } from './lake';
import { ServiceError } from './services/service';

const VERBS: Verbs = {
  async plan(options) {
    await withLake(options, async (lake, host) => {
      const plan = await lake.plan();
      host.notify({ code: 'LW_PLAN', level: 'result', text: renderPlan(plan), data: plan });
      const { unsupported } = plan.resources;
      if (options.strict && unsupported.length > 0) {
        throw new LakewrightError('LW_UNSUPPORTED', `${unsupported.length} unsupported resources`, 3, unsupported);
      }
    });
  },
  async run(options) {
    await withLake(options, async (lake, host) => {
      const cancel = new AbortController();
      process.once('SIGINT', () => cancel.abort());
      process.once('SIGTERM', () => cancel.abort());
      const { strict, pipeline, from, only, tick } = options;
      if (options.watch) return await lake.watch({ strict, pipeline, from, only, tick, signal: cancel.signal });
      const report = await lake.run({ strict, pipeline, from, only, tick, signal: cancel.signal });
      host.notify({ code: 'LW_RUN', level: 'result', text: renderRun(report, lake.workspace), data: report });
      if (report.state !== 'SUCCEEDED') throw new LakewrightError('LW_RUN_FAILED', report.error ?? report.state);
      if (strict && report.leftOut.length > 0) {
        const missing = report.leftOut.map((one) => one.missing).join('; ');
        throw new LakewrightError(
          'LW_LEFT_OUT',
          `--strict → tasks were left out, without ${missing}`,
          3,
          report.leftOut,
        );
      }
    });
  },
  async query(sql, options) {
    await withLake(options, (lake, host) => queryVerb(lake, host, statementText(sql), options));
  },
  async access(table, options) {
    await withLake(options, (lake, host) => accessVerb(lake, host, table, options));
  },
  async explain(sql, options) {
    await withLake(options, async (lake, host) => {
      const explanation = await lake.explain(statementText(sql), { database: options.database });
      host.notify({ code: 'LW_EXPLAIN', level: 'result', text: renderExplanation(explanation), data: explanation });
      if (explanation.refusal) process.exitCode = 1;
    });
  },
  async verify(paths, options) {
    const { sql, namedQueries, database } = options;
    if (paths.length === 0 && !sql && !namedQueries) {
      const text = 'nothing to verify → files, --sql or --named-queries → name at least one';
      throw new LakewrightError('LW_VERIFY_NOTHING', text, 2);
    }
    await withLake(options, async (lake, host) => {
      const results = await lake.verify({ paths, sql, namedQueries, database });
      host.notify({ code: 'LW_VERIFY', level: 'result', text: renderVerification(results), data: results });
      if (results.some(({ outcome }) => outcome === 'differs')) process.exitCode = 1;
    });
  },
  async serve(options) {
    await withLake(options, async (lake, host) => {
      const server = await lake.serve({ port: options.port });
      const { url, consoleUrl } = server;
      host.notify({
        code: 'LW_SERVE_LISTENING',
        level: 'result',
        text: `serving the lake on ${url} (Ctrl-C ends)\n  console: ${consoleUrl}\n  export AWS_ENDPOINT_URL=${url} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=${server.region} AWS_DEFAULT_REGION=${server.region}`,
        data: { url, consoleUrl, region: server.region },
      });
      await new Promise<void>((resolve) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      });
      await server.close();
    });
  },
  async superset(options) {
    await withLake(options, (lake, host) => supersetVerb(lake, host, options));
  },
  async doctor(options) {
    await withLake(options, async (lake, host) => {
      const checks = await lake.doctor({ port: options.port });
      host.notify({ code: 'LW_DOCTOR', level: 'result', text: renderChecks(checks), data: checks });
      if (checks.some(({ state }) => state === 'missing')) {
        throw new LakewrightError('LW_DOCTOR_MISSING', 'something that the runtime needs is missing (see above)');
      }
    });
  },
  async setup(names, options) {
    await withLake(options, async (_, host) => {
      const results = await setup(names, host);
      host.notify({ code: 'LW_SETUP', level: 'result', text: renderSetup(results), data: results });
    });
  },
  async reset(options) {
    await withLake(options, async (lake) => {
      await lake.reset({ yes: options.yes });
    });
  },
  async completion(shell, program) {
    process.stdout.write(`${completionScript(program, shell)}\n`);
  },
};

/** `-` reads the statement from standard input. */
const statementText = (sql: string): string => (sql === '-' ? readFileSync(0, 'utf8') : sql);

async function withLake(options: GlobalOptions, use: (lake: Lake, host: Host) => Promise<void>): Promise<void> {
  const host = makeHost(options);
  const { app, workspace, parameter } = options;
  const at = (options as { at?: string }).at;
  const lake = new Lake({ app, workspace, parameters: parameter, at, host });
  try {
    await use(lake, host);
  } catch (error) {
    process.exitCode = report(host, error);
  } finally {
    await lake.close();
  }
}

function makeHost({ json, verbose = false }: GlobalOptions): Host {
  const streams = { out: process.stdout, err: process.stderr };
  if (json) return new JsonHost(streams, verbose);
  const person = process.stderr.isTTY && process.stdin.isTTY && !process.env.CI;
  return person ? new TerminalHost(streams, verbose) : new PlainHost(streams, verbose);
}

/** Says what went wrong, and gives the exit code. */
function report(host: Host, error: unknown): number {
  if (error instanceof LakewrightError) {
    host.notify({ code: error.code, level: 'error', text: error.message, data: error.data });
    return error.exitCode;
  }
  if (error instanceof QueryFailedError) {
    host.notify({ code: `LW_QUERY_${error.state}`, level: 'error', text: error.reason });
    return 1;
  }
  if (error instanceof ServiceError && error.status < 500) {
    host.notify({ code: 'LW_QUERY_REFUSED', level: 'error', text: `${error.code}: ${error.message}` });
    return 1;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  host.notify({ code: 'LW_INTERNAL', level: 'error', text: `a defect of lakewright, please report it: ${text}` });
  return 1;
}

async function main(): Promise<void> {
  const program = makeProgram(VERBS).exitOverride();
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = report(makeHost(program.opts()), error);
  }
}

void main();
