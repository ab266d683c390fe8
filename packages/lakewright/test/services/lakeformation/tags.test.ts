import {
  AddLFTagsToResourceCommand,
  CreateLFTagCommand,
  DeleteLFTagCommand,
  GetLFTagCommand,
  GetResourceLFTagsCommand,
  GrantPermissionsCommand,
  type LakeFormationClient,
  ListLFTagsCommand,
  RemoveLFTagsFromResourceCommand,
  type Resource,
  SearchDatabasesByLFTagsCommand,
  SearchTablesByLFTagsCommand,
  UpdateLFTagCommand,
} from '@aws-sdk/client-lakeformation';
import { expect, test } from 'vitest';
import { columns, governedLake, ORDERS, principal } from './lake';

const SALES = { Database: { Name: 'sales' } };
const create = (client: LakeFormationClient, TagKey: string, ...TagValues: string[]) =>
  client.send(new CreateLFTagCommand({ TagKey, TagValues }));
const pair = (TagKey: string, value: string) => ({ TagKey, TagValues: [value] });

async function add(client: LakeFormationClient, Resource: Resource, key: string, value: string) {
  const LFTags = [pair(key, value)];
  return (await client.send(new AddLFTagsToResourceCommand({ Resource, LFTags }))).Failures ?? [];
}

async function tagged() {
  const lake = await governedLake();
  await create(lake.admin, 'domain', 'sales', 'hr');
  await create(lake.admin, 'pii', 'yes', 'no');
  return lake;
}

test('keys and values are kept in lower case, and listed', async () => {
  const { admin } = await governedLake();
  await create(admin, 'Domain', 'Sales', 'HR', 'hr');
  const { LFTags } = await admin.send(new ListLFTagsCommand({}));
  expect(LFTags).toMatchObject([{ TagKey: 'domain', TagValues: ['hr', 'sales'] }]);
  expect(await admin.send(new GetLFTagCommand({ TagKey: 'DOMAIN' }))).toMatchObject({ TagValues: ['hr', 'sales'] });
});

test('a tag that is there, one that isn’t, and too long ones are refused', async () => {
  const { admin } = await tagged();
  const refused = (name: string) => ({ name });
  await expect(create(admin, 'domain', 'x')).rejects.toMatchObject(refused('InvalidInputException'));
  await expect(create(admin, 'k'.repeat(51), 'x')).rejects.toMatchObject(refused('InvalidInputException'));
  await expect(create(admin, 'k', 'v'.repeat(51))).rejects.toMatchObject(refused('InvalidInputException'));
  await expect(create(admin, 'k')).rejects.toMatchObject(refused('InvalidInputException'));
  await expect(create(admin, 'bad;key', 'v')).rejects.toMatchObject(refused('InvalidInputException'));
  for (const answer of [
    admin.send(new GetLFTagCommand({ TagKey: 'none' })),
    admin.send(new DeleteLFTagCommand({ TagKey: 'none' })),
    admin.send(new UpdateLFTagCommand({ TagKey: 'none', TagValuesToAdd: ['x'] })),
  ]) {
    await expect(answer).rejects.toMatchObject(refused('EntityNotFoundException'));
  }
});

test('a value in use can’t be deleted; deleting the tag takes it from what has it', async () => {
  const { admin } = await tagged();
  expect(await add(admin, ORDERS, 'domain', 'sales')).toEqual([]);
  const gone = new UpdateLFTagCommand({ TagKey: 'domain', TagValuesToDelete: ['sales'] });
  await expect(admin.send(gone)).rejects.toMatchObject({ message: expect.stringContaining('Update not allowed') });
  await admin.send(new UpdateLFTagCommand({ TagKey: 'domain', TagValuesToDelete: ['hr'], TagValuesToAdd: ['it'] }));
  expect((await admin.send(new GetLFTagCommand({ TagKey: 'domain' }))).TagValues).toEqual(['it', 'sales']);
  await admin.send(new DeleteLFTagCommand({ TagKey: 'domain' }));
  const { LFTagsOnTable } = await admin.send(new GetResourceLFTagsCommand({ Resource: ORDERS }));
  expect(LFTagsOnTable).toEqual([]);
});

