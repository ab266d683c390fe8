import type { Change, RowChange, SourceColumn } from '../source-database';
import { type PgColumn, pgColumn } from './catalog';
import { decode, type LogRelation, type LogRow } from './pgoutput';
import { logText, type PgType } from './types';
import { lsnText } from './wal-stream';

interface KnownRelation {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly PgColumn[];
  /** Indexes of the columns of the replica identity. */
  readonly key: readonly number[];
}

/** Turns messages of the log into changes. */
export class ChangeReader {
  private readonly relations = new Map<number, KnownRelation>();
  private readonly ownTypes: Map<number, PgType>;

  public constructor(
    types: ReadonlyMap<number, PgType>,
    private readonly hand: (change: Change) => void,
  ) {
    this.ownTypes = new Map(types);
  }

  /** @returns the position after a commit */
  public read(bytes: Buffer): bigint | undefined {
    const message = decode(bytes);
    switch (message.kind) {
      case 'begin':
        this.hand({ kind: 'begin', time: message.time });
        return undefined;
      case 'commit':
        this.hand({ kind: 'commit', position: lsnText(message.end) });
        return message.end;
      case 'type':
        // Made since the types were read: its kind isn't in the log, so that it has no DMS type.
        if (!this.ownTypes.has(message.oid)) this.ownTypes.set(message.oid, unknownType(message.oid, message.name));
        return undefined;
      case 'relation':
        this.remember(message.relation);
        return undefined;
      case 'insert': {
        const relation = this.relation(message.relation);
        this.row(relation, { op: 'I', values: values(relation, message.new) });
        return undefined;
      }
      case 'update': {
        const relation = this.relation(message.relation);
        this.row(relation, {
          op: 'U',
          // A whole old row (replica identity full) knows what the new one leaves out.
          values: values(
            relation,
            message.new.map((value, index) => (value === undefined ? message.old?.[index] : value)),
          ),
          formerKey: formerKey(relation, message.old, message.new),
        });
        return undefined;
      }
      case 'delete': {
        const relation = this.relation(message.relation);
        const known = message.keyOnly
          ? message.old.map((value, index) => (relation.key.includes(index) ? value : undefined))
          : message.old;
        this.row(relation, { op: 'D', values: values(relation, known) });
        return undefined;
      }
      case 'truncate':
        for (const oid of message.relations) {
          const { schema, name } = this.relation(oid);
          this.hand({ kind: 'truncate', schema, table: name });
        }
        return undefined;
      default:
        return undefined;
    }
  }

  private remember({ oid, schema, name, columns }: LogRelation): void {
    const known: KnownRelation = {
      schema,
      name,
      columns: columns.map((column) => pgColumn(column.name, column.type, column.modifier, this.ownTypes)),
      key: columns.flatMap(({ key }, index) => (key ? [index] : [])),
    };
    this.relations.set(oid, known);
    this.hand({ kind: 'columns', schema, table: name, columns: known.columns satisfies readonly SourceColumn[] });
  }

  private relation(oid: number): KnownRelation {
    const relation = this.relations.get(oid);
    if (relation === undefined) throw new Error(`the log has a row of relation ${oid} before its description`);
    return relation;
  }

  private row({ schema, name }: KnownRelation, row: Pick<RowChange, 'op' | 'values' | 'formerKey'>): void {
    this.hand({ kind: 'row', schema, table: name, ...row });
  }
}

function values(relation: KnownRelation, row: LogRow): ReadonlyMap<string, string | null> {
  const result = new Map<string, string | null>();
  for (const [index, column] of relation.columns.entries()) {
    const value = row[index];
    if (value !== undefined) result.set(column.name, value === null ? null : logText(value, column.typeName));
  }
  return result;
}

function formerKey(relation: KnownRelation, old: LogRow | undefined, row: LogRow): RowChange['formerKey'] {
  if (old === undefined || relation.key.every((index) => old[index] === (row[index] ?? old[index]))) return undefined;
  return values(
    relation,
    old.map((value, index) => (relation.key.includes(index) ? value : undefined)),
  );
}

const unknownType = (oid: number, name: string): PgType => ({
  oid,
  name,
  kind: 'b',
  category: 'U',
  baseType: 0,
  baseModifier: -1,
});
