import { DatabaseMigrationServiceClient } from '@aws-sdk/client-database-migration-service';
import { IAMClient } from '@aws-sdk/client-iam';
import { answering } from '../../../core/lambda/custom-resource/respond';
import { accountRolesWork } from './account-roles';
import { changeWork } from './change';
import { dmsReplications } from './replications';
import { startWork } from './start';

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const client = new DatabaseMigrationServiceClient({});
const services = {
  replications: dmsReplications(client),
  now: () => Date.now(),
  sleep,
  log: (line: string) => void process.stdout.write(`${line}\n`),
};
const [change, start] = [changeWork(services), startWork(services)];

/** `Custom::LakewrightDmsChange` and `Custom::LakewrightDmsStart` */
export const replication = answering((event, endsAt) =>
  'ReplicationArn' in event.ResourceProperties ? start(event, endsAt) : change(event, endsAt),
);

/** `Custom::LakewrightDmsAccountRoles` */
export const accountRoles = answering(accountRolesWork({ iam: new IAMClient({}), sleep }));
