import { CdkApp } from './projenrc/cdk-app';
import { Ci } from './projenrc/ci';
import { ConstructPackage } from './projenrc/construct-package';
import { Monorepo } from './projenrc/monorepo';
import { MonorepoRelease } from './projenrc/release';
import { RuntimePackage } from './projenrc/runtime-package';
import { V } from './projenrc/versions';

const root = new Monorepo();

const core = new ConstructPackage({
  parent: root,
  name: 'core',
  description: 'Interfaces and value objects that let the Lakewright packages meet',
});

const storage = new ConstructPackage({
  parent: root,
  name: 'storage',
  description: 'Data lake zones on Amazon S3: encrypted, tiered, replicated, backed up',
  keywords: ['s3'],
  peerPackages: [core],
});

const catalog = new ConstructPackage({
  parent: root,
  name: 'catalog',
  description: 'Glue Data Catalog databases, crawlers, declared and Iceberg tables, sharing',
  keywords: ['glue', 'iceberg'],
  peerPackages: [core, storage],
  lambdas: ['iceberg-table'],
  lambdaDeps: [V.clientGlue, V.clientAthena],
});

const consumption = new ConstructPackage({
  parent: root,
  name: 'consumption',
  description: 'Athena workgroups with enforced settings, and exact grants for those who query',
  keywords: ['athena'],
  peerPackages: [core],
  testPackages: [storage, catalog],
});

const runtime = new RuntimePackage({
  parent: root,
  name: 'lakewright',
  description: 'Runs a synthesized AWS CDK data lake on your laptop: no AWS account, no Docker',
});

new CdkApp({
  parent: root,
  name: 'batch-lake',
  description: 'A whole batch data lake on real aviation data',
  packages: [core, storage, catalog, consumption],
  runtime,
  devDeps: [V.vegaDatasets, V.duckdb],
});

new Ci(root);
new MonorepoRelease(root, [core, storage, catalog, consumption]);

root.synth();
