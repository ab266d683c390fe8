// biome-ignore-all lint/style/noNonNullAssertion: projen types as optional what its options have switched on
import { readFileSync } from 'node:fs';
import { JsonFile, JsonPatch, javascript, typescript } from 'projen';
import type { ConstructPackage } from './construct-package';
import { delegateInstallToRoot, type Monorepo, REPO, RootProjenrc } from './monorepo';
import type { RuntimePackage } from './runtime-package';
import { CDK, CONSTRUCTS, V } from './versions';

export interface CdkAppOptions {
  readonly parent: Monorepo;
  readonly name: string;
  readonly description: string;
  readonly packages: ConstructPackage[];
  /** The local runtime, which runs what the app synthesizes. */
  readonly runtime: RuntimePackage;
  readonly devDeps?: string[];
}

/**
 * A private sample app that composes the packages the way a user would.
 *
 * The folder must also work after it was copied out of the repository: plain npm scripts, a
 * tsconfig of its own, `>=0.0.0` ranges (the workspace links 0.0.0, elsewhere npm takes the newest).
 */
export class CdkApp extends typescript.TypeScriptProject {
  constructor(options: CdkAppOptions) {
    super({
      parent: options.parent,
      outdir: `apps/${options.name}`,
      name: options.name,
      packageName: `@lakewright-apps/${options.name}`,
      description: options.description,
      repository: REPO,
      repositoryDirectory: `apps/${options.name}`,
      license: 'Apache-2.0',
      copyrightOwner: 'Lakewright contributors',
      defaultReleaseBranch: 'main',
      packageManager: javascript.NodePackageManager.NPM,
      typescriptVersion: V.typescript,
      deps: [
        `aws-cdk-lib@^${CDK}`,
        `constructs@^${CONSTRUCTS}`,
        ...options.packages.map((p) => `${p.package.packageName}@>=0.0.0`),
      ],
      devDeps: [
        V.awsCdkCli,
        V.tsx,
        V.vitest,
        V.nodeTypes,
        `${options.runtime.package.packageName}@>=0.0.0`,
        ...(options.devDeps ?? []),
      ],
      sampleCode: false,
      jest: false,
      eslint: false,
      release: false,
      package: false,
      buildWorkflow: false,
      depsUpgrade: false,
      npmignoreEnabled: false,
      projenDevDependency: false,
      disableTsconfigDev: true,
    });
    options.parent.addMember(this);
    delegateInstallToRoot(this);
    new RootProjenrc(this);
    this.package.addField('private', true);
    this.addFields({ main: undefined, types: undefined, publishConfig: undefined });
    this.tsconfig!.file.patch(
      JsonPatch.replace('/compilerOptions', {
        target: 'ES2022',
        lib: ['ES2022'],
        module: 'node20',
        allowJs: true, // services are plain programs
        esModuleInterop: true,
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        types: ['node'],
      }),
      JsonPatch.replace('/include', ['src/**/*.ts', 'test/**/*.ts']),
    );
    // What `cdk init` would write for a new app of this CDK version.
    const flags = readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8');
    new JsonFile(this, 'cdk.json', {
      marker: false,
      obj: { app: 'tsx src/main.ts', output: 'cdk.out', context: JSON.parse(flags) },
    });

    for (const t of this.tasks.all.map((x) => x.name)) {
      if (t === 'build') this.removeTask(t);
    }
    for (const t of this.tasks.all.map((x) => x.name)) this.removeTask(t);
    this.removeScript('projen');
    this.addScripts({
      synth: 'cdk synth --quiet',
      lake: 'cdk synth --quiet && lakewright run',
      diff: 'cdk diff',
      deploy: 'cdk deploy',
      destroy: 'cdk destroy',
      test: 'vitest run',
      typecheck: 'tsc',
    });
    this.package.addField('nx', {
      includedScripts: ['test', 'typecheck', 'synth'],
      // written and tested against the compiled packages, like a user's app
      targets: {
        typecheck: { dependsOn: ['^compile'] },
        test: { dependsOn: ['synth'] },
        lint: {
          executor: 'nx:run-commands',
          options: { cwd: '{projectRoot}', command: 'biome check --error-on-warnings .' },
        },
      },
    });
  }
}
