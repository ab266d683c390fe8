// biome-ignore-all lint/style/noNonNullAssertion: projen types as optional what its options have switched on
// biome-ignore-all lint/suspicious/noExplicitAny: private methods of projen (pinned exactly)
import { JsonFile, JsonPatch, javascript, typescript } from 'projen';
import { JsiiBuild, Stability } from 'projen/lib/cdk';
import { delegateInstallToRoot, keepPath, type Monorepo, REPO, RootProjenrc } from './monorepo';
import { CDK, CONSTRUCTS, NODE_MIN, V } from './versions';

export interface ConstructPackageOptions {
  readonly parent: Monorepo;
  /** `storage` => @lakewright/storage, lakewright.storage, io.github.lakewright.storage, Lakewright.Storage */
  readonly name: string;
  readonly description: string;
  readonly keywords?: string[];
  /** Sibling packages whose types appear in the public API. */
  readonly peerPackages?: ConstructPackage[];
  /** Sibling packages that only the tests and README examples use. */
  readonly testPackages?: ConstructPackage[];
  /** Folders under lambda/, each with an index.ts, bundled into assets/<name>/index.js. */
  readonly lambdas?: string[];
  /** Scripts, and folders of them, that a service runs as they are (Glue), copied to assets/: `glue/jdbc.py` to assets/glue/jdbc.py. */
  readonly scripts?: string[];
  /** Guides in docs/guides whose examples are compiled with the package's: `extension-points.md`. */
  readonly guides?: string[];
  /** Dev dependencies of the Lambda code (bundled, so consumers never install them). */
  readonly lambdaDeps?: string[];
  /** Other dev dependencies of the tests. */
  readonly testDeps?: string[];
}

/** One independently versioned and released jsii construct library. */
export class ConstructPackage extends typescript.TypeScriptProject {
  public readonly shortName: string;
  public readonly workspaceDirectory: string;
  public readonly peerPackages: ConstructPackage[];

