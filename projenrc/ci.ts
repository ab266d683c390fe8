// biome-ignore-all lint/style/noNonNullAssertion: projen types as optional what its options have switched on
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub's own expressions
import { Component, github } from 'projen';
import type { Monorepo } from './monorepo';
import { NODE_CI } from './versions';

const { JobPermission } = github.workflows;

/** What projen's own build workflow does not do in a workspace. */
export class Ci extends Component {
  constructor(monorepo: Monorepo) {
    super(monorepo);
    const workflow = monorepo.buildWorkflow!.workflow;
    const setup = (node: string): github.workflows.JobStep[] => [
      github.WorkflowSteps.checkout(),
      {
        name: 'Setup Node.js',
        uses: github.ActionRefs.ACTIONS_SETUP_NODE,
        with: { 'node-version': node, cache: 'npm' },
      },
      { name: 'Install dependencies', run: 'npm ci' },
    ];
    const job = (name: string, steps: github.workflows.JobStep[], more: object = {}) => ({
      name,
      runsOn: ['ubuntu-latest'],
      permissions: { contents: JobPermission.READ },
      env: { CI: 'true' },
      steps,
      ...more,
    });

    // Every Node line a contributor or a consumer may have.
    workflow.addJob(
      'node',
      job('Node ${{ matrix.node }}', [...setup('${{ matrix.node }}'), { run: 'npm test' }], {
        strategy: { failFast: false, matrix: { domain: { node: ['20.x', '22.x', NODE_CI] } } },
      }),
    );
    // The bindings really compile: nothing but this catches a name that only Java or C# rejects.
    workflow.addJob(
      'bindings',
      job('Language bindings', [...setup(NODE_CI), { run: 'npx nx run-many -t package-all' }], {
        tools: {
          java: { version: '17' },
          python: { version: '3.x' },
          dotnet: { version: '8.x' },
          go: { version: '^1.25.0' },
        },
      }),
    );
    // API compatibility with what is on npm (skips packages that were never published).
    workflow.addJob('compat', job('API compatibility', [...setup(NODE_CI), { run: 'npx nx run-many -t compat' }]));
  }
}
