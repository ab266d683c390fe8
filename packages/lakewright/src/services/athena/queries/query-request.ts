import { randomUUID } from 'node:crypto';
import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import type { Expression } from '../../../engines/sql/parse/ast';
import type { ApiShape } from '../../api-shape';
import type { Caller, LakeContext } from '../../service';
import { invalidRequest } from '../errors';
import { requiredText, seconds } from '../input';
import { type ParsedStatement, parseParameters, parseText, statementKind } from '../statements/statement';
import { folderOf, parseLocation } from '../tables/data-files';
import { sqlReason } from './athena-error';
import type { Execution } from './execution';
import { isManaged, type ManagedResults } from './managed-results';
import { isEnforced, type WorkGroup } from './workgroups';

/** AWS's limit for the text of a query, in bytes. */
const LONGEST_QUERY = 262_144;

/** StartQueryExecution's input, checked. */
export interface QueryRequest {
  readonly query: string;
  readonly parsed: ParsedStatement;
  /** Values for `?`. */
  readonly parameters: readonly Expression[];
  readonly workGroup: WorkGroup;
  /** Where results go, with a slash at its end. */
  readonly output: string;
  readonly managed: boolean;
  readonly resultConfiguration: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
}

/** The text of the query, before anything else is looked at. */
export function queryText(input: ApiShape): string {
  const query = requiredText(input, 'QueryString');
  if (Buffer.byteLength(query) > LONGEST_QUERY) {
    throw invalidRequest(`QueryString has ${Buffer.byteLength(query)} bytes: the limit is ${LONGEST_QUERY}`);
  }
  return query;
}

/** What is wrong with a request is the answer of StartQueryExecution itself: no execution comes of it. */
export function readRequest(
  query: string,
  input: ApiShape,
  workGroup: WorkGroup,
  { objects }: LakeContext,
  results: ManagedResults,
  caller: Caller,
): QueryRequest {
  requireSql(workGroup);
  const parsed = parseQuery(query);
  const parameters = parseArguments(input.ExecutionParameters);
  if (isManaged(workGroup)) {
    refuseLocation(input, workGroup);
    const output = results.folder(workGroup);
    return { query, parsed, parameters, workGroup, output, managed: true, resultConfiguration: {}, caller };
  }
  const resultConfiguration = resultConfigurationOf(input, workGroup);
  const output = folderOf(resultConfiguration.OutputLocation);
  const { bucket } = locationOf(output);
  if (!objects.hasBucket(bucket)) throw invalidRequest(`Unable to verify/create output bucket ${bucket}`);
  return { query, parsed, parameters, workGroup, output, managed: false, resultConfiguration, caller };
}

/** Sessions of Spark aren't done here, and SQL isn't theirs. */
function requireSql({ Name, Configuration }: WorkGroup): void {
  const engine = String(Configuration.EngineVersion?.SelectedEngineVersion);
  if (!/spark/i.test(engine)) return;
  throw invalidRequest(`Lakewright: WorkGroup ${Name} is for ${engine}: give SQL to a workgroup for Athena SQL`);
}

/** Where the workgroup's settings aren't enforced, a client's location and managed results are two things at once. */
function refuseLocation({ ResultConfiguration: given }: ApiShape, workGroup: WorkGroup): void {
  if (isEnforced(workGroup) || !given?.OutputLocation) return;
  throw invalidRequest(
    `Lakewright: ResultConfiguration.OutputLocation in WorkGroup ${workGroup.Name}, whose results Athena manages: leave it out`,
  );
}

/** The record of a query that is about to run. */
export function newExecution(request: QueryRequest, input: ApiShape, now: Date): Execution {
  const context = input.QueryExecutionContext ?? {};
  const reuse = input.ResultReuseConfiguration?.ResultReuseByAgeConfiguration;
  const { type, substatement } = statementKind(request.parsed);
  return {
    id: randomUUID(),
    query: request.query,
    workGroup: request.workGroup.Name,
    ...(context.Database && { database: unquoted(context.Database).toLowerCase() }),
    catalog: unquoted(context.Catalog ?? 'AwsDataCatalog'),
    principal: request.caller.principal,
    ...(input.ClientRequestToken && { clientRequestToken: input.ClientRequestToken }),
    ...(input.ExecutionParameters && { parameters: input.ExecutionParameters }),
    output: request.output,
    ...(request.managed && { managed: true as const }),
    resultConfiguration: request.resultConfiguration,
    ...(reuse && { reuse }),
    state: 'RUNNING',
    submitted: seconds(now),
    statementType: type,
    ...(substatement && { substatement }),
    columns: [],
    header: false,
    reused: false,
    tables: [],
    times: { queue: 1, planning: 0, engine: 0, total: 0 },
    scannedBytes: 0,
    scannedFiles: 0,
    rowsIn: 0,
    rowsOut: 0,
    bytesOut: 0,
  };
}

/** Some clients quote the names of the context. */
const unquoted = (name: unknown): string => String(name).replace(/[`"]/g, '');

function parseQuery(query: string): ParsedStatement {
  try {
    return parseText(query);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const text = sqlReason(error).replace(/^SYNTAX_ERROR: /, '');
    throw invalidRequest(text, error instanceof NotCoveredError ? 'INVALID_INPUT' : 'MALFORMED_QUERY');
  }
}

function parseArguments(texts: ApiShape): readonly Expression[] {
  if (!Array.isArray(texts)) return [];
  try {
    return parseParameters(texts.map(String));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw invalidRequest(`ExecutionParameters: ${error.message}`, 'MALFORMED_QUERY');
  }
}

/** The workgroup's settings win where it enforces them; they fill in where the request says nothing. */
function resultConfigurationOf(
  input: ApiShape,
  workGroup: WorkGroup,
): Record<string, unknown> & { OutputLocation: string } {
  const own = workGroup.Configuration.ResultConfiguration ?? {};
  const given = input.ResultConfiguration ?? {};
  const configuration = isEnforced(workGroup) && own.OutputLocation ? own : { ...own, ...given };
  if (configuration.OutputLocation) return configuration;
  throw invalidRequest(
    'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
  );
}

function locationOf(output: string) {
  try {
    return parseLocation(output);
  } catch {
    throw invalidRequest(`outputLocation is not a valid S3 path: '${output}'`);
  }
}
