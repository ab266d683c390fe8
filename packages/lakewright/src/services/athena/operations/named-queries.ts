import { randomUUID } from 'node:crypto';
import type { LakeContext, Operation } from '../../service';
import { invalidRequest } from '../errors';
import { page, requiredText } from '../input';
import type { WorkGroups } from '../queries/workgroups';
import { idsOf } from './query-executions';

/** In the API's shape. */
export interface NamedQuery {
  readonly NamedQueryId: string;
  readonly Name: string;
  readonly Description?: string;
  readonly Database: string;
  readonly QueryString: string;
  readonly WorkGroup: string;
}

const FILE = 'athena/named-queries';

export class NamedQueries {
  public constructor(private readonly lake: LakeContext) {}

  public list(): NamedQuery[] {
    return Object.values(this.all());
  }

  public get(id: string): NamedQuery {
    const found = this.all()[id];
    if (!found) throw invalidRequest(`NamedQuery ${id} was not found`);
    return found;
  }

  public put(query: NamedQuery): void {
    this.lake.workspace.writeState(FILE, { ...this.all(), [query.NamedQueryId]: query });
  }

  public delete(id: string): void {
    this.get(id);
    const { [id]: _, ...rest } = this.all();
    this.lake.workspace.writeState(FILE, rest);
  }

  private all(): Record<string, NamedQuery> {
    return this.lake.workspace.readState<Record<string, NamedQuery>>(FILE) ?? {};
  }
}

export function namedQueryOperations(named: NamedQueries, workGroups: WorkGroups): Record<string, Operation> {
  return {
    CreateNamedQuery: async (input) => {
      const query: NamedQuery = {
        NamedQueryId: randomUUID(),
        Name: requiredText(input, 'Name'),
        Database: requiredText(input, 'Database'),
        QueryString: requiredText(input, 'QueryString'),
        WorkGroup: workGroups.get(input.WorkGroup ?? 'primary').Name,
        ...(input.Description !== undefined && { Description: input.Description }),
      };
      named.put(query);
      return { NamedQueryId: query.NamedQueryId };
    },

    GetNamedQuery: async (input) => ({ NamedQuery: named.get(requiredText(input, 'NamedQueryId')) }),

    BatchGetNamedQuery: async (input) => {
      const all = new Map(named.list().map((query) => [query.NamedQueryId, query]));
      const ids = idsOf(input, 'NamedQueryIds');
      return {
        NamedQueries: ids.flatMap((id) => all.get(id) ?? []),
        UnprocessedNamedQueryIds: ids
          .filter((id) => !all.has(id))
          .map((id) => ({
            NamedQueryId: id,
            ErrorCode: 'INVALID_INPUT',
            ErrorMessage: `NamedQuery ${id} was not found`,
          })),
      };
    },

    ListNamedQueries: async (input) => {
      const workGroup = workGroups.get(input?.WorkGroup ?? 'primary').Name;
      const own = named.list().filter((query) => query.WorkGroup === workGroup);
      const { items, NextToken } = page(own, input, 50);
      return { NamedQueryIds: items.map((query) => query.NamedQueryId), NextToken };
    },

    UpdateNamedQuery: async (input) => {
      const query = named.get(requiredText(input, 'NamedQueryId'));
      const { Description = query.Description } = input;
      named.put({
        ...query,
        Name: requiredText(input, 'Name'),
        QueryString: requiredText(input, 'QueryString'),
        ...(Description !== undefined && { Description }),
      });
      return {};
    },

    DeleteNamedQuery: async (input) => {
      named.delete(requiredText(input, 'NamedQueryId'));
      return {};
    },
  };
}
