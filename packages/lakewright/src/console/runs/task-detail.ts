import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describeFailure } from '../../actions/run/cause';
import type { LocalLake } from '../../local-lake';
import type { ApiShape } from '../../services/api-shape';
import type { InOut, LogLine, TaskDetail, TaskModel } from '../contract';
import { tablesOfTask } from '../model/lineage';
import { withoutVersion } from '../model/sql-tables';
import { idOf, type TableWatch } from '../model/table-facts';
import { workersOf } from '../model/workers';
import { type FlowTask, LOOKS } from './flow';
import type { RunFacts } from './run-reader';
import type { Visit } from './visits';

/** Lines of a log that a page shows: the last ones. */
const SHOWN_LINES = 2_000;

/** What a task failed of, from the innermost state that says it. */
export function failureOf(
  { visits }: RunFacts,
  task: FlowTask,
): { readonly name: string; readonly cause: string } | undefined {
  const failed = [...visits]
    .reverse()
    .find(
      ({ name, machineArn, exit }) =>
        machineArn === task.machineArn &&
        task.states.includes(name) &&
        exit?.outcome === 'FAILED' &&
        exit.error !== undefined,
    );
  if (!failed?.exit) return undefined;
  const { error = 'failed', cause } = failed.exit;
  return { name: error, cause: describeFailure(undefined, cause) };
}

export async function taskDetail(
  lake: LocalLake,
  watch: TableWatch,
  facts: RunFacts,
  task: FlowTask,
  shown: TaskModel,
): Promise<TaskDetail> {
  const tables = watch.tables();
  const known = new Set(tables.map(idOf));
  const of = tablesOfTask(task, known, workersOf(lake, tables));
  const visits = facts.visits.filter(
    ({ name, machineArn }) => machineArn === task.machineArn && task.states.includes(name),
  );
  const resources = visits.flatMap(({ resource }) => resource ?? []);
  const observed = visits
    .flatMap(({ exit }) => exit?.measures?.tables ?? [])
    .map((name) => withoutVersion(name.toLowerCase()))
    .filter((name) => known.has(name));
  const table = (name: string): InOut => ({ name, isTable: true, rows: watch.facts(name)?.rows ?? null });
  const sources = of.workers.flatMap(({ source }) =>
    source
      ? [{ name: source.holds ? `${source.label}: ${source.holds}` : source.label, isTable: false, rows: null }]
      : [],
  );
  const [worker] = of.workers;
  const role =
    worker &&
    String(worker.resource.properties.Role ?? worker.resource.properties.TaskRoleArn ?? '')
      .split('/')
      .at(-1);
  return {
    task: shown,
    type:
      resources.find((one) => !LOOKS.test(`:${one}`)) ??
      resources[0] ??
      task.definition.Resource ??
      task.definition.Type,
    attempts: Math.max(
      1,
      visits.filter(({ name }) => name === task.id).length +
        Math.max(0, ...visits.map(({ exit }) => exit?.retries ?? 0)),
    ),
    ...{
      role: role || null,
      construct: worker?.resource.path ?? null,
      error: shown.state === 'fail' ? (failureOf(facts, task) ?? null) : null,
    },
    reads: [...sources, ...of.reads.map(table)],
    writes: [...new Set([...of.writes, ...observed])].map(table),
    log:
      visits.length === 0
        ? []
        : [...stateLines(visits), ...(await serviceLines(lake, visits, task))].slice(-SHOWN_LINES),
  };
}

