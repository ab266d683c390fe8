import { LakeError } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';

/**
 * Checks a database's name: what Glue stores and Athena reads without quotes.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html
 */
export function checkDatabaseName(name: string): string {
  if (!Token.isUnresolved(name) && !/^[a-z0-9_]{1,255}$/.test(name)) {
    throw new Error(
      LakeError.message(
        'InvalidDatabaseName',
        `database name "${name}"`,
        '1 to 255 lower case letters, digits and underscores',
        `write it like "${suggestion(name)}"`,
      ),
    );
  }
  return name;
}

/** Checks a table's name. Glue folds names to lower case, so another case would never match what the catalog says. */
export function checkTableName(name: string): string {
  if (!Token.isUnresolved(name) && !/^[^A-Z\s/*?'"`]{1,255}$/.test(name)) {
    throw new Error(
      LakeError.message(
        'InvalidTableName',
        `table name "${name}"`,
        'lower case, without blanks, quotes, "/", "*" and "?"',
        `write it like "${suggestion(name)}"`,
      ),
    );
  }
  return name;
}

/** `Bird Strikes-2024` → `bird_strikes_2024`: the name that a crawler gives to a folder. */
export function suggestion(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9_]+/g, '_') || 'name';
}

/** The database of a zone: the zone's name, after the stage's prefix. */
export function databaseName(zoneName: string, prefix?: string): string {
  const zone = zoneName.replace(/-/g, '_');
  return checkDatabaseName(prefix ? `${prefix}_${zone}` : zone);
}

/** `raw` → `Raw`, `my-zone` → `MyZone`: the id of what belongs to a zone, part of the logical id. */
export function zoneId(zoneName: string): string {
  return zoneName
    .split(/[-_]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
