import { GetDatabaseCommand, GetTableCommand, GetTablesCommand, type GlueClient } from '@aws-sdk/client-glue';
import { faultOf, type Patience } from './patience';
import { type Place, placeName } from './resources';

/** What the account's catalog has; asks once for each database and table. */
export class Catalog {
  private readonly known = new Map<string, Promise<boolean>>();

  public constructor(
    private readonly glue: GlueClient,
    private readonly patience: Patience,
  ) {}

  public has(place: Place): Promise<boolean> {
    const key = `${place.catalogId ?? ''}/${placeName(place)}`;
    const answer = this.known.get(key) ?? this.ask(place);
    this.known.set(key, answer);
    return answer;
  }

  /** Tables of a database of this account; none of a link, whose tables are somewhere else. */
  public async tables(DatabaseName: string): Promise<string[]> {
    const database = await this.patience.call(() => this.glue.send(new GetDatabaseCommand({ Name: DatabaseName })));
    if (database.Database?.TargetDatabase) return [];
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const input = { DatabaseName, AttributesToGet: ['NAME' as const], ...(NextToken ? { NextToken } : {}) };
      const page = await this.patience.call(() => this.glue.send(new GetTablesCommand(input)));
      names.push(...(page.TableList ?? []).map(({ Name = '' }) => Name));
      NextToken = page.NextToken;
    } while (NextToken);
    return names;
  }

  private async ask({ catalogId, database, table }: Place): Promise<boolean> {
    // what happens in other catalogs is not told here: to wait for it would be in vain
    if (catalogId) return true;
    const command = table
      ? () => this.glue.send(new GetTableCommand({ DatabaseName: database, Name: table }))
      : () => this.glue.send(new GetDatabaseCommand({ Name: database }));
    try {
      await this.patience.call<unknown>(command);
      return true;
    } catch (error) {
      if (/EntityNotFound/.test(faultOf(error).code)) return false;
      throw error;
    }
  }
}
