// biome-ignore-all lint/style/noNonNullAssertion: projen types as optional what its options have switched on
import { JsonFile, JsonPatch, javascript, typescript } from 'projen';
import { delegateInstallToRoot, keepPath, type Monorepo, REPO, RootProjenrc } from './monorepo';
import { CDK, CONSTRUCTS, NODE_MIN, V } from './versions';

export interface RuntimePackageOptions {
  readonly parent: Monorepo;
  readonly name: string;
  readonly description: string;
}

/** The CLI and local runtime: an ordinary npm package (CommonJS, so that vitest and jest can both load it). */
export class RuntimePackage extends typescript.TypeScriptProject {
  constructor(options: RuntimePackageOptions) {
    const dir = `packages/${options.name}`;
    super({
      parent: options.parent,
      outdir: dir,
      name: options.name,
      description: options.description,
      keywords: ['aws', 'cdk', 'data-lake', 'athena', 'glue', 'local', 'emulator', 'duckdb'],
      repository: REPO,
      repositoryDirectory: dir,
      authorName: 'Lakewright contributors',
      authorOrganization: true,
      license: 'Apache-2.0',
      copyrightOwner: 'Lakewright contributors',
      defaultReleaseBranch: 'main',
      packageManager: javascript.NodePackageManager.NPM,
      npmAccess: javascript.NpmAccess.PUBLIC,
      npmProvenance: true,
      npmTrustedPublishing: true,
      minNodeVersion: NODE_MIN,
      typescriptVersion: V.typescript,
      bin: { lakewright: 'bin/lakewright.js' },
      autoDetectBin: false,
      deps: [
        V.ajv,
        V.avsc,
        V.clackPrompts,
        V.cliTable,
        V.commander,
        V.croner,
        V.csvParse,
        V.duckdb,
        V.fastXmlParser,
        V.fzstd,
        V.ionJs,
        V.jsonata,
        V.jsonpathPlus,
        V.mysql2,
        V.pg,
        V.pgCopyStreams,
        V.properLockfile,
        V.seekBzip,
        V.snappyJs,
        V.vlaskyZongji,
        V.yaml,
      ],
      devDeps: [
        V.nodeTypes,
        V.vitest,
        V.esbuild,
        V.fastCheck,
        V.tsx,
        V.dtSqlParser,
        V.properLockfileTypes,
        V.pgCopyStreamsTypes,
        V.pgTypes,
        V.embeddedPostgres,
        V.clientAppflow,
        V.awsLocalStepfunctions,
        V.clientAthena,
        V.clientCloudWatch,
        V.clientDms,
        V.clientEcs,
        V.clientEventBridge,
        V.clientGlue,
        V.clientLakeFormation,
        V.clientLambda,
        V.clientS3,
        V.clientSecretsManager,
        V.clientSfn,
        V.clientSqs,
        V.clientSsm,
        V.clientSts,
        V.libStorage,
        V.s3Presigner,
        `aws-cdk-lib@${CDK}`,
        `constructs@${CONSTRUCTS}`,
        V.vegaDatasets,
        V.axeCore,
        ...V.codemirror,
        ...V.d3,
        V.playwright,
        V.preact,
      ],
      sampleCode: false,
      jest: false,
      eslint: false,
      release: false,
      buildWorkflow: false,
      depsUpgrade: false,
      npmignoreEnabled: false,
      projenDevDependency: false,
      disableTsconfigDev: true,
      gitignore: ['/assets/', 'tsconfig.tsbuildinfo', '.lakewright/'],
    });
    options.parent.addMember(this);
    delegateInstallToRoot(this);
    keepPath(this);
    new RootProjenrc(this);
    this.package.addField('files', ['lib', 'bin', 'assets', 'python', 'runtimes', 'schemas', '!**/*.tsbuildinfo']);

    this.tsconfig!.file.patch(
      JsonPatch.add('/extends', '../../tsconfig.base.json'),
      JsonPatch.replace('/compilerOptions', { rootDir: 'src', outDir: 'lib' }),
      JsonPatch.replace('/include', ['src/**/*.ts']),
      JsonPatch.replace('/exclude', ['node_modules']),
    );
    new JsonFile(this, 'test/tsconfig.json', {
      marker: false,
      obj: {
        extends: '../../../tsconfig.base.json',
        compilerOptions: { noEmit: true, rootDir: '../../..', module: 'esnext', moduleResolution: 'bundler' },
        include: ['**/*.ts', '../bench/**/*.ts', '../scripts/**/*.ts'],
      },
    });

    for (const t of ['build', 'pre-compile', 'post-compile', 'watch', 'install', 'install:ci', 'eject', 'clobber']) {
      if (this.tasks.tryFind(t)) this.removeTask(t);
    }
    if (this.tasks.tryFind('default')) this.removeTask('default');
    const bundle = this.addTask('bundle', {
      description: "Bundle the Trino and Hive grammars, the console's page and the scripts of Superset into assets/",
      exec: 'node scripts/bundle-grammar.mjs',
    });
    bundle.exec('node scripts/bundle-console.mjs');
    bundle.exec('node ../../scripts/copy-file.mjs ../visualization/superset assets/superset');
    this.compileTask.reset('tsc -p tsconfig.json');
    this.testTask.reset('vitest run', { receiveArgs: true });
    this.addTask('test:watch', { exec: 'vitest', receiveArgs: true });
    this.addTask('typecheck', {
      description: "Type-check the tests and the console's page",
      exec: 'tsc -p test/tsconfig.json && tsc -p console/tsconfig.json',
    });
    this.addTask('lint', { exec: 'biome check --error-on-warnings .', receiveArgs: true });
    this.packageTask.reset('mkdir -p dist/js && npm pack --pack-destination dist/js');

    this.package.addField('nx', {
      includedScripts: ['bundle', 'compile', 'test', 'typecheck', 'lint', 'package'],
      targets: {
        bundle: {
          inputs: [
            '{workspaceRoot}/packages/visualization/superset/**/*',
            '{projectRoot}/console/**/*',
            '{projectRoot}/scripts/bundle-console.mjs',
            '{projectRoot}/scripts/bundle-grammar.mjs',
            '{projectRoot}/src/console/contract.ts',
            '{projectRoot}/scripts/grammar-entry.mjs',
            '{workspaceRoot}/package-lock.json',
          ],
        },
        typecheck: { dependsOn: ['bundle'] },
      },
    });
  }
}
