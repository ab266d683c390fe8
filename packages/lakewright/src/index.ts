export type { Check } from './actions/doctor/doctor';
export type { Plan, PlannedResource, ResourcesByClass } from './actions/plan/plan';
export { QueryFailedError, type QueryOptions, type QueryResult } from './actions/query/query';
export type { RunOptions } from './actions/run/run';
export type { RunningServer } from './actions/serve/serve';
export type { Classification } from './assembly/resource';
export { type Host, LakewrightError, MemoryHost, type Message, type MessageLevel, type Question } from './host/host';
export { DEFAULT_PORT, Lake, type LakeOptions } from './lake';
export type { PersonaReport, RunReport, RunState, TableReport, TaskReport } from './report/report';
