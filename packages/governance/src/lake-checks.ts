import {
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  type PolicyViolation,
  Validations,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { CheckedApp } from './private/lake-checks-app';
import { RULES } from './private/lake-checks-rules';

/**
 * Rules about access to the lake that hold for the app as a whole, as a validation plugin of CDK:
 * `Validations.of(app).addPlugins(new LakeChecks())`. Synthesis fails if one is broken.
 *
 * | rule | what it finds |
 * |---|---|
 * | `Lakewright-LocationNotRegistered` | a database or table that Lake Formation governs, and whose location isn't registered |
 * | `Lakewright-AnalystReadsObjects` | an analyst, or whoever sees a part of a table, who reads the objects of a registered location |
 * | `Lakewright-IamAllowedPrincipals` | rights of IAM_ALLOWED_PRINCIPALS, granted or by default |
 * | `Lakewright-UnknownFilterColumn` | a filter or a grant on a column that the declared table hasn't, a row filter that Lake Formation doesn't take |
 * | `Lakewright-UntaggedPersonalData` | columns that are marked as personal data and have no LF-Tag, where people can read the objects |
 * | `Lakewright-IcebergDdlNeedsObjects` | a role that makes tables by Athena's DDL at a registered location without rights on its objects |
 *
 * Columns are marked by a parameter of the table, `personal: 'email,phone'` (or `pii`), or by a comment that starts with one
 * of these words.
 *
 * A finding that is meant to be so is acknowledged, like those of cdk-nag, on the construct or one above it:
 * `Validations.of(role).acknowledge({ id: 'Lakewright-AnalystReadsObjects', reason: '…' })`. (The id
 * that CDK itself prints, with `::`, silences the rule in the whole app.) Policies are read as far as
 * templates have them: those of imported roles and AWS's managed policies aren't.
 */
export class LakeChecks implements IPolicyValidationPlugin {
  /** As the report calls it. */
  public readonly name = 'Lakewright';
  /** The rules. */
  public readonly ruleIds?: string[] = RULES.map(({ id }) => id);

  /**
   * Called by CDK after synthesis.
   *
   * @param context the app
   */
  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const app = new CheckedApp(context.appConstruct);
    const violations = RULES.flatMap(({ id, fix, find }) =>
      find(app)
        .filter(({ resource }) => !isAcknowledged(resource.node, id))
        .map(
          ({ resource, what, at }): PolicyViolation => ({
            ruleName: id,
            description: what,
            fix,
            severity: 'error',
            violatingResources: [{ constructPath: resource.node.node.path, locations: [at] }],
          }),
        ),
    );
    return { success: violations.length === 0, violations };
  }
}

/** Whether somebody said why, on the construct or above it. */
function isAcknowledged(construct: IConstruct, id: string): boolean {
  return construct.node.scopes
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.keys((data ?? {}) as object))
    .some((key) => key.replace(/^annotation::/i, '') === id);
}
