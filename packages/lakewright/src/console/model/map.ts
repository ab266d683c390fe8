import type { LocalLake } from '../../local-lake';
import type { AthenaService } from '../../services/athena';
import type { Table } from '../../workspace/catalog-store';
import type {
  EdgeModel,
  LakeModel,
  NodeModel,
  NoticeModel,
  PipelineModel,
  State,
  TaskReference,
  ZoneModel,
} from '../contract';
import { layersOf } from '../layers';
import type { RunFacts, RunReader } from '../runs/run-reader';
import { failureOf } from '../runs/task-detail';
import { dashboardsOf } from './dashboards';
import { tableEdges, tablesOfTask } from './lineage';
import { personasOf } from './personas';
import { scheduleOf } from './schedules';
import { withoutVersion } from './sql-tables';
import { idOf, isView, type TableWatch } from './table-facts';
import { columnsOf, formatOf } from './tables';
import { type Worker, workersOf } from './workers';

interface Written {
  readonly state: State;
  readonly reference: TaskReference;
  readonly error?: string;
}

/** How bad, so that the worst of several tasks is what a table's card shows. */
const WORST: readonly State[] = ['fail', 'run', 'wait', 'skip', 'stale', 'ok'];

/** The whole lake: what is declared, what ran, and what there is. */
export async function lakeModel(lake: LocalLake, reader: RunReader, watch: TableWatch): Promise<LakeModel> {
  const tables = watch.tables();
  const known = new Set(tables.map(idOf));
  const workers = workersOf(lake, tables);
  const runs: RunFacts[] = [];
  const pipelines: PipelineModel[] = [];
  const statements: string[] = [];
  const written = new Map<string, Written>();
  const sources = new Map<string, State>();
  for (const pipeline of reader.machines.pipelines()) {
    const newest = await reader.newest(pipeline);
    const schedule = scheduleOf(lake, pipeline.machine);
    const last = newest?.graph.run ?? null;
    pipelines.push({ id: pipeline.id, name: pipeline.name, ...(schedule && { schedule }), last });
    if (newest) runs.push(newest);
    const flow = newest?.flow ?? (await reader.machines.flow(pipeline.machine.arn));
    for (const task of flow.tasks) {
      const of = tablesOfTask(task, known, workers);
      statements.push(...of.statements);
      const shown = newest?.graph.tasks.find(({ id }) => id === task.id);
      const state = shown?.state ?? (newest ? undefined : 'wait');
      if (state === undefined) continue;
      const reference = { pipeline: pipeline.id, run: last?.number ?? null, task: task.id };
      const observed = newest ? observedWrites(newest, task.states, known) : [];
      const error = state === 'fail' && newest ? failureOf(newest, task)?.cause : undefined;
      for (const id of new Set([...of.writes, ...observed])) {
        const before = written.get(id);
        if (before && WORST.indexOf(before.state) < WORST.indexOf(state)) continue;
        written.set(id, { state, reference, ...(error !== undefined && { error }) });
      }
      for (const worker of of.workers) if (worker.source) sources.set(worker.source.id, state);
    }
  }
  const athena = lake.service('athena') as AthenaService;
  for (const { state, substatement = '', query } of athena.history()) {
    if (state === 'SUCCEEDED' && /^(CREATE_TABLE|INSERT|MERGE)/.test(substatement)) statements.push(query);
  }
  const edges = new Map<string, [string, string]>();
  const add = (from: string, to: string): void => void (from !== to && edges.set(`${from} ${to}`, [from, to]));
  for (const [from, to] of tableEdges(tables, statements)) add(from, to);
  for (const { reads, writes, source } of workers) {
    for (const to of writes) {
      if (source) add(source.id, to);
      for (const from of reads) add(from, to);
    }
  }
  const dashboards = dashboardsOf(lake, known);
  for (const { id, reads } of dashboards) for (const from of reads) add(from, id);

  const used = workers.filter(({ source, writes }) => source && writes.length > 0);
  const layers = layersOf([...known], [...edges.values()]);
  const { zones, zoneOf } = zonesOf(tables, [...edges.values()], layers);
  const states = new Map<string, State>();
  const reasons = new Map<string, string>();
  for (const table of [...tables].sort((a, b) => (layers.get(idOf(a)) ?? 0) - (layers.get(idOf(b)) ?? 0))) {
    const id = idOf(table);
    const inputs = [...edges.values()].filter(([, to]) => to === id).map(([from]) => from);
    const { state, reason } = stateOf(written.get(id), watch.facts(id)?.rows, inputs, states);
    states.set(id, state);
    if (reason) reasons.set(id, reason);
  }
  const nodes: NodeModel[] = [
    ...used.map((worker) => sourceNode(worker, sources.get(worker.source?.id ?? '') ?? 'ok')),
    ...tables.map((table): NodeModel => {
      const id = idOf(table);
      const facts = watch.facts(id);
      const reason = reasons.get(id);
      const task = written.get(id)?.reference;
      return {
        ...{ id, kind: isView(table) ? 'view' : 'table', label: table.Name, zone: zoneOf(id) },
        ...{ state: states.get(id) ?? 'ok', rows: facts?.rows ?? null, columns: columnsOf(table).length },
        ...{ bytes: facts?.bytes ?? null, format: formatOf(table), updated: facts?.updated ?? null },
        ...(reason && { reason }),
        ...(task && { task }),
      };
    }),
    ...dashboards.map(({ id, label, holds, format, reads }): NodeModel => {
      const inputs = reads.map((one) => states.get(one) ?? 'ok');
      const state =
        inputs.includes('fail') || inputs.includes('stale')
          ? 'stale'
          : inputs.some((one) => one === 'run' || one === 'wait')
            ? 'wait'
            : 'ok';
      const times = reads.flatMap((one) => watch.facts(one)?.updated ?? []).sort();
      const none = { rows: null, columns: null, bytes: null };
      return {
        id,
        kind: 'dashboard',
        label,
        zone: 'dashboards',
        state,
        ...none,
        format,
        holds,
        updated: times[0] ?? null,
      };
    }),
  ];
  const rowsOf = (id: string): number | null => watch.facts(id)?.rows ?? null;
  const models = [...edges.values()].map(([from, to]): EdgeModel => ({ from, to, rows: rowsOf(from) ?? rowsOf(to) }));
  return {
    name: lakeName(lake),
    zones: [
      ...(used.length > 0 ? [{ id: 'sources', title: 'Sources', hint: 'outside the lake' }] : []),
      ...zones,
      ...(dashboards.length > 0 ? [{ id: 'dashboards', title: 'Dashboards', hint: '' }] : []),
    ],
    nodes,
    edges: models.filter(({ from, to }) => nodes.some(({ id }) => id === from) && nodes.some(({ id }) => id === to)),
    pipelines,
    notices: runs.flatMap((facts) => noticesOf(facts, known, workers, watch)),
    personas: personasOf(lake),
    ...(lake.resources.length === 0 && {
      problem: {
        title: 'No lake here yet',
        text: 'The app has no resources. Synthesize it, and the map draws itself.',
        command: 'npx cdk synth && npx lakewright serve',
      },
    }),
  };
}