function stateLines(visits: readonly Visit[]): LogLine[] {
  const lines: { readonly at: Date; readonly line: Omit<LogLine, 'time'> }[] = [];
  for (const { name, resource, entered, exit } of visits) {
    // Who waits for a service asks it again and again.
    if ((resource === undefined || LOOKS.test(`:${resource}`)) && exit?.error === undefined) continue;
    lines.push({ at: entered, line: { level: 'INFO', text: `${name} started${resource ? ` (${resource})` : ''}` } });
    if (!exit) continue;
    const { outcome, measures, retries = 0 } = exit;
    if (retries > 0)
      lines.push({ at: exit.time, line: { level: 'WARN', text: `${name} was tried ${retries + 1} times` } });
    if (outcome === 'SUCCEEDED') {
      const counts = [
        ...(typeof measures?.rowsIn === 'number' ? [`${measures.rowsIn.toLocaleString('en-US')} rows read`] : []),
        ...(typeof measures?.rowsOut === 'number' ? [`${measures.rowsOut.toLocaleString('en-US')} rows written`] : []),
        ...(measures?.rowsQuarantined ? [`${measures.rowsQuarantined.toLocaleString('en-US')} rows put aside`] : []),
      ];
      lines.push({ at: exit.time, line: { level: 'INFO', text: [`${name} succeeded`, ...counts].join(', ') } });
    } else if (outcome === 'SKIPPED') {
      lines.push({ at: exit.time, line: { level: 'WARN', text: `${name} was left out: ${exit.cause}` } });
    } else if (outcome === 'ABORTED') {
      lines.push({ at: exit.time, line: { level: 'WARN', text: `${name} was stopped` } });
    } else {
      lines.push({
        at: exit.time,
        line: { level: 'ERROR', text: `${name} failed: ${describeFailure(exit.error, exit.cause)}` },
      });
    }
  }
  return lines.sort((a, b) => a.at.getTime() - b.at.getTime()).map(({ at, line }) => ({ time: timeOf(at), ...line }));
}

const timeOf = (time: Date): string => time.toISOString().slice(11, 23);

/** What the services wrote while the task ran: a function's log, a job run's output. */
async function serviceLines(lake: LocalLake, visits: readonly Visit[], task: FlowTask): Promise<LogLine[]> {
  const root = path.join(lake.workspace.root, 'logs');
  const text = JSON.stringify(task.definition);
  const from = Math.min(...visits.map(({ entered }) => entered.getTime()));
  const files: string[] = [];
  for (const { type, physicalId, arn } of lake.resources) {
    if (!text.includes(physicalId) && !text.includes(arn)) continue;
    if (type === 'AWS::Lambda::Function') files.push(...filesIn(path.join(root, 'lambda', physicalId)));
    if (type === 'AWS::Glue::Job') files.push(...(await jobRunFiles(lake, physicalId, root)));
    if (type === 'AWS::ECS::TaskDefinition')
      files.push(...filesIn(path.join(root, 'ecs', String(arn.split('/').at(-1)).split(':')[0] ?? '')));
  }
  return files.filter((file) => existsSync(file) && statSync(file).mtimeMs >= from).flatMap((file) => linesOf(file));
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
}

async function jobRunFiles(lake: LocalLake, JobName: string, root: string): Promise<string[]> {
  const { JobRuns = [] }: ApiShape = await lake.call('glue', 'GetJobRuns', { JobName }).catch(() => ({}));
  return (JobRuns as ApiShape[])
    .slice(0, 3)
    .flatMap(({ Id }) => ['output', 'error'].map((stream) => path.join(root, 'aws-glue', 'jobs', stream, `${Id}.log`)));
}

/** The tail of a log file; a time at the beginning of a line is the line's. */
function linesOf(file: string): LogLine[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(-SHOWN_LINES);
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, time] = /^\[?\d{4}-\d{2}-\d{2}[T ](\d{2}:\d{2}:\d{2}(?:[.,]\d{1,3})?)/.exec(line) ?? [];
      const level = /\b(ERROR|FATAL|Traceback|Exception)\b/.test(line)
        ? 'ERROR'
        : /\bWARN(ING)?\b/.test(line)
          ? 'WARN'
          : 'INFO';
      return { time: time ?? '', level, text: line.slice(0, 2_000) };
    });
}
