/** A job's and a run's arguments, and what they mean. */
export interface JobArguments {
  /** What stands behind the script in `sys.argv`. */
  readonly argv: readonly string[];
  /** s3:// */
  readonly pyFiles: readonly string[];
  readonly jars: readonly string[];
  readonly files: readonly string[];
  /** pip's: names with versions, or s3:// of wheels. */
  readonly modules: readonly string[];
  readonly conf: Readonly<Record<string, string>>;
  readonly bookmark: 'enable' | 'pause' | 'disable';
}

/** Read by Glue itself; scripts don't see them. */
const CONSUMED = new Set([
  '--additional-python-modules',
  '--conf',
  '--continuous-log-logGroup',
  '--continuous-log-logStreamPrefix',
  '--customer-driver-env-vars',
  '--customer-executor-env-vars',
  '--datalake-formats',
  '--enable-auto-scaling',
  '--enable-continuous-cloudwatch-log',
  '--enable-continuous-log-filter',
  '--enable-glue-datacatalog',
  '--enable-job-insights',
  '--enable-metrics',
  '--enable-observability-metrics',
  '--enable-s3-parquet-optimized-committer',
  '--enable-spark-ui',
  '--extra-files',
  '--extra-jars',
  '--extra-py-files',
  '--job-language',
  '--python-modules-installer-option',
  '--spark-event-logs-path',
  '--user-jars-first',
  'library-set',
]);

/** @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html */
export function jobArguments(given: Readonly<Record<string, string>>): JobArguments {
  const list = (name: string) =>
    (given[name] ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const bookmark = /^job-bookmark-(enable|pause)$/.exec(given['--job-bookmark-option'] ?? '')?.[1];
  const conf = sparkSettings(given['--conf'] ?? '');
  if (isOn(given['--enable-glue-datacatalog'])) conf['spark.sql.catalogImplementation'] ??= 'hive';
  return {
    argv: Object.entries(given)
      .filter(([name]) => !CONSUMED.has(name))
      .flatMap(([name, value]) => (value === '' ? [name] : [name, value])),
    pyFiles: list('--extra-py-files'),
    jars: list('--extra-jars'),
    files: list('--extra-files'),
    modules: list('--additional-python-modules'),
    conf,
    bookmark: (bookmark as 'enable' | 'pause' | undefined) ?? 'disable',
  };
}

/** Some write `true`, some nothing. */
const isOn = (value: string | undefined): boolean => value !== undefined && value !== 'false';

/** `a=b --conf c=d`: Glue has one argument for all settings. What is AWS's own means nothing here. */
function sparkSettings(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const part of text.split(/\s*--conf\s+/)) {
    const [, name, value = ''] = /^\s*(spark\.[^=\s]+)=([\s\S]*?)\s*$/.exec(part) ?? [];
    if (name === undefined || FOREIGN.some((one) => one.test(name))) continue;
    settings[name] = value;
  }
  return settings;
}

const FOREIGN = [
  /^spark\.hadoop\.fs\.s3/,
  /^spark\.hadoop\.hive\.metastore\./,
  /^spark\.(master|submit\.|driver\.(host|bindAddress|extraClassPath|extraJavaOptions)|executor\.extra)/,
];
