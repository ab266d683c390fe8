import type { PartitionSpec, SortOrder, TableMetadata } from '../../engines/iceberg/metadata';
import { FieldIds, fieldsById, type IcebergType, type NestedField, type Schema } from '../../engines/iceberg/types';
import type { TableUpdate } from '../../engines/iceberg/updates';
import { badRequest } from './errors';

/** What a client sends to make a table. */
export interface CreateTableRequest {
  readonly name: string;
  readonly location?: string;
  readonly schema: Schema;
  readonly 'partition-spec'?: PartitionSpec;
  readonly 'write-order'?: SortOrder;
  readonly 'stage-create'?: boolean;
  readonly properties?: Readonly<Record<string, string>>;
}

/**
 * A new table as changes of nothing. A catalog gives out the field ids anew, as the specification of its API says.
 *
 * @throws ServiceError BadRequestException
 */
export function createUpdates(request: CreateTableRequest): TableUpdate[] {
  const { schema, properties = {} } = request;
  if (typeof request.name !== 'string' || request.name === '') throw badRequest('"name" is missing');
  if (!Array.isArray(schema?.fields)) throw badRequest('"schema" is missing, or has no fields');
  const renumbered = freshIds(schema);
  const source = (id: number): number => {
    const found = renumbered.ids.get(id);
    if (found === undefined) throw badRequest(`the schema has no field with the id ${id}`);
    return found;
  };
  const spec = request['partition-spec'] ?? { 'spec-id': 0, fields: [] };
  const order = request['write-order'] ?? { 'order-id': 0, fields: [] };
  const { 'format-version': version, ...others } = properties;
  return [
    { action: 'upgrade-format-version', 'format-version': Number(version ?? 2) },
    { action: 'add-schema', schema: renumbered.schema },
    { action: 'set-current-schema', 'schema-id': -1 },
    {
      action: 'add-spec',
      spec: {
        'spec-id': 0,
        fields: spec.fields.map((field, index) => ({
          ...field,
          'source-id': source(field['source-id']),
          'field-id': 1000 + index,
        })),
      },
    },
    { action: 'set-default-spec', 'spec-id': -1 },
    {
      action: 'add-sort-order',
      'sort-order': {
        ...order,
        fields: order.fields.map((field) => ({ ...field, 'source-id': source(Number(field['source-id'])) })),
      },
    },
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
    { action: 'set-properties', updates: others },
  ];
}

/** Ids from 1, a level at a time, as Iceberg's own library gives them out. */
export function freshIds(schema: Schema): { readonly schema: Schema; readonly ids: ReadonlyMap<number, number> } {
  const ids = new FieldIds(0);
  const known = new Map<number, number>();
  const give = (old: number): number => {
    const id = ids.next();
    known.set(old, id);
    return id;
  };
  const renumber = (type: IcebergType): IcebergType => {
    if (typeof type === 'string') return type;
    switch (type.type) {
      case 'struct':
        return { ...type, fields: fieldsOf(type.fields) };
      case 'list': {
        const id = give(type['element-id']);
        return { ...type, 'element-id': id, element: renumber(type.element) };
      }
      case 'map': {
        const [key, value] = [give(type['key-id']), give(type['value-id'])];
        return { ...type, 'key-id': key, 'value-id': value, key: renumber(type.key), value: renumber(type.value) };
      }
    }
  };
  const fieldsOf = (fields: readonly NestedField[]): NestedField[] => {
    const own = fields.map((field) => give(field.id));
    return fields.map((field, index) => ({ ...field, id: own[index] as number, type: renumber(field.type) }));
  };
  const fields = fieldsOf(schema.fields);
  const identifiers = schema['identifier-field-ids']?.map((id) => known.get(id) as number);
  return {
    schema: { ...schema, 'schema-id': 0, fields, ...(identifiers && { 'identifier-field-ids': identifiers }) },
    ids: known,
  };
}

/** A table whose columns have the same name in two cases can't be told apart by Athena or Glue. */
export function checkNames(metadata: TableMetadata): void {
  for (const schema of metadata.schemas) {
    const names = schema.fields.map((field) => field.name.toLowerCase());
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice) throw badRequest(`column "${twice}" is there twice, in any case`);
    fieldsById(schema);
  }
}
