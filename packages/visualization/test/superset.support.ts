import { LakeCatalog } from '@lakewright/catalog';
import { AthenaWorkgroup } from '@lakewright/consumption';
import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import { Superset, SupersetAddress, type SupersetProps } from '../src';

/** A lake and a workgroup. */
export function bare(environment = LakeEnvironment.production()) {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const storage = new LakeStorage(stack, 'Storage', { environment });
  const { datasets } = new LakeCatalog(stack, 'Catalog', { storage, environment });
  const workgroup = new AthenaWorkgroup(stack, 'Bi', { results: DataLocation.of(storage.datasets.bucket, 'results') });
  return { app, stack, storage, datasets, workgroup };
}

/** The same, and Superset on it. */
export function lake(props: Partial<SupersetProps> = {}, environment = LakeEnvironment.production()) {
  const made = bare(environment);
  const { stack, datasets, workgroup } = made;
  const superset = new Superset(stack, 'Superset', {
    address: SupersetAddress.cloudFront(),
    workgroup,
    reads: [datasets.dataset('delays')],
    environment,
    ...props,
  });
  return { ...made, superset };
}

export function certificateOf(stack: Stack): acm.ICertificate {
  const arn = 'arn:aws:acm:eu-central-1:123456789012:certificate/11111111-1111-4111-8111-111111111111';
  return acm.Certificate.fromCertificateArn(stack, 'Certificate', arn);
}
