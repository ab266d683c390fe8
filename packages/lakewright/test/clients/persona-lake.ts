import path from 'node:path';
import { App, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ApiShape } from '../../src/services/api-shape';

/** By a path that TypeScript doesn't follow: these are other packages' sources. */
const source = async (name: string): Promise<ApiShape> =>
  await import(path.join(__dirname, `../../../${name}/src/index.ts`));

/** The bucket of data, and that of results. */
export const DATA = 'persona-data';
export const RESULTS = 'persona-results';

/** Where each persona's results go in `shared`; known when the lake was made. */
export const PREFIXES: Record<string, string> = {};

/**
 * A lake of two personas, from the constructs as a user writes them: each has a workgroup (`analyst`, `guest`), both use
 * `shared`, the analyst's results of `managed` are kept by Athena.
 */
export async function personaLake(folder: string): Promise<string> {
  const { AthenaPrincipal, AthenaProfile, AthenaWorkgroup } = await source('consumption');
  const { LakeDatabase } = await source('catalog');
  const { DataLocation, LakeEnvironment, PermissionModel } = await source('core');
  const s3 = await import('aws-cdk-lib/aws-s3');
  const outdir = path.join(folder, 'cdk.out');
  const app = new App({ outdir });
  const stack = new Stack(app, 'Lake');
  const environment = LakeEnvironment.sandbox();
  const data = new s3.Bucket(stack, 'Data', { bucketName: DATA });
  const results = new s3.Bucket(stack, 'Results', { bucketName: RESULTS });
  const database = new LakeDatabase(stack, 'Shop', {
    databaseName: 'shop',
    location: DataLocation.of(data, 'shop'),
    permissions: PermissionModel.iam(),
  });
  const persona = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
  const [analyst, guest] = [persona('Analyst'), persona('Guest')];
  const workgroup = (workgroupName: string, props: ApiShape = {}) =>
    new AthenaWorkgroup(stack, `Workgroup-${workgroupName}`, {
      ...{ workgroupName, environment, scanLimit: Size.mebibytes(10) },
      ...(props.managedResults ? {} : { results: DataLocation.of(results, workgroupName) }),
      ...props,
    });
  const profile = AthenaProfile.analyst({ databases: [database] });
  const admit = (principal: iam.IRole, to: ApiShape) =>
    new AthenaPrincipal(stack, `${principal.node.id}-${to.node.id}`, { principal, workgroup: to, profile });
  const [own, other] = [workgroup('analyst'), workgroup('guest')];
  const shared = workgroup('shared');
  for (const [who, where] of [
    [analyst, own],
    [guest, other],
    [analyst, shared],
    [guest, shared],
    [analyst, workgroup('managed', { managedResults: true })],
  ]) {
    admit(who, where);
  }
  for (const who of [analyst, guest]) {
    for (const name of ['orders', 'wide']) database.dataset(name).grants.read(who);
    PREFIXES[who.node.id] = shared.resultLocation(who).prefix;
  }
  own.addNamedQuery('Total', { queryName: 'Total', database, sql: 'SELECT sum(amount) AS total FROM orders' });
  own.addPreparedStatement('OfCustomer', {
    statementName: 'of_customer',
    sql: 'SELECT count(*) AS orders FROM shop.orders WHERE customer = ?',
  });
  app.synth();
  return 'cdk.out';
}
