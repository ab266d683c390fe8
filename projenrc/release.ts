// biome-ignore-all lint/style/noNonNullAssertion: projen types as optional what its options have switched on
import * as path from 'node:path';
import { Component, github, ReleasableCommits, release, Version } from 'projen';
import { type ConstructPackage, closure } from './construct-package';
import type { Monorepo } from './monorepo';
import { NODE_CI, V } from './versions';

const { JobPermission } = github.workflows;

/**
 * Independent versions, one workflow.
 *
 * Each package has its own tags (`storage@v1.2.3`), changelog and version, computed by projen's
 * `Version` from the commits that touch it. They are bumped, built and packed together, in
 * dependency order, because a package's bindings name the exact range of its siblings:
 * separate workflows would race (catalog published with a range that storage has not reached)
 * and Maven/NuGet/Go could not resolve a sibling that is still on its way to the registry.
 */
export class MonorepoRelease extends Component {
  constructor(
    private readonly monorepo: Monorepo,
    private readonly packages: ConstructPackage[],
  ) {
    super(monorepo);

    const publishers = new Map<ConstructPackage, release.Publisher>();
    for (const p of packages) publishers.set(p, this.addVersion(p));

    this.addReleaseTask('release', 'package-all', 'Bump what changed, build and pack all, put the versions back');
    this.addReleaseTask('release:js', 'package', 'The same with npm tarballs only: needs no java, python, dotnet, go');
    this.addWorkflow(publishers);
  }

  private addReleaseTask(name: string, packageTarget: string, description: string) {
    const task = this.monorepo.addTask(name, { description, env: { RELEASE: 'true' } });
    const each = (step: string) => {
      for (const p of this.packages) task.exec(step, { cwd: p.workspaceDirectory });
    };
    each('rm -rf dist');
    each('projen bump');
    task.exec('node scripts/sync-versions.mjs');
    task.exec(`nx run-many -t compile api test rosetta ${packageTarget} --skip-nx-cache`);
    each('projen unbump');
    task.exec('node scripts/sync-versions.mjs --reset');
    task.exec(release.Release.ANTI_TAMPER_CMD);
  }

  private addVersion(p: ConstructPackage): release.Publisher {
    // A package is also released when a sibling it depends on changes: its published range must follow.
    const paths = ['.', ...closure(p).map((d) => path.posix.relative(p.workspaceDirectory, d.workspaceDirectory))];
    const version = new Version(p, {
      versionInputFile: 'package.json',
      artifactsDirectory: 'dist',
      versionrcOptions: { path: '.' },
      tagPrefix: `${p.shortName}@`,
      releasableCommits: ReleasableCommits.exec(
        `git log --no-merges --oneline $LATEST_TAG..HEAD -- ${paths.join(' ')}`,
      ),
      nextVersionCommand: 'node ../../scripts/next-version.mjs',
      bumpPackage: V.catv,
    });

    const publisher = new release.Publisher(p, {
      artifactName: 'dist',
      buildJobId: 'release',
      condition: 'replaced below',
      publibVersion: V.publib,
      workflowNodeVersion: NODE_CI,
    });
    publisher.publishToGitHubReleases({
      changelogFile: `dist/${version.changelogFileName}`,
      versionFile: `dist/${version.versionFileName}`,
      releaseTagFile: `dist/${version.releaseTagFileName}`,
    });
    publisher.publishToNpm({ registry: p.package.npmRegistry, trustedPublishing: true, npmProvenance: true });
    publisher.publishToPyPi({ trustedPublishing: true });
    publisher.publishToMaven({ mavenServerId: 'central-ossrh' });
    publisher.publishToNuget({ trustedPublishing: true });
    publisher.publishToGo({ gitBranch: 'main' });
    return publisher;
  }

  private addWorkflow(publishers: Map<ConstructPackage, release.Publisher>) {
    const gh = github.GitHub.of(this.monorepo)!;
    const workflow = new github.GithubWorkflow(gh, 'release', { limitConcurrency: true });
    workflow.on({
      workflowDispatch: {
        inputs: { dry_run: { description: 'Build and pack, publish nothing', type: 'boolean', required: false } },
      } as github.workflows.WorkflowDispatchOptions,
    });

    const slug = (p: ConstructPackage) => p.shortName.replaceAll('-', '_');
    workflow.addJob('release', {
      runsOn: ['ubuntu-latest'],
      permissions: { contents: JobPermission.READ },
      env: { CI: 'true' },
      tools: {
        node: { version: NODE_CI },
        java: { version: '17' },
        python: { version: '3.x' },
        dotnet: { version: '8.x' },
        go: { version: '^1.25.0' },
      },
      outputs: Object.fromEntries(
        this.packages.map((p) => [`publish_${slug(p)}`, { stepId: `check_${slug(p)}`, outputName: 'publish' }]),
      ),
      steps: [
        github.WorkflowSteps.checkout({ with: { fetchDepth: 0 } }),
        { name: 'Install dependencies', run: 'npm ci' },
        { name: 'Bump, build, test, pack', run: 'npx projen release' },
        ...this.packages.flatMap((p) => [
          {
            name: `${p.shortName}: is this version new?`,
            id: `check_${slug(p)}`,
            workingDirectory: p.workspaceDirectory,
            run: [
              'tag=$(cat dist/releasetag.txt)',
              'if git ls-remote -q --exit-code --tags origin "$tag" > /dev/null; then publish=false; else publish=true; fi',
              'echo "$tag publish=$publish" | tee -a "$GITHUB_STEP_SUMMARY"',
              'echo "publish=$publish" >> "$GITHUB_OUTPUT"',
            ].join('\n'),
          },
          github.WorkflowSteps.uploadArtifact({
            name: `${p.shortName}: upload artifacts`,
            if: `\${{ steps.check_${slug(p)}.outputs.publish == 'true' }}`,
            with: { name: `dist-${p.shortName}`, path: `${p.workspaceDirectory}/dist` },
          }),
        ]),
      ],
    });

    for (const p of this.packages) {
      const jobs = publishers
        .get(p)!
        ._renderJobsForBranch('main', { tagPrefix: `${p.shortName}@`, environment: 'release' });
      const id = (q: ConstructPackage, key: string) => `${slug(q)}_${key}`;
      for (const [key, job] of Object.entries(jobs)) {
        const download = job.steps.find((s) => s.uses?.startsWith('actions/download-artifact@'))!;
        const steps = job.steps
          .filter((s) => s.name !== 'Restore build artifact permissions')
          .map((s) => (s === download ? { ...s, with: { name: `dist-${p.shortName}`, path: 'dist' } } : s))
          .map((s) => ({ ...s, env: withoutRegistry(s.env) }));
        workflow.addJob(id(p, key), {
          ...job,
          name: `${p.shortName}: ${job.name}`,
          steps,
          // own earlier jobs, and the siblings' job for the same registry
          needs: [
            'release',
            ...(job.needs ?? []).filter((n) => n !== 'release').map((n) => id(p, n)),
            ...closure(p).map((d) => id(d, key)),
          ],
          // a skipped sibling (nothing new to publish) is fine, a failed one is not
          if: `\${{ !cancelled() && !failure() && needs.release.outputs.publish_${slug(p)} == 'true' }}`,
        });
      }
    }
  }
}

/** publib's default registry is the right one: no registry host in a generated workflow. */
function withoutRegistry(env: Record<string, string> | undefined): Record<string, string> | undefined {
  if (!env) return undefined;
  const { NPM_REGISTRY: _, ...rest } = env;
  return rest;
}
