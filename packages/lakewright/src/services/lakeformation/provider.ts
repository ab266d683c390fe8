import { IAM_ALLOWED_PRINCIPALS, type LfResource } from '../../access/lake-formation/facts';
import type { ApiShape } from '../api-shape';
import type { ResourceHandler } from '../service';
import type { LakeFormationContext } from './context';
import { declare } from './declare';

const NOTE = 'applied here, without the provider function';

/** The custom resources of @lakewright/governance: what their provider function does on AWS. */
export function providerResources(context: LakeFormationContext): Record<string, ResourceHandler> {
  return {
    'Custom::LakewrightLakeFormationSettings': {
      classification: 'simulated',
      note: NOTE,
      apply: async ({ path, properties }) => {
        const {
          Administrators,
          ReadOnlyAdministrators,
          DatabaseCreators = [],
          CrossAccountVersion,
          Databases = [],
        } = properties;
        declare(
          context,
          path,
          {
            administrators: Administrators,
            readOnlyAdministrators: ReadOnlyAdministrators,
            grants: DatabaseCreators.map((arn: string) => ({
              Principal: { DataLakePrincipalIdentifier: arn },
              Resource: { Catalog: 'true' },
              Permissions: ['CREATE_DATABASE'],
            })),
          },
          'waits',
        );
        leaveIam(context, Databases);
        if (CrossAccountVersion) {
          context.store.changeApi((part) => {
            const former = part.settings?.Parameters as object | undefined;
            const Parameters = { ...former, CROSS_ACCOUNT_VERSION: String(CrossAccountVersion) };
            return { ...part, settings: { ...part.settings, Parameters } };
          });
        }
      },
    },

    'Custom::LakewrightLakeFormationPermissions': {
      classification: 'simulated',
      note: NOTE,
      apply: async ({ path, properties }) => {
        const { Grants = [], Filters = [], TagAssociations = [], OptIns = [] } = properties;
        const withPrincipal = ({ Principal, ...rest }: ApiShape) => ({
          ...rest,
          Principal: { DataLakePrincipalIdentifier: Principal },
        });
        declare(
          context,
          path,
          {
            grants: Grants.map(withPrincipal),
            filters: Filters.map(({ RowFilter, ExcludedColumnNames, ...filter }: ApiShape) => ({
              ...filter,
              RowFilter: RowFilter === undefined ? { AllRowsWildcard: {} } : { FilterExpression: RowFilter },
              ...(filter.ColumnNames === undefined && { ColumnWildcard: { ExcludedColumnNames } }),
            })),
            associations: TagAssociations,
            optIns: OptIns.map(withPrincipal),
          },
          'waits',
        );
      },
    },
  };
}

/** Lake Formation, not IAM, decides on these databases and their tables. */
function leaveIam(context: LakeFormationContext, databases: readonly string[]): void {
  const ours = new Set(databases.map((name) => name.toLowerCase()));
  const isOurs = ({ Database, Table, TableWithColumns }: LfResource) =>
    ours.has(Database?.Name ?? Table?.DatabaseName ?? TableWithColumns?.DatabaseName ?? '');
  context.store.changeAll((part) => ({
    ...part,
    ...(part.grants && {
      grants: part.grants.filter(
        ({ Principal, Resource }) => Principal !== IAM_ALLOWED_PRINCIPALS || !isOurs(Resource),
      ),
    }),
  }));
}
