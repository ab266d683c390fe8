import type { Operation } from '../../service';
import { invalidRequest, resourceNotFound } from '../errors';
import { page, requiredText } from '../input';
import type { QueryService } from '../queries/query-service';
import type { PreparedStatement } from '../statements/prepared';
import { idsOf } from './query-executions';

export function preparedStatementOperations({ prepared, workGroups }: QueryService): Record<string, Operation> {
  const existing = (workGroup: string, name: string): PreparedStatement => {
    const found = prepared.find(workGroups.get(workGroup).Name, name);
    if (!found) throw resourceNotFound(`PreparedStatement ${name} was not found`, name);
    return found;
  };
  return {
    CreatePreparedStatement: async (input) => {
      const StatementName = requiredText(input, 'StatementName');
      const workGroup = workGroups.get(requiredText(input, 'WorkGroup')).Name;
      if (prepared.find(workGroup, StatementName)) {
        throw invalidRequest(`PreparedStatement ${StatementName} already exists`);
      }
      const { Description } = input;
      prepared.put(workGroup, {
        StatementName,
        QueryStatement: requiredText(input, 'QueryStatement'),
        ...(Description !== undefined && { Description }),
      });
      return {};
    },

    GetPreparedStatement: async (input) => ({
      PreparedStatement: existing(requiredText(input, 'WorkGroup'), requiredText(input, 'StatementName')),
    }),

    BatchGetPreparedStatement: async (input) => {
      const workGroup = workGroups.get(requiredText(input, 'WorkGroup')).Name;
      const names = idsOf(input, 'PreparedStatementNames');
      return {
        PreparedStatements: names.flatMap((name) => prepared.find(workGroup, name) ?? []),
        UnprocessedPreparedStatementNames: names
          .filter((name) => !prepared.find(workGroup, name))
          .map((name) => ({
            StatementName: name,
            ErrorCode: 'STATEMENT_NOT_FOUND',
            ErrorMessage: `PreparedStatement ${name} was not found`,
          })),
      };
    },

    ListPreparedStatements: async (input) => {
      const workGroup = workGroups.get(requiredText(input, 'WorkGroup')).Name;
      const { items, NextToken } = page(prepared.list(workGroup), input, 50);
      return {
        PreparedStatements: items.map(({ StatementName, LastModifiedTime }) => ({ StatementName, LastModifiedTime })),
        NextToken,
      };
    },

    UpdatePreparedStatement: async (input) => {
      const workGroup = requiredText(input, 'WorkGroup');
      const { StatementName, Description: former } = existing(workGroup, requiredText(input, 'StatementName'));
      const { Description = former } = input;
      prepared.put(workGroup, {
        StatementName,
        QueryStatement: requiredText(input, 'QueryStatement'),
        ...(Description !== undefined && { Description }),
      });
      return {};
    },

    DeletePreparedStatement: async (input) => {
      const workGroup = requiredText(input, 'WorkGroup');
      const { StatementName } = existing(workGroup, requiredText(input, 'StatementName'));
      prepared.delete(workGroup, StatementName);
      return {};
    },
  };
}
