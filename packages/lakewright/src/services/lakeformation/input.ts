import type { LfResource, LfTag } from '../../access/lake-formation/facts';
import type { ApiShape } from '../api-shape';
import { requiredList, requiredName, requiredObject, requiredString } from '../glue/input';
import { invalidInput, notLocal } from './errors';

const KINDS = [
  'Catalog',
  'Database',
  'Table',
  'TableWithColumns',
  'DataLocation',
  'DataCellsFilter',
  'LFTag',
  'LFTagPolicy',
  'LFTagExpression',
] as const;
const PRINCIPAL =
  /^(IAM_ALLOWED_PRINCIPALS|\d{12}(:IAMPrincipals)?|arn:[a-z-]+:iam::\d{12}:(user|role|saml-provider|federated-user|group)\/.+|arn:[a-z-]+:(organizations|quicksight|identitystore):.+)$/;
/** https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-notes.html */
const TAG_LENGTH = 50;

/** `{ DataLakePrincipalIdentifier }` */
export function readPrincipal(value: ApiShape): string {
  const given = requiredString(
    requiredObject(value, 'principal').DataLakePrincipalIdentifier,
    'principal.dataLakePrincipalIdentifier',
  );
  if (!PRINCIPAL.test(given)) throw invalidInput(`Invalid principal, ${given}`);
  return given;
}

/**
 * A resource as it is kept: names in lower case, without catalog ids. What says the same is the same: all columns of a
 * table are the table, and lists are in order.
 */
export function readResource(value: ApiShape, checkCatalog: (id: ApiShape) => void): LfResource {
  const given = requiredObject(value, 'resource');
  const kinds = KINDS.filter((kind) => given[kind] !== undefined && given[kind] !== null);
  if (kinds.length !== 1) throw invalidInput('Resource must have exactly one of the fields populated.');
  const kind = kinds[0];
  const member = kind === 'Catalog' && typeof given.Catalog === 'string' ? {} : given[kind];
  checkCatalog(member.CatalogId ?? member.TableCatalogId ?? member.Id);
  switch (kind) {
    case 'Catalog':
      return { Catalog: {} };
    case 'Database':
      return { Database: { Name: requiredName(member.Name, 'resource.database.name') } };
    case 'Table':
      return { Table: readTable(member) };
    case 'TableWithColumns':
      return readColumns(member);
    case 'DataLocation':
      return { DataLocation: { ResourceArn: readLocation(member.ResourceArn) } };
    case 'DataCellsFilter':
      return {
        DataCellsFilter: {
          DatabaseName: requiredName(member.DatabaseName, 'resource.dataCellsFilter.databaseName'),
          TableName: requiredName(member.TableName, 'resource.dataCellsFilter.tableName'),
          Name: requiredString(member.Name, 'resource.dataCellsFilter.name'),
        },
      };
    case 'LFTag':
      return { LFTag: readTag(member) };
    case 'LFTagPolicy':
      if (member.ExpressionName) throw notLocal('a saved LF-Tag expression (ExpressionName)');
      if (!['DATABASE', 'TABLE'].includes(member.ResourceType)) {
        throw invalidInput(`ResourceType must be DATABASE or TABLE, not ${member.ResourceType}.`);
      }
      return { LFTagPolicy: { ResourceType: member.ResourceType, Expression: readExpression(member.Expression) } };
    default:
      throw notLocal('a saved LF-Tag expression (LFTagExpression)');
  }
}

/** Clients name the wildcard ALL_TABLES, too. */
function readTable(member: ApiShape): NonNullable<LfResource['Table']> {
  const DatabaseName = requiredName(member.DatabaseName, 'resource.table.databaseName');
  const wildcard = isSet(member.TableWildcard);
  if (wildcard && member.Name && member.Name !== 'ALL_TABLES') {
    throw invalidInput('Table name and table wildcard cannot both be present.');
  }
  if (wildcard) return { DatabaseName, TableWildcard: {} };
  if (!member.Name) throw invalidInput('Table name and table wildcard cannot both be empty.');
  return { DatabaseName, Name: requiredName(member.Name, 'resource.table.name') };
}

function readColumns(member: ApiShape): LfResource {
  const DatabaseName = requiredName(member.DatabaseName, 'resource.tableWithColumns.databaseName');
  const Name = requiredName(member.Name, 'resource.tableWithColumns.name');
  const names: ApiShape[] = member.ColumnNames ?? [];
  if (names.length > 0 && isSet(member.ColumnWildcard)) {
    throw invalidInput('Column names and column wildcard cannot both be present.');
  }
  if (names.length > 0) return { TableWithColumns: { DatabaseName, Name, ColumnNames: readNames(names) } };
  if (!isSet(member.ColumnWildcard)) throw invalidInput('Column names and column wildcard cannot both be empty.');
  const ExcludedColumnNames = readNames(member.ColumnWildcard.ExcludedColumnNames ?? []);
  if (ExcludedColumnNames.length > 0) {
    return { TableWithColumns: { DatabaseName, Name, ColumnWildcard: { ExcludedColumnNames } } };
  }
  return Name === 'all_tables' ? { Table: { DatabaseName, TableWildcard: {} } } : { Table: { DatabaseName, Name } };
}

export function readNames(names: ApiShape): readonly string[] {
  const lower = requiredList(names, 'columnNames').map((name) => requiredName(name, 'columnNames.member'));
  return [...new Set(lower)].sort();
}

/** Without a slash at its end. */
export function readLocation(arn: ApiShape): string {
  const given = requiredString(arn, 'resourceArn', 2048);
  if (!/^arn:[a-z-]+:s3:::[^/]+/.test(given))
    throw invalidInput(`The resource ARN ${given} is not one of an S3 location.`);
  return given.replace(/\/\*?$/, '');
}

export function readTag(tag: ApiShape): LfTag {
  const TagValues = requiredList(tag?.TagValues, 'tagValues', 1000).map((value) =>
    readTagText(value, 'tagValues.member'),
  );
  if (TagValues.length === 0) throw invalidInput('An LF-Tag needs a value.');
  return { TagKey: readTagText(tag.TagKey, 'tagKey'), TagValues: [...new Set(TagValues)].sort() };
}

/** Keys and values are kept in lower case. */
export function readTagText(text: ApiShape, member: string): string {
  const given = requiredString(text, member);
  if (given.length > TAG_LENGTH) {
    throw invalidInput(`LF-Tag keys and values can't exceed ${TAG_LENGTH} characters, ${member} has ${given.length}.`);
  }
  if (!/^[\p{L}\p{Z}\p{N}_.:*/=+\-@%]+$/u.test(given)) {
    throw invalidInput(`The value '${given}' at '${member}' has characters that an LF-Tag can't have.`);
  }
  return given.toLowerCase();
}

export function readExpression(expression: ApiShape): readonly LfTag[] {
  const tags = requiredList(expression, 'expression').map(readTag);
  if (tags.length === 0) throw invalidInput('An LF-Tag expression needs a condition.');
  const keys = new Set(tags.map(({ TagKey }) => TagKey));
  if (keys.size < tags.length) throw invalidInput('An LF-Tag expression has each key once.');
  return tags.sort((a, b) => (a.TagKey < b.TagKey ? -1 : 1));
}

/** In templates a wildcard is the text 'true'. */
const isSet = (value: ApiShape) => value !== undefined && value !== null && value !== 'false';
