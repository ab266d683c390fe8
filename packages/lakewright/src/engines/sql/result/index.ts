export { csvLine } from './csv';
export { checkDrift, type Drift, findDrift } from './drift';
export { type ColumnInfo, columnInfo } from './metadata';
export { restWriter } from './rest-form';
export { textWriter } from './text-form';
