import { Component, JsonFile, type javascript } from 'projen';
import { V } from './versions';

/**
 * nx.json plus the dev dependency. Nx only orchestrates and caches: every target is
 * an npm script, every npm script is a projen task, so `npx projen test` in a package
 * and `npx nx test storage` run the same thing.
 */
export class Nx extends Component {
  constructor(project: javascript.NodeProject) {
    super(project);
    project.addDevDeps(V.nx);
    project.addGitIgnore('/.nx/');

    // Files that are written by `build` but committed must not be inputs. README.md must be one:
    // jsii copies it into the assembly, and Construct Hub shows that copy.
    const notInputs = ['!{projectRoot}/API.md'];
    const sources = ['default', ...notInputs, '!{projectRoot}/test/**', '!{projectRoot}/rosetta/**'];

    new JsonFile(project, 'nx.json', {
      marker: true,
      obj: {
        $schema: './node_modules/nx/schemas/nx-schema.json',
        defaultBase: 'main',
        analytics: false,
        neverConnectToCloud: true,
        cacheDirectory: '.nx/cache', // since 23 the default is ~/.nx, shared by every clone of the repository
        tui: { enabled: false },
        useDaemonProcess: false, // a graph this small takes a second; a stale daemon costs an afternoon
        parallel: 2,
        namedInputs: {
          // What every target of every project depends on.
          sharedGlobals: [
            '{workspaceRoot}/package-lock.json',
            '{workspaceRoot}/tsconfig.base.json',
            '{workspaceRoot}/scripts/**',
            { runtime: 'node -p process.versions.node.split(".")[0]' },
          ],
          default: ['{projectRoot}/**/*', 'sharedGlobals'],
          production: sources,
          everything: ['default', ...notInputs],
        },
        targetDefaults: {
          bundle: {
            cache: true,
            dependsOn: ['^bundle'],
            inputs: [
              '{projectRoot}/lambda/**/*',
              '{projectRoot}/glue/**/*',
              '{projectRoot}/dbt/**/*',
              '{projectRoot}/superset/**/*',
              '{workspaceRoot}/packages/core/lambda/**/*', // what the custom resources of all packages share
              '{projectRoot}/package.json',
              'sharedGlobals',
            ],
            outputs: ['{projectRoot}/assets'],
          },
          compile: {
            cache: true,
            dependsOn: ['bundle', '^compile'],
            inputs: ['production', '^production'],
            outputs: ['{projectRoot}/lib', '{projectRoot}/.jsii', '{projectRoot}/tsconfig.tsbuildinfo'],
          },
          api: {
            cache: true,
            dependsOn: ['compile'],
            inputs: ['production', '^production'],
            outputs: ['{projectRoot}/API.md'],
          },
          rosetta: {
            cache: true,
            dependsOn: ['compile'],
            inputs: [
              'everything',
              '^production',
              '{workspaceRoot}/scripts/guide-examples.mjs',
              '{workspaceRoot}/docs/guides/extension-points.md',
            ],
            outputs: ['{projectRoot}/.jsii.tabl.json'],
          },
          test: {
            // Tests run on sources (ours and the sibling packages'), so no ^compile here:
            // only the Lambda bundles must exist, because constructs hash them as assets.
            cache: true,
            dependsOn: ['bundle', '^bundle'],
            inputs: [
              'everything',
              '^production',
              '{workspaceRoot}/vitest.shared.mts',
              '{workspaceRoot}/vitest.tmpdir.mts',
            ],
            outputs: ['{projectRoot}/coverage', '{projectRoot}/test-reports'],
          },
          typecheck: {
            cache: true,
            inputs: ['everything', '^production'],
            outputs: [],
          },
          lint: {
            cache: true,
            inputs: ['everything', '{workspaceRoot}/biome.jsonc'],
            outputs: [],
          },
          synth: {
            cache: true,
            dependsOn: ['^compile'],
            inputs: ['everything', '^production'],
            outputs: ['{projectRoot}/cdk.out'],
          },
          package: {
            cache: true,
            dependsOn: ['compile', 'api', '^package'],
            inputs: ['everything', '^production'],
            outputs: ['{projectRoot}/dist/js'],
          },
          'package-code': {
            cache: true,
            dependsOn: ['compile', 'rosetta', '^compile'],
            inputs: ['everything', '^production'],
            outputs: ['{projectRoot}/dist-code'],
          },
          // Needs java, python, dotnet, go and their registries: CI only. ^package-all so that
          // Maven/NuGet/Go resolve the sibling packages from ../<sibling>/dist, not from a registry.
          'package-all': {
            cache: true,
            dependsOn: ['compile', 'api', 'rosetta', '^package-all'],
            inputs: ['everything', '^production'],
            outputs: ['{projectRoot}/dist'],
          },
          compat: { cache: false, dependsOn: ['compile'] },
        },
      },
    });
  }
}
