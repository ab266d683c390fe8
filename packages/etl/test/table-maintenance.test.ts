import { Dataset, LakeDatabase } from '@lakewright/catalog';
import { Duration, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { TableMaintenance, type TableMaintenanceProps, TableOptimizers } from '../src';
import { athenaLake, type StateJson, statesOf } from './athena-support';
import { nagFindings, PolicyEvaluator } from './support';

function maintenance(props: Partial<TableMaintenanceProps> = {}, into?: Stack) {
  const all = athenaLake(into);
  const dataset = Dataset.of(all.catalog.datasets, 'orders');
  const task = new TableMaintenance(all.stack, 'Maintenance', { dataset, workgroup: all.workgroup, ...props });
  return { ...all, dataset, task };
}

describePipelineTask('TableMaintenance', (stack) => maintenance({}, stack).task);

describe('statements', () => {
  const sqlOf = (states: Record<string, StateJson>, name: string) =>
    ((states[name] as StateJson).Arguments as { QueryString: string }).QueryString;

  test('small files are rewritten, then old snapshots go, as often as Athena asks for', () => {
    const { stack, task } = maintenance();
    const states = statesOf(stack, task);
    expect(sqlOf(states, 'Task0 Optimize')).toBe(
      '{% "OPTIMIZE \\"datasets\\".\\"orders\\" REWRITE DATA USING BIN_PACK" %}',
    );
    expect(sqlOf(states, 'Task0 Vacuum')).toBe('{% "VACUUM \\"datasets\\".\\"orders\\"" %}');
    const again = states['Task0 Vacuum again?'] as StateJson;
    expect(again.Choices).toMatchObject([
      { Condition: expect.stringContaining('MORE_RUNS_NEEDED'), Next: 'Task0 Vacuum' },
    ]);
    expect(again.Default).toBe('Task0 Vacuum failed');
  });

  test('a part of the table may be enough', () => {
    const { stack, task } = maintenance({ where: "day > DATE '2026-01-01'" });
    expect(sqlOf(statesOf(stack, task), 'Task0 Optimize')).toContain("BIN_PACK WHERE day > DATE '2026-01-01'");
  });

  test('its role rewrites and deletes files of this table, and of no other', () => {
    const { stack, storage, task } = maintenance();
    const access = PolicyEvaluator.of(stack);
    const may = (action: string, key: string) =>
      access.decide(task.role, action, storage.datasets.bucket.arnForObjects(key));
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
      expect([may(action, 'orders/x'), may(action, 'orders2/x')]).toEqual(['allowed', 'denied']);
    }
  });

  test('a role of the user works', () => {
    const { stack, workgroup, catalog } = athenaLake();
    const role = new iam.Role(stack, 'Own', { assumedBy: new iam.AccountPrincipal(stack.account) });
    const dataset = Dataset.of(catalog.datasets, 'orders');
    const task = new TableMaintenance(stack, 'Maintenance', { dataset, workgroup, role });
    expect(task.role).toBe(role);
  });
});

describe('optimizers', () => {
  test('compact, expire and remove, as a role that Glue assumes', () => {
    const { stack, storage, dataset } = maintenance();
    const { role } = new TableOptimizers(stack, 'Optimizers', { dataset, snapshotRetention: Duration.days(7) });
    const found = Object.values(Template.fromStack(stack).findResources('AWS::Glue::TableOptimizer'));
    expect(found.map(({ Properties }) => Properties.Type)).toEqual(['compaction', 'retention', 'orphan_file_deletion']);
    expect(found[1]?.Properties.TableOptimizerConfiguration.RetentionConfiguration.IcebergConfiguration).toEqual({
      SnapshotRetentionPeriodInDays: 7,
      NumberOfSnapshotsToRetain: 1,
      CleanExpiredFiles: true,
    });
    const may = (key: string) =>
      PolicyEvaluator.of(stack).decide(role, 's3:DeleteObject', storage.datasets.bucket.arnForObjects(key));
    expect([may('orders/x'), may('customers/x')]).toEqual(['allowed', 'denied']);
  });
});

test.each([
  ['TableMaintenance', TableMaintenance],
  ['TableOptimizers', TableOptimizers],
])('a table without location is refused by %s', (_, Kind) => {
  const { stack, workgroup } = athenaLake();
  const nowhere = new LakeDatabase(stack, 'Nowhere', { databaseName: 'nowhere' });
  expect(() => new Kind(stack, 'Kind', { dataset: nowhere.dataset('orders'), workgroup })).toThrow(
    /^MaintenanceWithoutLocation: /,
  );
});

test('cdk-nag finds nothing in them that is not acknowledged with its reason', () => {
  const { stack, dataset } = maintenance();
  new TableOptimizers(stack, 'Optimizers', { dataset });
  const found = nagFindings(stack.node.root as never).filter((finding) => /Maintenance|Optimizers/.test(finding));
  expect(found).toEqual([]);
});
