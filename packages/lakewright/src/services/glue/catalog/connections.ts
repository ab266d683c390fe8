import type { ApiShape } from '../../api-shape';
import type { Operation } from '../../service';
import { alreadyExists, entityNotFound } from '../errors';
import { compact, pick, requiredList, requiredObject, requiredString } from '../input';
import { page } from '../paging';
import { StateMap } from '../state-map';
import type { CatalogContext } from './context';
import { localConnection } from './local-connection';

const MEMBERS = [
  'Description',
  'ConnectionType',
  'MatchCriteria',
  'ConnectionProperties',
  'SparkProperties',
  'AthenaProperties',
  'PythonProperties',
  'PhysicalConnectionRequirements',
  'AuthenticationConfiguration',
];

/** CreateConnection … BatchDeleteConnection. What reads one is shown the database that the configuration names for it. */
export function connectionOperations(context: CatalogContext): Record<string, Operation> {
  const connections = new StateMap<ApiShape>(context.lake.workspace, 'glue-connections');

  const require = (name: ApiShape): ApiShape => {
    const connection = connections.get(requiredString(name, 'name'));
    if (!connection) throw entityNotFound(`Connection ${name} not found.`);
    return connection;
  };
  const checked = (input: ApiShape): ApiShape => {
    requiredObject(input, 'connectionInput');
    requiredObject(input.ConnectionProperties, 'connectionInput.connectionProperties');
    requiredString(input.ConnectionType, 'connectionInput.connectionType');
    return { Name: requiredString(input.Name, 'connectionInput.name'), ...pick(input, MEMBERS) };
  };
  const shown = (connection: ApiShape, hidePassword: boolean): ApiShape => {
    if (!hidePassword) return connection;
    const { PASSWORD, ENCRYPTED_PASSWORD, ...ConnectionProperties } = connection.ConnectionProperties;
    return { ...connection, ConnectionProperties };
  };

  return {
    CreateConnection: async (input) => {
      context.checkCatalog(input);
      const connection = checked(input.ConnectionInput);
      if (connections.get(connection.Name)) throw alreadyExists('Connection');
      const now = context.now();
      connections.put(connection.Name, { ...connection, CreationTime: now, LastUpdatedTime: now });
      return {};
    },

    UpdateConnection: async (input) => {
      context.checkCatalog(input);
      const { CreationTime } = require(input.Name);
      const connection = checked(input.ConnectionInput);
      connections.put(input.Name, {
        ...connection,
        Name: input.Name,
        CreationTime,
        LastUpdatedTime: context.now(),
      });
      return {};
    },

    GetConnection: async (input) => {
      context.checkCatalog(input);
      return {
        Connection: shown(await localConnection(context.lake, require(input.Name)), input.HidePassword === true),
      };
    },

    GetConnections: async (input) => {
      context.checkCatalog(input);
      const { ConnectionType, MatchCriteria = [] } = input.Filter ?? {};
      const found = connections
        .values()
        .filter((connection) => !ConnectionType || connection.ConnectionType === ConnectionType)
        .filter((connection) =>
          MatchCriteria.every((criterion: string) => connection.MatchCriteria?.includes(criterion)),
        );
      const { items, NextToken } = page(found, (connection) => connection.Name, input, 100);
      const local = await Promise.all(items.map((item) => localConnection(context.lake, item)));
      return compact({ ConnectionList: local.map((item) => shown(item, input.HidePassword === true)), NextToken });
    },

    DeleteConnection: async (input) => {
      context.checkCatalog(input);
      require(input.ConnectionName);
      connections.delete(input.ConnectionName);
      return {};
    },

    BatchDeleteConnection: async (input) => {
      context.checkCatalog(input);
      const Succeeded: string[] = [];
      const Errors: Record<string, ApiShape> = {};
      for (const name of requiredList(input.ConnectionNameList, 'connectionNameList', 25)) {
        if (connections.delete(name)) Succeeded.push(name);
        else Errors[name] = { ErrorCode: 'EntityNotFoundException', ErrorMessage: `Connection ${name} not found.` };
      }
      return { Succeeded, Errors };
    },
  };
}
