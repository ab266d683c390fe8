import type { IAthenaWorkgroup } from '@lakewright/core';
import { Names, Resource, Token } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import type * as glue from 'aws-cdk-lib/aws-glue';
import type { Construct } from 'constructs';
import { refuse } from './private/refuse';

/** A query that is saved. */
export interface AthenaNamedQueryOptions {
  /** Where its tables are that it names without a database. */
  readonly database: glue.IDatabase;

  /** Athena SQL, up to 262,144 bytes. */
  readonly sql: string;

  /**
   * The name that people see, up to 128 characters. Athena doesn't ask for different ones.
   * @default made from the construct's path
   */
  readonly queryName?: string;

  /**
   * What it answers.
   * @default no description
   */
  readonly description?: string;
}

/** What an `AthenaNamedQuery` is made of. */
export interface AthenaNamedQueryProps extends AthenaNamedQueryOptions {
  /** Where it is saved. */
  readonly workgroup: IAthenaWorkgroup;
}

/**
 * A query that is saved under a name: all who use the workgroup find it among "Saved queries". Locally,
 * `lakewright verify --named-queries` runs it.
 *
 * Athena knows no change of a saved query: each new version is one of its own, with another id.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/saved-queries.html
 */
export class AthenaNamedQuery extends Resource {
  /** The name that people see. */
  public readonly queryName: string;

  /** `NamedQueryId` of GetNamedQuery. */
  public readonly namedQueryId: string;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidNamedQuery`
   */
  public constructor(scope: Construct, id: string, props: AthenaNamedQueryProps) {
    super(scope, id);
    this.queryName = props.queryName ?? Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });
    check(this.queryName, props.sql);
    const resource = new athena.CfnNamedQuery(this, 'Resource', {
      name: this.queryName,
      description: props.description,
      database: props.database.databaseName,
      queryString: props.sql,
      workGroup: props.workgroup.workgroupName,
    });
    this.namedQueryId = resource.attrNamedQueryId;
  }
}

function check(name: string, sql: string): void {
  if (!Token.isUnresolved(name) && (name.length < 1 || name.length > 128)) {
    refuse('InvalidNamedQuery', `name "${name}"`, '1 to 128 characters', 'choose a shorter one');
  }
  const bytes = Token.isUnresolved(sql) ? 1 : Buffer.byteLength(sql.trim());
  if (bytes < 1 || bytes > 262_144) {
    refuse('InvalidNamedQuery', `sql of ${bytes} bytes in "${name}"`, '1 to 262144 bytes', 'give the text of a query');
  }
}
