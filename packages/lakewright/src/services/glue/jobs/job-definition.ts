import type { GlueVersion } from '../../../engines/spark/contract';
import type { ApiShape } from '../../api-shape';
import { invalidInput } from '../errors';
import { checkParameters, compact, pick, requiredObject, requiredString } from '../input';

/** A job as it is kept: the API's members. */
export type JobDefinition = ApiShape;

const MEMBERS = [
  'Description',
  'LogUri',
  'Role',
  'ExecutionProperty',
  'Command',
  'DefaultArguments',
  'NonOverridableArguments',
  'Connections',
  'MaxRetries',
  'Timeout',
  'MaxCapacity',
  'SecurityConfiguration',
  'NotificationProperty',
  'GlueVersion',
  'NumberOfWorkers',
  'WorkerType',
  'ExecutionClass',
  'MaintenanceWindow',
  'JobMode',
  'JobRunQueuingEnabled',
];
const NUMBERS = ['MaxRetries', 'Timeout', 'MaxCapacity', 'NumberOfWorkers'];

/** @throws ServiceError InvalidInputException */
export function jobDefinition(input: ApiShape): JobDefinition {
  const Name = requiredString(input.Name, 'name');
  requiredString(input.Role, 'role', 2048);
  requiredObject(input.Command, 'command');
  const numbers = NUMBERS.flatMap((name) => (input[name] === undefined ? [] : [[name, Number(input[name])]]));
  const texts = (map: ApiShape) =>
    map && Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
  const [DefaultArguments, NonOverridableArguments] = [
    texts(input.DefaultArguments),
    texts(input.NonOverridableArguments),
  ];
  checkParameters(DefaultArguments, 'defaultArguments');
  return compact({
    Name,
    ...pick(input, MEMBERS),
    ...Object.fromEntries(numbers),
    DefaultArguments,
    NonOverridableArguments,
  });
}

/** How a job runs here: on which version, and what is then other than on AWS. */
export interface JobRuntime {
  readonly kind: 'spark' | 'shell';
  readonly version: GlueVersion;
  readonly difference?: string;
}

/** Jobs that say no version have it: "the default version for jobs created without specifying". */
const DEFAULT_VERSION = '5.1';
const VERSIONS: Readonly<Record<string, Omit<JobRuntime, 'kind'>>> = {
  '5.0': { version: '5.0' },
  '5.1': { version: '5.1' },
  '4.0': { version: '5.0', difference: 'Glue 4.0 (Spark 3.3.0, Python 3.10) runs on Spark 3.5.4' },
  '3.0': { version: '5.0', difference: 'Glue 3.0 (Spark 3.1.1, Python 3.7) runs on Spark 3.5.4' },
};

/** How a job runs, or in words why it doesn't. */
export function runtimeOf(job: JobDefinition): JobRuntime | string {
  const { Name: command, ScriptLocation, Runtime } = job.Command ?? {};
  const version = String(job.GlueVersion ?? DEFAULT_VERSION);
  if (command === 'pythonshell') {
    return {
      kind: 'shell',
      version: '5.0',
      difference: "a Python shell job runs on the Python of Glue 5.0's environment",
    };
  }
  if (command === 'gluestreaming') return 'streaming jobs (gluestreaming) are not run locally';
  if (command === 'glueray' || Runtime !== undefined) return 'Ray jobs (glueray) are not run locally';
  if (command !== 'glueetl') return `jobs of the kind "${command}" are not run locally`;
  const language = job.DefaultArguments?.['--job-language'];
  if (language === 'scala' || /\.scala$/.test(String(ScriptLocation)) || job.DefaultArguments?.['--class']) {
    return 'Scala jobs are not run locally, only Python ones';
  }
  const found = VERSIONS[version];
  if (found) return { kind: 'spark', ...found };
  return `Glue ${version} is not run locally: 5.0 (Spark 3.5.4) and 5.1 (Spark 3.5.6) are, 3.0 and 4.0 on them`;
}

/** @throws ServiceError InvalidInputException that says why */
export function requireRuntime(job: JobDefinition): JobRuntime {
  const runtime = runtimeOf(job);
  if (typeof runtime === 'string') throw invalidInput(`Lakewright: the job ${job.Name} isn't run: ${runtime}.`);
  return runtime;
}
