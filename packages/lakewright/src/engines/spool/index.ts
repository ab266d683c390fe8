export {
  type DataFileRequest,
  type DataFormat,
  type FileColumn,
  lineLimit,
  readStatement,
  type SpoolColumn,
} from './data-file';
export { literal, quoted } from './quoting';
export { SpoolEngine, type SpoolEngineOptions } from './spool-engine';
export { duckDbType, type SimpleType, type SpoolType } from './spool-type';
export { NULL_TEXT, spoolField, TextSpool } from './text-spool';
