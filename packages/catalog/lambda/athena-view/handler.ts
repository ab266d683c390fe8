import type { AthenaClient } from '@aws-sdk/client-athena';
import type { Work } from '../../../core/lambda/custom-resource/respond';
import { Statements } from '../iceberg-table/statements';

/** What the handler works with. */
export interface AthenaViewServices {
  readonly athena: AthenaClient;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Makes, replaces or drops the view that a request declares.
 *
 * The physical id is the view's name: with another name CloudFormation deletes the former one, and so is it dropped.
 */
export function athenaViewWork({ athena, now, sleep }: AthenaViewServices): Work {
  return async ({ RequestType, RequestId, PhysicalResourceId, ResourceProperties }, endsAt) => {
    const { Database, View, Query, Workgroup, ResultLocation } = ResourceProperties as Record<string, string>;
    const statements = new Statements({
      athena,
      workgroup: Workgroup ?? '',
      resultLocation: ResultLocation ?? '',
      requestId: RequestId,
      endsAt,
      now,
      sleep,
    });
    const physicalResourceId = `${Database}.${View}`;
    if (RequestType === 'Delete') {
      // A view that was never made has the request's id.
      const [database, view, ...more] = (PhysicalResourceId ?? '').split('.');
      if (database && view && more.length === 0) await statements.run(`DROP VIEW IF EXISTS ${quoted(database, view)}`);
      return { physicalResourceId: PhysicalResourceId ?? physicalResourceId };
    }
    await statements.run(`CREATE OR REPLACE VIEW ${quoted(Database ?? '', View ?? '')} AS\n${Query}`);
    return { physicalResourceId };
  };
}

function quoted(...names: string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
}
