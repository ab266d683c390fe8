import type { IAccessDatabase, IDataset } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lakeformation from 'aws-cdk-lib/aws-lakeformation';
import { Construct } from 'constructs';
import { refuse } from './private/refuse';
import { columnsResource, databaseResource, type LakeResource, tableResource } from './private/resources';
import { StagePermissions } from './private/stage-permissions';

/** What an `LfTag` is made of. */
export interface LfTagProps {
  /** The key: up to 50 characters, lower case. */
  readonly key: string;

  /** The values that resources can have: up to 50 characters each, lower case, 1 to 1000 of them. */
  readonly values: string[];
}

interface ExistingTagProps extends LfTagProps {
  readonly exists?: boolean;
}

/**
 * An LF-Tag: a key and the values that databases, tables and columns can have of it. Access is granted on expressions of
 * tags (`Grants.onTags`) instead of on each table by name.
 *
 * Tables inherit the tags of their database, columns those of their table, unless they have another value themselves. What a
 * principal may do is the sum of its tag grants and its named grants: neither narrows the other. **Data filters belong to
 * named grants**: who may read a table by its tags sees all its rows, whatever filters others have given. A match on some
 * columns gives SELECT on these, and never INSERT, DELETE, ALTER or DROP of the table.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/tag-based-access-control.html
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/lf-tag-considerations.html
 */
export class LfTag extends Construct {
  /**
   * A tag that was made elsewhere.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param attrs key and values
   */
  public static fromLfTagAttributes(scope: Construct, id: string, attrs: LfTagProps): LfTag {
    const props: ExistingTagProps = { ...attrs, exists: true };
    return new LfTag(scope, id, props);
  }

  /** The key. */
  public readonly key: string;
  /** The values that resources can have. */
  public readonly values: string[];

  private readonly stage: StagePermissions;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props key and values
   * @throws `InvalidTag`
   */
  public constructor(scope: Construct, id: string, props: LfTagProps) {
    super(scope, id);
    this.key = checked('key', props.key);
    this.values = [...new Set(props.values.map((value) => checked('value', value)))].sort();
    if (this.values.length === 0 || this.values.length > 1000) {
      refuse('InvalidTag', `${this.values.length} values of "${this.key}"`, '1 to 1000', 'list the values');
    }
    this.stage = StagePermissions.of(this);
    if ((props as ExistingTagProps).exists) return;
    const resource = new lakeformation.CfnTag(this, 'Resource', { tagKey: this.key, tagValues: this.values });
    this.stage.whenReady(() => {
      this.stage.at(this).comesAfterBootstrap(resource);
      this.stage.at(this).comesAfter(resource);
    });
  }

  /**
   * Gives a database a value of this tag; its tables inherit it.
   *
   * @param database the database
   * @param value one of the tag's values
   * @throws `UnknownTagValue`
   */
  public associateDatabase(database: IAccessDatabase, value: string): LfTag {
    return this.associate(databaseResource(database), value);
  }

  /**
   * Gives a table a value of this tag; its columns inherit it.
   *
   * @param dataset the table
   * @param value one of the tag's values
   * @throws `UnknownTagValue`
   */
  public associateTable(dataset: IDataset, value: string): LfTag {
    return this.associate(tableResource(dataset), value);
  }

  /**
   * Gives columns a value of this tag.
   *
   * @param dataset the table
   * @param columns the columns
   * @param value one of the tag's values
   * @throws `UnknownTagValue`
   */
  public associateColumns(dataset: IDataset, columns: string[], value: string): LfTag {
    for (const column of columns) this.associate(columnsResource(dataset, [column]), value);
    return this;
  }

  /**
   * Lets somebody put this tag on databases, tables and columns, as dbt does with `lf_tags`.
   *
   * @param grantee who may use the tag
   * @param values some of the tag's values: all of them if left out
   * @throws `UnknownTagValue`
   */
  public grantAssociate(grantee: iam.IGrantable, values?: string[]): iam.Grant {
    for (const value of values ?? []) this._check(value);
    const resource = { LFTag: { TagKey: this.key, TagValues: values ? [...new Set(values)].sort() : this.values } };
    this.stage.whenReady(() => {
      const stack = this.stage.forGrantee(grantee);
      stack.follow(() => [this]);
      stack.grant(grantee, (principal) =>
        stack.permissions.grant({ principal, resource, permissions: ['ASSOCIATE', 'DESCRIBE'] }),
      );
    }, `the right to use the LF-Tag "${this.key}"`);
    return iam.Grant.addToPrincipal({ grantee, actions: TAGGING, resourceArns: ['*'] });
  }

  /** @internal */
  public _check(value: string): void {
    if (this.values.includes(value)) return;
    refuse(
      'UnknownTagValue',
      `value "${value}" of the LF-Tag "${this.key}"`,
      `the tag has ${this.values.map((one) => `"${one}"`).join(', ')}`,
      'name one of them, or add it to the tag',
    );
  }

  private associate(resource: LakeResource, value: string): LfTag {
    this._check(value);
    const { key } = this;
    this.stage.whenReady(() => this.stage.at(this).associate({ resource, key, value }), `the LF-Tag "${key}"`);
    return this;
  }
}

function checked(what: string, text: string): string {
  if (!Token.isUnresolved(text) && /^[a-z0-9.:+=@_/-]{1,50}$/.test(text)) return text;
  return refuse(
    'InvalidTag',
    `${what} "${text}" of an LF-Tag`,
    '1 to 50 lower case letters, digits and . : + = @ _ / -, known at synthesis',
    'Lake Formation stores it in lower case: write it so',
  );
}

/** Lake Formation knows no ARNs for them. */
const TAGGING = [
  'lakeformation:AddLFTagsToResource',
  'lakeformation:GetLFTag',
  'lakeformation:GetResourceLFTags',
  'lakeformation:ListLFTags',
  'lakeformation:RemoveLFTagsFromResource',
];
