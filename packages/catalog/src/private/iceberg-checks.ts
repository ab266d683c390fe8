import { LakeError } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';
import type { IcebergTableProps } from '../iceberg-table';

/** What can be known before deployment. */
export function checkIcebergTable({ columns, partitions = [], properties = {} }: IcebergTableProps): void {
  const names = columns.map(({ name }) => name);
  if (columns.length === 0) refuse('NoColumns', 'a table without columns', 'at least one', 'declare its columns');
  for (const [index, { name, comment, renamedFrom }] of columns.entries()) {
    if (!/^[a-z0-9_]+$/.test(name)) {
      refuse(
        'InvalidColumnName',
        `column "${name}"`,
        'lower case letters, digits and "_"',
        'leave out other characters',
      );
    }
    if (names.indexOf(name) !== index) {
      refuse('DuplicateColumn', `column "${name}" twice`, 'each name once', 'rename or remove one of them');
    }
    if (comment !== undefined && !Token.isUnresolved(comment) && UNQUOTABLE.test(comment)) {
      refuse('InvalidComment', `comment "${comment}" of column "${name}"`, NO_QUOTES, 'leave these characters out');
    }
    if (renamedFrom !== undefined && names.includes(renamedFrom)) {
      refuse(
        'RenamedColumnStays',
        `column "${name}" is renamed from "${renamedFrom}", which is declared too`,
        'a renamed column has one name',
        `remove "${renamedFrom}" or the renaming`,
      );
    }
  }
  for (const partition of partitions) {
    const column = columns.find(({ name }) => name === partition.column);
    if (!column) {
      refuse(
        'PartitionColumnUnknown',
        `partition ${partition.text}`,
        `one of the columns ${names.map((name) => `"${name}"`).join(', ')}`,
        'declare the column, or partition by another one',
      );
    } else if (!partition._accepts(column.type.text)) {
      refuse(
        'PartitionTransformMismatch',
        `partition ${partition.text} of a ${column.type.text}`,
        'year, month and day take dates and timestamps, hour timestamps, truncate numbers and texts',
        'use a transform for that type, or identity',
      );
    }
  }
  for (const [name, value] of Object.entries(properties)) {
    if (UNQUOTABLE.test(name) || (!Token.isUnresolved(value) && UNQUOTABLE.test(value))) {
      refuse('InvalidProperty', `property "${name}" = "${value}"`, NO_QUOTES, 'leave these characters out');
    }
    if (name.toLowerCase() === 'table_type') {
      refuse('InvalidProperty', 'property "table_type"', 'is set for you', 'leave it out');
    }
  }
}

/** Athena's DDL has no documented escape for them inside of a quoted text. */
const UNQUOTABLE = /['"\\\r\n]/;
const NO_QUOTES = 'no quotes, backslashes and line breaks';

function refuse(code: string, wrote: string, allowed: string, change: string): never {
  throw new Error(LakeError.message(code, wrote, allowed, change));
}
