import type { QuickSightDataSet } from '../../quicksight-data-set';
import type { QuickSightDefinition } from '../../quicksight-definition';
import { isMapping, listAt, type Mapping } from '../bundle/read';
import { refuse } from '../refuse';

/**
 * The definition with the ARNs of the construct's data sets, once each data set and column in it is known: QuickSight itself
 * makes a dashboard with broken visuals, or fails with a list of error codes after minutes.
 */
export function bound(
  definition: QuickSightDefinition,
  dataSets: QuickSightDataSet[],
  arnOf: (dataSet: QuickSightDataSet) => string,
): Mapping {
  const json = definition._json;
  const problems: string[] = [];
  const byName = new Map(dataSets.map((one) => [one.name, one]));
  const declarations = listAt(json, 'DataSetIdentifierDeclarations').map((declaration) => {
    const name = isMapping(declaration) ? String(declaration.Identifier) : '';
    const dataSet = byName.get(name);
    if (!dataSet) problems.push(`data set "${name}" is none of ${[...byName.keys()].join(', ')}`);
    return { Identifier: name, DataSetArn: dataSet ? arnOf(dataSet) : '' };
  });
  const calculated = new Set(
    listAt(json, 'CalculatedFields').map((field) =>
      isMapping(field) ? `${field.DataSetIdentifier}.${field.Name}` : '',
    ),
  );
  const declared = new Set(declarations.map(({ Identifier }) => Identifier));
  for (const [name, column] of columnsIn(json)) {
    if (!declared.has(name)) problems.push(`column "${column}" is of "${name}", which isn't declared`);
    const known = byName.get(name)?.columns.some((one) => one.name === column) || calculated.has(`${name}.${column}`);
    if (byName.has(name) && !known) problems.push(`data set "${name}" has no column "${column}"`);
  }
  if (problems.length > 0) {
    refuse(
      'BrokenDefinition',
      `file "${definition.path}":\n  ${[...new Set(problems)].join('\n  ')}\n`,
      'data sets and columns that the construct has',
      'add them to "dataSets", or mend the definition',
    );
  }
  return { ...json, DataSetIdentifierDeclarations: declarations };
}

/** All references to columns, wherever they stand. */
function columnsIn(value: unknown): [string, string][] {
  if (Array.isArray(value)) return value.flatMap(columnsIn);
  if (!isMapping(value)) return [];
  const { DataSetIdentifier, ColumnName } = value;
  const own: [string, string][] =
    typeof DataSetIdentifier === 'string' && typeof ColumnName === 'string' ? [[DataSetIdentifier, ColumnName]] : [];
  return [...own, ...Object.values(value).flatMap(columnsIn)];
}
