import { runReplication } from '../../../src/services/dms/run/replication-run';
import { FolderWorkspace } from '../../../src/workspace/folder-workspace';
import { LakeClock } from '../../../src/workspace/lake-clock';
import { LocalObjectStore } from '../../../src/workspace/local-object-store';

/** Replicates again and again, and says when it has caught up: until it is killed. */
async function main(): Promise<void> {
  const [root = '', url = '', id = ''] = process.argv.slice(2);
  const workspace = await FolderWorkspace.open(root);
  const objects = new LocalObjectStore(workspace);
  if (!objects.hasBucket('lake')) objects.createBucket('lake');
  const lake = { workspace, objects, clock: LakeClock.open(workspace) };
  const definition = {
    id,
    type: 'full-load-and-cdc',
    engine: 'postgres',
    sourceSettings: {},
    s3Settings: {
      BucketName: 'lake',
      BucketFolder: 'raw',
      DataFormat: 'parquet',
      IncludeOpForFullLoad: true,
      TimestampColumnName: 'dms_timestamp',
      DatePartitionEnabled: true,
      // Many small batches: many moments in which a kill can come.
      CdcMinFileSize: 8,
    },
    tableMappings: {
      rules: [
        {
          'rule-type': 'selection',
          'rule-id': '1',
          'rule-action': 'include',
          'object-locator': { 'schema-name': 'public', 'table-name': '%' },
        },
        {
          'rule-type': 'transformation',
          'rule-id': '2',
          'rule-action': 'add-column',
          'rule-target': 'column',
          'object-locator': { 'schema-name': '%', 'table-name': '%' },
          value: 'change_sequence',
          expression: '$AR_H_CHANGE_SEQ',
          'data-type': { type: 'string', length: 50 },
        },
      ],
    },
    settings: {},
  } as const;
  const signal = new AbortController().signal;
  const quiet = () => {};
  process.stdout.write('started\n');
  for (;;) {
    await runReplication(definition, { lake, url, reload: false, signal, warn: quiet, progress: quiet });
    process.stdout.write('caught up\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
