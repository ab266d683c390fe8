import type { Column, StorageDescriptor } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import { invalidInput } from '../errors';
import { checkParameters, pick, requiredList, requiredName, requiredObject, requiredString } from '../input';

const MEMBERS = [
  'Description',
  'Owner',
  'LastAccessTime',
  'LastAnalyzedTime',
  'Retention',
  'StorageDescriptor',
  'PartitionKeys',
  'ViewOriginalText',
  'ViewExpandedText',
  'TableType',
  'Parameters',
  'TargetTable',
];

/** Checks a TableInput; `members` is what is stored beside the name. */
export function tableInput(input: ApiShape): { name: string; members: Record<string, ApiShape> } {
  requiredObject(input, 'tableInput');
  const name = requiredName(input.Name, 'tableInput.name');
  checkParameters(input.Parameters, 'tableInput.parameters');
  if (input.Retention !== undefined && !(Number.isInteger(input.Retention) && input.Retention >= 0)) {
    throw invalidInput(`Retention must be a whole number of 0 or more, got "${input.Retention}".`);
  }
  if (input.TargetTable) {
    requiredName(input.TargetTable.DatabaseName, 'tableInput.targetTable.databaseName');
    requiredName(input.TargetTable.Name, 'tableInput.targetTable.name');
  }
  checkColumns(input.PartitionKeys, 'tableInput.partitionKeys');
  return {
    name,
    members: pick(
      { ...input, StorageDescriptor: storageDescriptor(input.StorageDescriptor, 'tableInput.storageDescriptor') },
      MEMBERS,
    ),
  };
}

/** A checked storage descriptor, with the members that Glue fills in. Undefined stays undefined. */
export function storageDescriptor(input: ApiShape, member: string): StorageDescriptor | undefined {
  if (input === undefined || input === null) return undefined;
  requiredObject(input, member);
  checkColumns(input.Columns, `${member}.columns`);
  checkParameters(input.Parameters, `${member}.parameters`);
  checkParameters(input.SerdeInfo?.Parameters, `${member}.serdeInfo.parameters`);
  if (input.Location !== undefined && typeof input.Location !== 'string') {
    throw invalidInput(`${member}.location must be a string, got ${JSON.stringify(input.Location)}.`);
  }
  return { Compressed: false, NumberOfBuckets: 0, SortColumns: [], StoredAsSubDirectories: false, ...input };
}

function checkColumns(columns: ApiShape, member: string): void {
  if (columns === undefined || columns === null) return;
  for (const [index, column] of (requiredList(columns, member) as Column[]).entries()) {
    requiredString(column?.Name, `${member}.${index + 1}.member.name`);
    checkParameters(column.Parameters, `${member}.${index + 1}.member.parameters`);
    const type: ApiShape = column.Type;
    if (type !== undefined && type !== null && (typeof type !== 'string' || type.length > 131_072)) {
      throw invalidInput(`${member}.${index + 1}.member.type must be a string of at most 131072 characters.`);
    }
  }
}
