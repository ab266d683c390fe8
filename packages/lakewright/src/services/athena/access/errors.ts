import { SqlError } from '../../../engines/sql/errors';
import { missingPermission } from '../../glue/catalog/rights';

/**
 * Athena's words for a caller without the rights.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-athena.html: the sentence for a caller without any privilege
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/troubleshooting.html: what Lake Formation says is missing
 */
export class InsufficientPermissions extends SqlError {
  public constructor(detail: string) {
    super('PERMISSION_DENIED', `Insufficient permissions to execute the query. ${detail}`);
  }

  /** Athena puts no error name before it. */
  public override get reason(): string {
    return this.message;
  }
}

export const noPrivilege = (): InsufficientPermissions =>
  new InsufficientPermissions('Principal does not have any privilege on specified resource');

/** `CREATE_TABLE` → `… Required Create Table on …` */
export const required = (permission: string, on: string): InsufficientPermissions =>
  new InsufficientPermissions(missingPermission(permission, on));