function lakeName({ resources }: LocalLake): string {
  const stacks = [...new Set(resources.map(({ stack }) => stack))];
  return stacks.length === 0 ? 'Lake' : stacks.length > 2 ? `${stacks.length} stacks` : stacks.join(', ');
}

function sourceNode({ source, writes }: Worker, state: State): NodeModel {
  const { id, label, format, holds } = source as NonNullable<Worker['source']>;
  const shown: State = state === 'fail' || state === 'skip' || state === 'run' ? 'ok' : state;
  const text = holds ?? `${writes.length} ${writes.length === 1 ? 'table' : 'tables'}`;
  const none = { rows: null, columns: null, bytes: null, updated: null };
  return { id, kind: 'source', label, zone: 'sources', state: shown, ...none, format, holds: text };
}

function stateOf(
  task: Written | undefined,
  rows: number | null | undefined,
  inputs: readonly string[],
  states: ReadonlyMap<string, State>,
): { state: State; reason?: string } {
  const isEmpty = rows === 0 || rows === undefined;
  if (task?.state === 'fail') return { state: 'fail', ...(task.error && { reason: task.error }) };
  if (task?.state === 'run') return { state: 'run' };
  if (task?.state === 'wait' && task.reference.run !== null)
    return { state: 'wait', reason: `waiting for ${task.reference.task}` };
  const broken = inputs.find((one) => states.get(one) === 'fail' || states.get(one) === 'stale');
  if (broken !== undefined || task?.state === 'skip') {
    const reason = broken === undefined ? `${task?.reference.task} was not reached` : `${broken} is not current`;
    return isEmpty ? { state: 'wait', reason } : { state: 'stale', reason };
  }
  const waiting = inputs.find(
    (one) => states.get(one) === 'run' || (states.get(one) === 'wait' && task?.state === 'wait'),
  );
  if (waiting !== undefined && task === undefined) return { state: 'wait', reason: `waiting for ${waiting}` };
  return isEmpty ? { state: 'wait', reason: 'nothing has been written yet' } : { state: 'ok' };
}

