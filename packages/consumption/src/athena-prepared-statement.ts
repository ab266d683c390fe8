import type { IAthenaWorkgroup } from '@lakewright/core';
import { Resource, Token } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import type { Construct } from 'constructs';
import { refuse } from './private/refuse';

/** A statement that is prepared. */
export interface AthenaPreparedStatementOptions {
  /**
   * What EXECUTE calls it: letters, digits, `_`, `@` and `:`, first a letter or `_`, up to 256 characters. Unique in the
   * workgroup.
   */
  readonly statementName: string;

  /** Athena SQL with `?` for its parameters: SELECT, INSERT INTO, UNLOAD, CREATE TABLE AS, EXECUTE … Up to 262,144 bytes. */
  readonly sql: string;

  /**
   * What it answers.
   * @default no description
   */
  readonly description?: string;
}

/** What an `AthenaPreparedStatement` is made of. */
export interface AthenaPreparedStatementProps extends AthenaPreparedStatementOptions {
  /** Where it is prepared. */
  readonly workgroup: IAthenaWorkgroup;
}

/**
 * A statement with parameters, prepared for all who use the workgroup: `EXECUTE delays_of USING 'SFO'`, or the API's
 * `ExecutionParameters`. Values never become SQL, so nobody can smuggle any in.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 */
export class AthenaPreparedStatement extends Resource {
  /** What EXECUTE calls it. */
  public readonly statementName: string;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidStatementName`, `InvalidPreparedStatement`
   */
  public constructor(scope: Construct, id: string, props: AthenaPreparedStatementProps) {
    super(scope, id);
    check(props);
    this.statementName = props.statementName;
    new athena.CfnPreparedStatement(this, 'Resource', {
      statementName: props.statementName,
      description: props.description,
      queryStatement: props.sql,
      workGroup: props.workgroup.workgroupName,
    });
  }
}

function check({ statementName, sql }: AthenaPreparedStatementProps): void {
  if (!Token.isUnresolved(statementName) && !/^[a-zA-Z_][\w@:]{0,255}$/.test(statementName)) {
    refuse(
      'InvalidStatementName',
      `statementName "${statementName}"`,
      'letters, digits, "_", "@" and ":", first a letter or "_", up to 256',
      'choose another name',
    );
  }
  const bytes = Token.isUnresolved(sql) ? 1 : Buffer.byteLength(sql.trim());
  const prepares = !Token.isUnresolved(sql) && /^(prepare|deallocate)\b/i.test(sql.trim());
  if (bytes < 1 || bytes > 262_144 || prepares) {
    refuse(
      'InvalidPreparedStatement',
      `sql of ${bytes} bytes "${sql.trim().slice(0, 40)}"`,
      '1 to 262144 bytes, without PREPARE … FROM',
      'give what stands after FROM',
    );
  }
}
