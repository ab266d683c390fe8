import { SqlError } from '../../../engines/sql/errors';
import type { Expression, PropertyItem } from '../../../engines/sql/parse/ast';

type Value = string | boolean | readonly string[];

/** The WITH properties of CREATE TABLE AS and UNLOAD. */
export class StatementProperties {
  private readonly values = new Map<string, Value>();

  /** @throws SqlError INVALID_TABLE_PROPERTY for a name that isn't in `known` */
  public constructor(items: readonly PropertyItem[], known: ReadonlySet<string>) {
    for (const { name, value, position } of items) {
      if (!known.has(name)) {
        throw new SqlError(
          'INVALID_TABLE_PROPERTY',
          `Catalog 'awsdatacatalog' table property '${name}' does not exist`,
          position,
        );
      }
      if (value.kind !== 'null') this.values.set(name, literalValue(name, value));
    }
  }

  public has(name: string): boolean {
    return this.values.has(name);
  }

  public text(name: string): string | undefined {
    const value = this.values.get(name);
    if (value === undefined || typeof value === 'string') return value;
    throw invalid(name, 'varchar');
  }

  public list(name: string): readonly string[] {
    const value = this.values.get(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    throw invalid(name, 'array(varchar)');
  }
}

const invalid = (name: string, type: string, value?: Expression): SqlError =>
  new SqlError(
    'INVALID_TABLE_PROPERTY',
    `Invalid value for catalog 'awsdatacatalog' table property '${name}': cannot be converted to ${type}`,
    value?.position,
  );

function literalValue(name: string, value: Expression): Value {
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'boolean':
      return value.value;
    case 'number':
      return value.text;
    case 'array':
      return value.items.map((item) => {
        if (item.kind !== 'string') throw invalid(name, 'array(varchar)', item);
        return item.value;
      });
    default:
      throw invalid(name, 'a literal', value);
  }
}
