/** An error as the SDK throws it. */
export function refuse(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

type Operations = Record<string, (input: never) => unknown>;

/** Databases and tables of Glue's catalog, with their columns. */
export class FakeCatalog {
  public readonly databases = new Map<string, Map<string, readonly string[]>>();

  public readonly operations: Operations = {
    GetDatabase: ({ Name }: { Name: string }) => {
      this.database(Name);
      return { Database: { Name } };
    },
    GetTable: ({ DatabaseName, Name }: { DatabaseName: string; Name: string }) => {
      this.table(DatabaseName, Name);
      return { Table: { DatabaseName, Name } };
    },
    GetTables: ({ DatabaseName, NextToken = '0' }: { DatabaseName: string; NextToken?: string }) => {
      const names = [...this.database(DatabaseName).keys()];
      const start = Number(NextToken);
      return {
        TableList: names.slice(start, start + 2).map((Name) => ({ Name })),
        ...(start + 2 < names.length ? { NextToken: String(start + 2) } : {}),
      };
    },
  };

  public create(database: string, table?: string, columns: readonly string[] = ['id']): void {
    const tables = this.databases.get(database) ?? new Map();
    this.databases.set(database, tables);
    if (table) tables.set(table, columns);
  }

  public database(name: string): Map<string, readonly string[]> {
    const tables = this.databases.get(name);
    if (!tables) throw refuse('EntityNotFoundException', 'Entity Not Found');
    return tables;
  }

  public table(database: string, name: string, columns: readonly string[] = []): void {
    const known = this.database(database).get(name);
    if (!known) throw refuse('EntityNotFoundException', 'Entity Not Found');
    if (columns.some((column) => !known.includes(column))) {
      throw refuse('InvalidInputException', 'cannot grant/revoke permission on non-existent column');
    }
  }
}

/** The Parameter Store: standard parameters. */
export class FakeParameters {
  public readonly values = new Map<string, string>();

  public readonly operations: Operations = {
    GetParameter: ({ Name }: { Name: string }) => {
      const Value = this.values.get(Name);
      if (Value === undefined) throw refuse('ParameterNotFound', Name);
      return { Parameter: { Name, Value } };
    },
    GetParametersByPath: (input: { Path: string; Recursive: boolean; MaxResults: number; NextToken?: string }) => {
      if (input.MaxResults > 10) throw refuse('ValidationException', 'MaxResults');
      const all = [...this.values].filter(([name]) => name.startsWith(`${input.Path}/`)).sort();
      const start = Number(input.NextToken ?? '0');
      return {
        Parameters: all.slice(start, start + 2).map(([Name, Value]) => ({ Name, Value })),
        ...(start + 2 < all.length ? { NextToken: String(start + 2) } : {}),
      };
    },
    PutParameter: ({ Name, Value, Overwrite }: { Name: string; Value: string; Overwrite: boolean }) => {
      if (Value.length > 4096) throw refuse('ValidationException', 'longer than 4096 characters');
      if (!Overwrite && this.values.has(Name)) throw refuse('ParameterAlreadyExists', Name);
      this.values.set(Name, Value);
    },
    DeleteParameters: ({ Names }: { Names: string[] }) => {
      if (Names.length > 10 || Names.length === 0) throw refuse('ValidationException', 'Names');
      for (const name of Names) this.values.delete(name);
    },
  };
}
