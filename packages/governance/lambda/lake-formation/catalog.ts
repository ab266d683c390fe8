import { GetDatabaseCommand, GetTableCommand, GetTablesCommand, type GlueClient } from '@aws-sdk/client-glue';
import { faultOf, type Patience } from './patience';
import { type Place, placeName } from './resources';

/** What Glue's catalog has; asks once for each database and table. */
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
    const catalog = catalogId ? { CatalogId: catalogId } : {};
    const command = table
      ? () => this.glue.send(new GetTableCommand({ ...catalog, DatabaseName: database, Name: table }))
      : () => this.glue.send(new GetDatabaseCommand({ ...catalog, Name: database }));
    try {
      await this.patience.call<unknown>(command);
      return true;
    } catch (error) {
      const { code } = faultOf(error);
      if (/EntityNotFound/.test(code)) return false;
      // another account's, of which Glue shows nothing: Lake Formation knows more
      if (catalogId && /AccessDenied/.test(code)) return true;
      throw error;
    }
  }
}