/** What the states' measures say they wrote. */
function observedWrites({ visits }: RunFacts, states: readonly string[], known: ReadonlySet<string>): string[] {
  return visits
    .filter(({ name }) => states.includes(name))
    .flatMap(({ exit }) => exit?.measures?.tables ?? [])
    .map((name) => withoutVersion(name.toLowerCase()))
    .filter((name) => known.has(name));
}

function noticesOf(
  facts: RunFacts,
  known: ReadonlySet<string>,
  workers: readonly Worker[],
  watch: TableWatch,
): NoticeModel[] {
  const { flow, graph } = facts;
  return graph.tasks
    .filter(({ state }) => state === 'fail')
    .flatMap(({ id, label }): NoticeModel[] => {
      const task = flow.tasks.find((one) => one.id === id);
      if (!task) return [];
      const failure = failureOf(facts, task);
      const kept = tablesOfTask(task, known, workers).writes.find((one) => (watch.facts(one)?.rows ?? 0) > 0);
      const run = { pipeline: graph.run.pipeline, run: graph.run.number, task: id };
      const keeps = kept === undefined ? null : { table: kept, updated: watch.facts(kept)?.updated ?? null };
      return [
        {
          title: `${label} failed`,
          text: failure?.cause ?? failure?.name ?? '',
          run,
          keeps,
          canRetry: graph.run.canRedrive,
        },
      ];
    });
}

/** A column a database, in the order of what comes from what; more than one where its tables are made of each other. */
function zonesOf(
  tables: readonly Table[],
  edges: readonly (readonly [string, string])[],
  layers: ReadonlyMap<string, number>,
): { zones: ZoneModel[]; zoneOf: (id: string) => string } {
  const databases = [...new Set(tables.map(({ DatabaseName }) => DatabaseName))];
  const of = (database: string): Table[] => tables.filter(({ DatabaseName }) => DatabaseName === database);
  const mean = (database: string): number => {
    const own = of(database).map((table) => layers.get(idOf(table)) ?? 0);
    return own.reduce((sum, one) => sum + one, 0) / Math.max(1, own.length);
  };
  const depth = new Map<string, number>();
  const zones: ZoneModel[] = [];
  for (const database of databases.sort((a, b) => mean(a) - mean(b) || a.localeCompare(b))) {
    const own = of(database);
    const ids = new Set(own.map(idOf));
    const inner = layersOf(
      [...ids],
      edges.filter(([from, to]) => ids.has(from) && ids.has(to)),
    );
    const parts = Math.min(2, Math.max(0, ...inner.values()) + 1);
    for (const [id, layer] of inner) depth.set(id, Math.min(layer, parts - 1));
    for (let part = 0; part < parts; part++) {
      const formats = own.filter((table) => depth.get(idOf(table)) === part).map(formatOf);
      const common = [...new Set(formats)];
      zones.push({
        id: `${database}.${part}`,
        title: database,
        hint: common.length <= 2 ? common.join(', ') : `${formats.length} tables`,
      });
    }
  }
  return { zones, zoneOf: (id) => `${id.slice(0, id.indexOf('.'))}.${depth.get(id) ?? 0}` };
}