test('a resource’s tags are its own and those it inherits', async () => {
  const { admin } = await tagged();
  await add(admin, SALES, 'domain', 'sales');
  await add(admin, ORDERS, 'pii', 'no');
  await add(admin, columns('email'), 'pii', 'yes');
  const all = await admin.send(new GetResourceLFTagsCommand({ Resource: ORDERS }));
  expect(all.LFTagOnDatabase).toMatchObject([pair('domain', 'sales')]);
  expect(all.LFTagsOnTable).toMatchObject([pair('domain', 'sales'), pair('pii', 'no')]);
  expect(all.LFTagsOnColumns).toMatchObject([
    { Name: 'id', LFTags: [pair('domain', 'sales'), pair('pii', 'no')] },
    { Name: 'email', LFTags: [pair('domain', 'sales'), pair('pii', 'yes')] },
    { Name: 'region', LFTags: [pair('domain', 'sales'), pair('pii', 'no')] },
  ]);
  const own = await admin.send(new GetResourceLFTagsCommand({ Resource: ORDERS, ShowAssignedLFTags: true }));
  expect(own.LFTagsOnTable).toMatchObject([pair('pii', 'no')]);
  expect(own.LFTagsOnColumns).toMatchObject([{ Name: 'email', LFTags: [pair('pii', 'yes')] }]);
});

test('a resource has one value of a tag: the latest', async () => {
  const { admin } = await tagged();
  await add(admin, ORDERS, 'domain', 'sales');
  await add(admin, ORDERS, 'domain', 'hr');
  const { LFTagsOnTable } = await admin.send(new GetResourceLFTagsCommand({ Resource: ORDERS }));
  expect(LFTagsOnTable).toMatchObject([pair('domain', 'hr')]);
});

test('what fails of several tags is named, the rest is done', async () => {
  const { admin } = await tagged();
  const { Failures } = await admin.send(
    new AddLFTagsToResourceCommand({
      Resource: ORDERS,
      LFTags: [pair('domain', 'sales'), pair('none', 'x'), pair('pii', 'maybe')],
    }),
  );
  expect(Failures).toMatchObject([
    { LFTag: pair('none', 'x'), Error: { ErrorCode: 'EntityNotFoundException' } },
    { LFTag: pair('pii', 'maybe'), Error: { ErrorCode: 'EntityNotFoundException' } },
  ]);
  const { LFTagsOnTable } = await admin.send(new GetResourceLFTagsCommand({ Resource: ORDERS }));
  expect(LFTagsOnTable).toMatchObject([pair('domain', 'sales')]);
});

test('tags are removed from what they were given to; an inherited one stays', async () => {
  const { admin } = await tagged();
  await add(admin, SALES, 'domain', 'sales');
  await add(admin, ORDERS, 'pii', 'no');
  const remove = (key: string, value: string) =>
    admin.send(new RemoveLFTagsFromResourceCommand({ Resource: ORDERS, LFTags: [pair(key, value)] }));
  expect((await remove('pii', 'no')).Failures).toEqual([]);
  expect((await remove('domain', 'sales')).Failures).toEqual([]);
  expect((await remove('pii', 'no')).Failures).toHaveLength(1);
  const { LFTagsOnTable } = await admin.send(new GetResourceLFTagsCommand({ Resource: ORDERS }));
  expect(LFTagsOnTable).toMatchObject([pair('domain', 'sales')]);
});

test('databases and tables are found by their tags, columns included', async () => {
  const { admin } = await tagged();
  await add(admin, SALES, 'domain', 'sales');
  await add(admin, columns('email'), 'pii', 'yes');
  const Expression = [pair('domain', 'sales')];
  const { DatabaseList } = await admin.send(new SearchDatabasesByLFTagsCommand({ Expression }));
  expect(DatabaseList).toMatchObject([{ Database: { Name: 'sales' } }]);
  const all = await admin.send(new SearchTablesByLFTagsCommand({ Expression }));
  expect(all.TableList?.map(({ Table }) => Table?.Name)).toEqual(['items', 'orders']);
  const personal = await admin.send(
    new SearchTablesByLFTagsCommand({ Expression: [...Expression, pair('pii', 'yes')] }),
  );
  expect(personal.TableList).toMatchObject([{ Table: { Name: 'orders' }, LFTagsOnColumns: [{ Name: 'email' }] }]);
});

test('tags are made by administrators and by who was granted CREATE_LF_TAG, who then owns them', async () => {
  const { admin, analyst } = await governedLake();
  await expect(create(analyst, 'team', 'a')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  const Permissions = ['CREATE_LF_TAG' as const];
  await admin.send(
    new GrantPermissionsCommand({ Principal: principal('Analyst'), Resource: { Catalog: {} }, Permissions }),
  );
  await create(analyst, 'team', 'a');
  await create(admin, 'other', 'a');
  const { LFTags } = await analyst.send(new ListLFTagsCommand({}));
  expect(LFTags?.map(({ TagKey }) => TagKey)).toEqual(['team']);
  expect(await add(analyst, ORDERS, 'team', 'a')).toMatchObject([{ Error: { ErrorCode: 'AccessDeniedException' } }]);
  await analyst.send(new DeleteLFTagCommand({ TagKey: 'team' }));
  await expect(analyst.send(new DeleteLFTagCommand({ TagKey: 'other' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});
