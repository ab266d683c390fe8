import type { ApiShape } from '../../services/api-shape';
import { type Caller, type LakeContext, LOCAL_ADMIN, ServiceError } from '../../services/service';
import type { ActionRequest } from '../contract';
import { catalogArn, databaseArn, tableArn } from './glue';

interface Route {
  readonly method: string;
  readonly path: string;
}

interface Names {
  readonly namespace: string;
  readonly table: string;
  readonly body: ApiShape;
}

type Needs = (names: Names, lake: LakeContext) => readonly ActionRequest[];

const onCatalog =
  (action: string): Needs =>
  (_, lake) => [{ action, resources: [catalogArn(lake)] }];
const onDatabase =
  (action: string, name = ({ namespace }: Names): unknown => namespace): Needs =>
  (names, lake) => [{ action, resources: [catalogArn(lake), databaseArn(lake, name(names))] }];
const onTable =
  (action: string, name = ({ table }: Names): unknown => table): Needs =>
  ({ namespace, ...names }, lake) => [
    {
      action,
      resources: [
        catalogArn(lake),
        databaseArn(lake, namespace),
        tableArn(lake, namespace, name({ namespace, ...names })),
      ],
    },
  ];

/** @see https://docs.aws.amazon.com/glue/latest/dg/iceberg-rest-apis.html: each operation takes the rights of Glue's own. */
const ROUTES: Readonly<Record<string, Needs>> = {
  'GET /namespaces': onCatalog('glue:GetDatabases'),
  'POST /namespaces': onDatabase('glue:CreateDatabase', ({ body }) => body?.namespace?.[0]),
  'GET /namespaces/{namespace}': onDatabase('glue:GetDatabase'),
  'DELETE /namespaces/{namespace}': onDatabase('glue:DeleteDatabase'),
  'POST /namespaces/{namespace}/properties': onDatabase('glue:UpdateDatabase'),
  'GET /namespaces/{namespace}/tables': onDatabase('glue:GetTables'),
  'POST /namespaces/{namespace}/tables': onTable('glue:CreateTable', ({ body }) => body?.name),
  'GET /namespaces/{namespace}/tables/{table}': onTable('glue:GetTable'),
  'POST /namespaces/{namespace}/tables/{table}': (names, lake) => {
    const creates = names.body?.requirements?.some(({ type }: ApiShape) => type === 'assert-create');
    return onTable(creates ? 'glue:CreateTable' : 'glue:UpdateTable')(names, lake);
  },
  'DELETE /namespaces/{namespace}/tables/{table}': onTable('glue:DeleteTable'),
  'POST /namespaces/{namespace}/tables/{table}/metrics': onTable('glue:GetTable'),
  'POST /tables/rename': ({ body }, lake) => {
    const of = (end: ApiShape) => [
      catalogArn(lake),
      databaseArn(lake, end?.namespace?.[0]),
      tableArn(lake, end?.namespace?.[0], end?.name),
    ];
    return [
      { action: 'glue:GetTable', resources: of(body?.source) },
      { action: 'glue:DeleteTable', resources: of(body?.source) },
      { action: 'glue:CreateTable', resources: of(body?.destination) },
    ];
  },
};

/** @throws ServiceError ForbiddenException, as the REST catalog names it */
export function authorizeRoute(lake: LakeContext, route: Route, names: Names, caller: Caller): void {
  if (caller.principal === LOCAL_ADMIN.principal) return;
  const key = `${route.method} ${route.path}`;
  if (!Object.hasOwn(ROUTES, key)) throw forbidden(`only local-admin may ${key}`);
  try {
    lake.access.require(caller, ...ROUTES[key](names, lake));
  } catch (error) {
    throw error instanceof ServiceError ? forbidden(error.message) : error;
  }
  if (names.table !== '') requireWholeTable(lake, route.method, names, caller);
}

/**
 * An engine that reads the files itself sees each row and column of them.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/full-table-credential-vending.html
 */
function requireWholeTable(lake: LakeContext, method: string, { namespace, table }: Names, caller: Caller): void {
  const { governed, permissions, select } = lake.access.table(caller, { database: namespace, table });
  if (!governed) return;
  const whole = select.some(({ columns, rows }) => columns === 'all' && rows === undefined);
  const writes = permissions.has('INSERT') && permissions.has('ALTER');
  const may = method === 'GET' ? whole : method === 'DELETE' ? permissions.has('DROP') : whole && writes;
  if (!may) throw forbidden(`Insufficient Lake Formation permission(s): Required full table access on ${table}`);
}

/** Of a list of namespaces or tables, those that the caller may see. */
export function visibleNames(lake: LakeContext, answer: ApiShape, caller: Caller): ApiShape {
  if (caller.principal === LOCAL_ADMIN.principal) return answer;
  const may = (request: ActionRequest): boolean => lake.access.decide(caller, request).allowed;
  if (Array.isArray(answer?.namespaces)) {
    const seen = answer.namespaces.filter(([name]: string[]) =>
      may({ action: 'glue:GetDatabases', resources: [databaseArn(lake, name)] }),
    );
    return { ...answer, namespaces: seen };
  }
  if (Array.isArray(answer?.identifiers)) {
    const seen = answer.identifiers.filter(({ namespace, name }: ApiShape) =>
      may({ action: 'glue:GetTables', resources: [tableArn(lake, namespace?.[0], name)] }),
    );
    return { ...answer, identifiers: seen };
  }
  return answer;
}

function forbidden(message: string): ServiceError {
  return new ServiceError('ForbiddenException', message, 403);
}
