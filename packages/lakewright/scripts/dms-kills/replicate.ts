import { runReplication } from '../../src/services/dms/run/replication-run';
import { FolderWorkspace } from '../../src/workspace/folder-workspace';
import { LakeClock } from '../../src/workspace/lake-clock';
import { LocalObjectStore } from '../../src/workspace/local-object-store';

/** What the process that is killed does: replicates again and again, or once with `once`. */
async function replicate(root: string, engine: string, url: string, schema: string, mode: string): Promise<void> {
  const workspace = await FolderWorkspace.open(root);
  const objects = new LocalObjectStore(workspace);
  const clock = LakeClock.open(workspace);
  if (!objects.hasBucket('lake')) objects.createBucket('lake');
  process.stdout.write('begin\n');
  do {
    await runReplication(
      {
        id: 'kills',
        type: 'full-load-and-cdc',
        engine,
        sourceSettings: {},
        s3Settings: {
          BucketName: 'lake',
          BucketFolder: 'raw',
          DataFormat: 'parquet',
          IncludeOpForFullLoad: true,
          DatePartitionEnabled: true,
          // Several files in a run: a kill may come between them.
          CdcMaxBatchInterval: 1,
          CdcMinFileSize: 1,
        },
        tableMappings: {
          rules: [
            {
              'rule-type': 'selection',
              'rule-id': '1',
              'rule-name': '1',
              'rule-action': 'include',
              'object-locator': { 'schema-name': schema, 'table-name': '%' },
            },
            {
              'rule-type': 'transformation',
              'rule-id': '2',
              'rule-name': '2',
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
      },
      {
        lake: { workspace, objects, clock },
        url,
        reload: false,
        signal: new AbortController().signal,
        warn: (text) => process.stderr.write(`${text}\n`),
        progress: () => {},
      },
    );
    process.stdout.write('done\n');
  } while (mode !== 'once');
  await workspace.close();
}

const [root = '', engine = '', url = '', schema = '', mode = ''] = process.argv.slice(2);
replicate(root, engine, url, schema, mode).catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
