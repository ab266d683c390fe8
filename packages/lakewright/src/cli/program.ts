import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { OUTPUTS } from '../actions/query/render';
import { SUPERSET_PORT } from '../actions/superset/superset';
import { DEFAULT_PORT } from '../lake';
import { SHELLS } from './completion';

/** What every verb takes. */
export interface GlobalOptions {
  readonly app: string;
  readonly workspace: string;
  readonly parameter?: Record<string, string>;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What each verb does with its options; cli.ts fills it. */
export interface Verbs {
  plan(options: GlobalOptions & { readonly strict?: boolean }): Promise<void>;
  run(
    options: GlobalOptions & {
      readonly strict?: boolean;
      readonly pipeline?: string;
      readonly from?: string;
      readonly only?: string;
      readonly watch?: boolean;
      readonly at?: string;
      readonly tick?: string;
    },
  ): Promise<void>;
  query(sql: string, options: GlobalOptions & QueryFlags): Promise<void>;
  access(table: string | undefined, options: GlobalOptions & AccessFlags): Promise<void>;
  explain(sql: string, options: GlobalOptions & { readonly database?: string }): Promise<void>;
  verify(paths: readonly string[], options: GlobalOptions & VerifyFlags): Promise<void>;
  serve(options: GlobalOptions & { readonly port: number }): Promise<void>;
  superset(options: GlobalOptions & SupersetFlags): Promise<void>;
  doctor(options: GlobalOptions & { readonly port: number }): Promise<void>;
  setup(names: readonly string[], options: GlobalOptions): Promise<void>;
  reset(options: GlobalOptions & { readonly yes?: boolean }): Promise<void>;
  completion(shell: string, program: Command): Promise<void>;
}

export interface VerifyFlags {
  readonly sql?: readonly string[];
  readonly namedQueries?: boolean;
  readonly database?: string;
}

export interface SupersetFlags {
  readonly as?: string;
  readonly bundle?: string;
  readonly workgroup?: string;
  readonly port: number;
}

export interface AccessFlags {
  readonly as?: string;
  readonly diff?: string;
}

/** What runs a query. */
export const ENGINES = ['duckdb', 'trino'] as const;

export interface QueryFlags {
  readonly engine: (typeof ENGINES)[number];
  readonly output: (typeof OUTPUTS)[number];
  readonly file?: string;
  readonly database?: string;
  readonly workgroup?: string;
  readonly as?: string;
}

const EXAMPLES = `
Examples:
  $ lakewright plan                      what would run, and how each resource is treated
  $ lakewright run                       run the lake that "cdk synth" wrote to cdk.out
  $ lakewright query "SELECT count(*) FROM converted.flights"
  $ lakewright serve                     then, in another terminal:
  $ AWS_ENDPOINT_URL=http://127.0.0.1:${DEFAULT_PORT} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws s3 ls

Exit codes: 0 done, 1 the lake failed, 2 usage, 3 unsupported resources or tasks left out with --strict.`;

/** Arguments → one action; nothing else happens here. */
export function makeProgram(verbs: Verbs): Command {
  const program = new Command('lakewright')
    .description('Runs a synthesized AWS CDK data lake on this machine: no AWS account, no Docker.')
    .version(version(), '--version')
    .option('-a, --app <path>', 'a cdk.out folder, or a CloudFormation template (JSON or YAML)', 'cdk.out')
    .option('-w, --workspace <folder>', 'state: buckets, catalog, runs', '.lakewright')
    .option('-p, --parameter <name=value>', 'value of a template parameter (repeatable)', collect)
    .option('--json', 'one JSON object per message, for programs')
    .option('--verbose', 'debug messages too')
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .showHelpAfterError('(lakewright --help shows all commands)');
  const globals = <T>(command: Command) => command.optsWithGlobals() as GlobalOptions & T;

  program
    .command('plan')
    .summary('what would run')
    .description(
      'Shows what would run, and how each resource is treated: executed, simulated, recorded or unsupported.',
    )
    .option('--strict', 'exit 3 if a resource is unsupported')
    .action((_, command) => verbs.plan(globals(command)));

  program
    .command('run')
    .summary('run the lake')
    .description(
      'Brings the declared resources about, runs the state machines that no other one starts, waits for what they set going\n(functions, queues, rules), then runs the checks of lakewright.config.json. Leaves a report in\n<workspace>/runs/latest/report.json.',
    )
    .option('--pipeline <path>', 'run only this state machine (construct path or name)')
    .option('--from <task>', 'start it at this task or state, with what the last run had that came there')
    .option('--only <task>', 'run this task or state alone, likewise')
    .option('--watch', 'then, after each edit, run the task concerned and what follows')
    .option('--at <time>', "set the lake's clock (ISO time)")
    .option('--tick <duration>', 'then move the clock on, and fire the schedules that are due (24h, 90m, P1D)')
    .option('--strict', 'exit 3 if a resource is unsupported (before anything runs), or a task was left out')
    .action((_, command) => verbs.run(globals(command)));

  program
    .command('query')
    .summary('run one Athena statement')
    .description(
      'Runs one Athena SQL statement on the lake. Goes through a running "lakewright serve" if there is one.',
    )
    .argument('<sql>', 'the statement; - reads it from standard input')
    .addOption(new Option('-o, --output <format>', 'how to print the result').choices(OUTPUTS).default('table'))
    .option('-f, --file <path>', 'write the result to a file (needed for parquet)')
    .option('-d, --database <name>', 'database of unqualified table names')
    .option('-g, --workgroup <name>', 'Athena workgroup')
    .addOption(new Option('--engine <name>', 'trino: a real one (see verify)').choices(ENGINES).default('duckdb'))
    .option('--as <persona>', 'run as this role or user of the template: construct id or name')
    .action((sql, _, command) => verbs.query(sql, globals<QueryFlags>(command)));

  program
    .command('explain')
    .summary('what the engine makes of a statement')
    .description(
      'Shows what the local SQL engine makes of an Athena statement, without running it: the columns with their types,\nthe tables read, the DuckDB SQL, or what is refused and why.',
    )
    .argument('<sql>', 'the statement; - reads it from standard input')
    .option('-d, --database <name>', 'database of unqualified table names')
    .action((sql, _, command) => verbs.explain(sql, globals<{ database?: string }>(command)));

  program
    .command('access')
    .summary('who sees what of which table, and why')
    .description(
      "Shows which columns and rows of each table the template's roles and users see, and why: the grants, tags and filters\nof Lake Formation, and the policy statements of IAM. It is what holds after the next run; nothing is run.",
    )
    .argument('[table]', 'only this table: database.table, or a name that only one table has')
    .option('--as <persona>', 'only this role or user, also for what it may not')
    .option('--diff <cdk.out>', 'who gains or loses what from that assembly to this one')
    .action((table, _, command) => verbs.access(table, globals<AccessFlags>(command)));

  program
    .command('verify')
    .summary('compare queries with a real Trino')
    .description(
      'Runs queries here and on a real Trino 476 on the same folders and catalog, and shows where they differ; exit code 1\nif they do. Trino is set up at the first use: it needs Java 24 or newer, Maven, and 1.3 GB for a while.',
    )
    .argument('[paths...]', ".sql files, or folders of them (a dbt project's target/compiled)")
    .option('--sql <statement>', 'a statement itself (repeatable)', (text: string, all: string[] = []) => [
      ...all,
      text,
    ])
    .option('--named-queries', "Athena's named queries of the lake")
    .option('-d, --database <name>', 'database of unqualified table names')
    .action((paths, _, command) => verbs.verify(paths, globals<VerifyFlags>(command)));

  program
    .command('serve')
    .summary('serve the AWS APIs and the console')
    .description(
      `Serves the AWS APIs of the lake on one loopback port; SDKs and tools find it through AWS_ENDPOINT_URL. Schedules fire\nby the clock of this machine. The console, a page on which one sees the lake, is at\nhttp://127.0.0.1:${DEFAULT_PORT}/_console/ (or what --port says).`,
    )
    .option('--port <number>', 'TCP port; 0 takes a free one', port, DEFAULT_PORT)
    .action((_, command) => verbs.serve(globals<{ port: number }>(command)));

  program
    .command('superset')
    .summary('start a real Superset on the lake')
    .description(
      'Starts Apache Superset on the lake, with the app\'s dashboards, as the role that it has on AWS. Goes through a running\n"lakewright serve" if there is one. Its Python environment (0.9 GB) is made at the first use.',
    )
    .option('--as <persona>', "ask as this role or user of the template; else the one of the app's Superset")
    .option('--bundle <folder>', "dashboards as Superset exports them; else those of the app's Superset")
    .option('-g, --workgroup <name>', 'Athena workgroup; else the one that the role may use')
    .option('--port <number>', 'TCP port; 0 takes a free one', port, SUPERSET_PORT)
    .action((_, command) => verbs.superset(globals<SupersetFlags>(command)));

  program
    .command('doctor')
    .summary('what is on this machine')
    .description('Shows what is on this machine and what it enables: Node.js, Java, Python, ports, disk.')
    .option('--port <number>', 'TCP port to look at', port, DEFAULT_PORT)
    .action((_, command) => verbs.doctor(globals<{ port: number }>(command)));

  program
    .command('setup')
    .summary('make Python environments')
    .description(
      "Makes Python environments (spark, pyiceberg …) ahead of their first use, in the user's cache folder\n(LAKEWRIGHT_CACHE). Without a name it lists them.",
    )
    .argument('[name...]', 'environments')
    .action((names, _, command) => verbs.setup(names, globals(command)));

  program
    .command('reset')
    .summary('delete the workspace')
    .description('Deletes the workspace, after asking.')
    .option('-y, --yes', "don't ask")
    .action((_, command) => verbs.reset(globals(command)));

  program
    .command('completion')
    .summary('print a shell completion script')
    .description('Prints a completion script, for example: lakewright completion bash >> ~/.bashrc')
    .argument('<shell>', SHELLS.join(', '))
    .action((shell) => verbs.completion(shell, program));

  return program;
}

function collect(given: string, all: Record<string, string> = {}): Record<string, string> {
  const at = given.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected name=value, for example Stage=dev.');
  return { ...all, [given.slice(0, at)]: given.slice(at + 1) };
}

function port(given: string): number {
  const number = Number(given);
  if (Number.isInteger(number) && number >= 0 && number <= 65535) return number;
  throw new InvalidArgumentError('Expected a TCP port, 0 to 65535.');
}

function version(): string {
  return JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8')).version;
}
