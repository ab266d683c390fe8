import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { vi } from 'vitest';

// four packs and CloudFormation's template validation take seconds, more on a busy machine
vi.setConfig({ testTimeout: 180_000 });

interface ValidationReport {
  readonly pluginReports: {
    readonly violations: {
      readonly ruleName: string;
      readonly violatingConstructs: { readonly constructPath?: string }[];
    }[];
  }[];
}

/**
 * Synthesizes the app with the AwsSolutions, NIST 800-53 R5, HIPAA and PCI DSS packs as validation plugins.
 *
 * What CloudFormation's own template validation finds is listed, too.
 *
 * @param app not synthesized yet
 * @returns what isn't acknowledged, each as `rule @ construct path`, sorted
 */
export function nagFindings(app: App): string[] {
  const ran = new Set<string>();
  const packs = [
    new AwsSolutionsChecks(app),
    new NIST80053R5Checks(app),
    new HIPAASecurityChecks(app),
    new PCIDSS321Checks(app),
  ];
  for (const pack of packs) {
    Validations.of(app).addPlugins({
      name: pack.name,
      validate: (context) => {
        ran.add(pack.name);
        return pack.validate(context);
      },
    });
  }
  const { exitCode } = process;
  const validation = process.env.CDK_VALIDATION;
  process.env.CDK_VALIDATION = 'true';
  let failure: unknown;
  try {
    app.synth();
  } catch (error) {
    failure = error;
  }
  process.env.CDK_VALIDATION = validation ?? 'true';
  process.exitCode = exitCode; // a violation sets it, and that would fail the test run
  if (ran.size !== packs.length) throw failure ?? new Error(`only ${[...ran].join(', ')} of the four packs ran`);
  const path = join(app.outdir, 'validation-report.json');
  if (!existsSync(path)) {
    if (failure) throw failure;
    return [];
  }
  const { pluginReports } = JSON.parse(readFileSync(path, 'utf8')) as ValidationReport;
  return pluginReports
    .flatMap(({ violations }) => violations)
    .flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} @ ${constructPath}`),
    )
    .sort();
}
