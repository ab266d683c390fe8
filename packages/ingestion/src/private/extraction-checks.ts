import { LakeError } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';
import type * as glue from 'aws-cdk-lib/aws-glue';
import type { ColumnConfiguration, ExtractionConfiguration } from './extraction-configuration';

const TYPES = ['string', 'boolean', 'tinyint', 'smallint', 'int', 'bigint', 'float', 'double', 'date', 'timestamp'];

/**
 * What the environment variables of a function may have together, without what Lambda and others add.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const LARGEST = 3800;

/** Columns as the handler knows them. */
export function columnConfiguration(columns: glue.Column[]): ColumnConfiguration[] {
  if (columns.length === 0) {
    throw new Error(
      LakeError.message('InvalidColumns', 'no column', 'at least one column', 'declare columns, or leave them out'),
    );
  }
  const names = columns.map(({ name }) => name.toLowerCase());
  const twice = columns.find(({ name }, index) => names.indexOf(name.toLowerCase()) !== index);
  if (twice) {
    throw new Error(
      LakeError.message(
        'InvalidColumns',
        `column "${twice.name}" twice`,
        'names that differ in more than case, as tables write them in lower case',
        'leave one of them out',
      ),
    );
  }
  return columns.map(({ name, type }) => {
    // the escape hatch `Schema.custom` may have anything
    const text = type.inputString.toLowerCase();
    if (!TYPES.includes(text) && !/^decimal\(\d+(,\s*\d+)?\)$/.test(text)) {
      throw new Error(
        LakeError.message(
          'InvalidColumns',
          `column "${name}" of type "${type.inputString}"`,
          `${TYPES.join(', ')} and decimal`,
          'take Schema.STRING for nested values: it holds them as JSON',
        ),
      );
    }
    return [name, text];
  });
}

/** Refuses what the handler could not work with. */
export function checkExtraction(configuration: ExtractionConfiguration): ExtractionConfiguration {
  const { dateFolder, key, rowsPerFile } = configuration;
  if (dateFolder !== undefined && !Token.isUnresolved(dateFolder) && !/^[a-z_][a-z0-9_]*$/.test(dateFolder)) {
    throw new Error(
      LakeError.message(
        'InvalidDateFolder',
        `dateFolder "${dateFolder}"`,
        'the name of a partition column: lower case letters, digits and "_"',
        'write it like "extracted_on"',
      ),
    );
  }
  if (key !== undefined && (key.length === 0 || key.some((name) => name.trim() === ''))) {
    throw new Error(
      LakeError.message(
        'InvalidKey',
        `key "${key.join('", "')}"`,
        'names of fields',
        'name the fields that identify a record, or leave the key out',
      ),
    );
  }
  if (!Number.isInteger(rowsPerFile) || rowsPerFile < 1) {
    throw new Error(
      LakeError.message('InvalidRowsPerFile', `rowsPerFile "${rowsPerFile}"`, 'a whole number above 0', 'take 50000'),
    );
  }
  const size = JSON.stringify(configuration).length;
  if (size > LARGEST) {
    throw new Error(
      LakeError.message(
        'ConfigurationTooLarge',
        `a configuration of ${size} characters`,
        `${LARGEST} characters: AWS Lambda takes 4 KB of environment variables`,
        'declare fewer columns, or leave columns out so that they are learnt',
      ),
    );
  }
  return configuration;
}