  constructor(options: ConstructPackageOptions) {
    const dir = `packages/${options.name}`;
    const peerPackages = options.peerPackages ?? [];
    const testPackages = options.testPackages ?? [];
    super({
      parent: options.parent,
      outdir: dir,
      name: `@lakewright/${options.name}`,
      description: options.description,
      keywords: ['aws', 'cdk', 'awscdk', 'data-lake', 'analytics', ...(options.keywords ?? [])],
      repository: REPO,
      repositoryDirectory: dir,
      authorName: 'Lakewright contributors',
      authorOrganization: true,
      license: 'Apache-2.0',
      copyrightOwner: 'Lakewright contributors',
      defaultReleaseBranch: 'main',
      stability: Stability.EXPERIMENTAL,
      packageManager: javascript.NodePackageManager.NPM,
      npmAccess: javascript.NpmAccess.PUBLIC,
      npmProvenance: true,
      npmTrustedPublishing: true,
      minNodeVersion: NODE_MIN,
      typescriptVersion: V.typescript,

      peerDeps: [
        `aws-cdk-lib@^${CDK}`,
        `constructs@^${CONSTRUCTS}`,
        ...peerPackages.map((p) => `${p.package.packageName}@^0.0.0`),
      ],
      devDeps: [
        V.nodeTypes,
        V.vitest,
        V.cdkNag,
        V.fastCheck,
        ...(options.lambdas?.length ? [V.esbuild, ...(options.lambdaDeps ?? [])] : []),
        ...(options.testDeps ?? []),
        ...testPackages.map((p) => `${p.package.packageName}@0.0.0`),
      ],

      sampleCode: false,
      jest: false,
      eslint: false,
      release: false, // ../release.ts owns it
      buildWorkflow: false,
      depsUpgrade: false,
      npmignoreEnabled: false, // "files" below is an allow-list
      projenDevDependency: false,
      disableTsconfigDev: true,
      gitignore: [
        '/.npmignore',
        '/assets/',
        '/.jsii',
        '/.jsii.gz',
        '.jsii.tabl.json',
        '/dist-code/',
        'tsconfig.tsbuildinfo',
        '.warnings.jsii.js',
      ],
    } as any);

    this.shortName = options.name;
    this.workspaceDirectory = dir;
    this.peerPackages = peerPackages;
    options.parent.addMember(this);
    delegateInstallToRoot(this);
    keepPath(this);
    this.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');
    new RootProjenrc(this);

    // --- what goes into the tarball
    this.package.addField('files', [
      'lib',
      'assets',
      '.jsii',
      'API.md',
      '!lib/**/*.ts',
      'lib/**/*.d.ts',
      '!**/*.tsbuildinfo',
    ]);

    // --- TypeScript: jsii compiles with a tsconfig that extends the shared one
    this.tsconfig!.file.patch(
      JsonPatch.add('/extends', '../../tsconfig.base.json'),
      JsonPatch.replace('/compilerOptions', { rootDir: 'src', outDir: 'lib' }),
      JsonPatch.replace('/include', ['src/**/*.ts']),
      JsonPatch.replace('/exclude', ['node_modules']),
    );
    const siblings = Object.fromEntries(
      [...new Set([...closure(this), ...testPackages.flatMap((p) => [p, ...closure(p)])])].map((p) => [
        p.package.packageName,
        [`../../${p.shortName}/src/index.ts`],
      ]),
    );
    new JsonFile(this, 'test/tsconfig.json', {
      marker: false,
      obj: {
        extends: '../../../tsconfig.base.json',
        compilerOptions: {
          noEmit: true,
          rootDir: '../../..',
          module: 'esnext',
          moduleResolution: 'bundler',
          paths: siblings,
        },
        include: ['**/*.ts', '../lambda/**/*.ts'],
      },
    });

    // --- jsii
    const pascal = options.name.replace(/(^|-)([a-z])/g, (_m, _d, c) => c.toUpperCase());
    this.with(
      new JsiiBuild({
        jsiiVersion: V.jsii,
        workspaceDirectory: dir,
        stability: Stability.EXPERIMENTAL,
        npmTrustedPublishing: true,
        docgen: false, // added below with a pinned version
        publishToPypi: {
          distName: `lakewright-${options.name}`,
          module: `lakewright.${options.name.replaceAll('-', '_')}`,
          trustedPublishing: true,
        },
        publishToMaven: {
          javaPackage: `io.github.lakewright.${options.name.replaceAll('-', '')}`,
          mavenGroupId: 'io.github.lakewright',
          mavenArtifactId: options.name,
          mavenServerId: 'central-ossrh',
        },
        publishToNuget: {
          dotNetNamespace: `Lakewright.${pascal}`,
          packageId: `Lakewright.${pascal}`,
          trustedPublishing: true,
        },
        publishToGo: {
          moduleName: 'github.com/lakewright/lakewright-go',
          packageName: options.name.replaceAll('-', ''),
        },
      }),
    );
    this.addDevDeps(V.jsiiDiff, V.jsiiPacmak, `jsii-docgen@${V.jsiiDocgen}`);

    // --- tasks: each is an nx target (see nx.ts)
    this.removeTask('build');
    const bundled = [...(options.lambdas ?? []), ...(options.scripts ?? [])].length > 0;
    if (bundled) {
      const bundle = this.addTask('bundle', { description: 'Bundle the Lambda handlers into assets/' });
      bundle.exec('rm -rf assets');
      for (const l of options.lambdas ?? []) {
        bundle.exec(
          `esbuild lambda/${l}/index.ts --bundle --platform=node --target=node22 --format=cjs --minify --main-fields=module,main --legal-comments=none --metafile=assets/${l}/meta.json --outfile=assets/${l}/index.js --log-level=warning`,
        );
        bundle.exec(`node ../../scripts/third-party-licenses.mjs assets/${l}`);
      }
      for (const s of options.scripts ?? []) {
        bundle.exec(`node ../../scripts/copy-file.mjs ${s} assets/${s}`);
      }
    }
    this.addTask('api', { description: 'Regenerate API.md', exec: 'node ../../scripts/docgen.mjs API.md' });
    this.gitignore.include('/API.md');
    this.annotateGenerated('/API.md');
    const rosetta = this.addTask('rosetta', {
      description: 'Compile the README and doc-comment examples, failing on errors',
      exec: 'jsii-rosetta extract --strict',
    });
    for (const g of options.guides ?? []) rosetta.exec(`node ../../scripts/guide-examples.mjs ../../docs/guides/${g}`);
    // `experimental` APIs only warn by default; here a break needs a line in .compatignore (and a `!` commit)
    this.tasks
      .tryFind('compat')!
      .reset(`jsii-diff npm:${this.package.packageName} --keys --error-on all --ignore-file .compatignore`);
    this.testTask.reset('vitest run', { receiveArgs: true });
    this.addTask('test:watch', { exec: 'vitest', receiveArgs: true });
    this.addTask('typecheck', { description: 'Type-check tests and Lambda code', exec: 'tsc -p test/tsconfig.json' });
    this.addTask('lint', { exec: 'biome check --error-on-warnings .', receiveArgs: true });
    this.packageTask.reset();
    this.packageTask.spawn(this.tasks.tryFind('package:js')!);
    this.addTask('package-code', {
      description: 'Generate (not compile) the bindings of every language into dist-code/',
      exec: 'jsii-pacmak -v --code-only --outdir dist-code --target python --target java --target dotnet --target go',
    });
    for (const t of ['pre-compile', 'post-compile', 'watch', 'install', 'install:ci', 'eject', 'clobber', 'default']) {
      if (this.tasks.tryFind(t)) this.removeTask(t);
    }

    // Only scripts that exist: nx invents a (failing) target for any other name.
    const targets = [
      'bundle',
      'compile',
      'api',
      'rosetta',
      'test',
      'typecheck',
      'lint',
      'package',
      'package-code',
      'package-all',
      'compat',
    ];
    this.package.addField('nx', {
      includedScripts: targets.filter((t) => this.tasks.tryFind(t)),
      // `^bundle` reaches direct dependencies only; a no-op target carries it further.
      ...(bundled ? {} : { targets: { bundle: { executor: 'nx:noop' } } }),
    });
  }
}

/** The package, its sibling peers, their peers, ... without the package itself. */
export function closure(p: ConstructPackage): ConstructPackage[] {
  const out = new Set<ConstructPackage>();
  const visit = (x: ConstructPackage) =>
    x.peerPackages.forEach((d) => {
      out.add(d);
      visit(d);
    });
  visit(p);
  return [...out];
}
