import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import type { ResourceHandler } from '../service';
import type { LakeFormationContext } from './context';
import { addSettings, type Declaration, declare } from './declare';
import { providerResources } from './provider';
import { putSettings, readSettings } from './settings';

/** What happens with AWS::LakeFormation::* and Lakewright's own custom resources. */
export function lakeFormationResources(context: LakeFormationContext): Record<string, ResourceHandler> {
  /** A resource that is one declaration. */
  const executed = (read: (properties: LakeResource['properties']) => Declaration): ResourceHandler => ({
    classification: 'executed',
    apply: async ({ path, properties }) => declare(context, path, read(properties), 'fails'),
  });

  return {
    /** Replaces the account's settings unless it says APPEND, as CloudFormation does. */
    'AWS::LakeFormation::DataLakeSettings': {
      classification: 'executed',
      apply: async ({ properties: { Admins, MutationType, ...rest } }) => {
        if (MutationType === 'APPEND') addSettings(context, readSettings({ ...rest, DataLakeAdmins: Admins }));
        else putSettings(context, readSettings({ ...context.store.api.settings, ...rest, DataLakeAdmins: Admins }));
      },
    },
    'AWS::LakeFormation::Resource': executed((properties) => ({ locations: [properties] })),
    'AWS::LakeFormation::Permissions': executed((properties) => ({ grants: [formerForm(properties)] })),
    'AWS::LakeFormation::PrincipalPermissions': executed((properties) => ({ grants: [properties] })),
    'AWS::LakeFormation::DataCellsFilter': executed((properties) => ({ filters: [properties] })),
    'AWS::LakeFormation::Tag': executed((properties) => ({ tags: [properties] })),
    'AWS::LakeFormation::TagAssociation': executed(({ Resource, LFTags }) => ({
      associations: [{ Resource, Tags: LFTags }],
    })),
    ...providerResources(context),
  };
}

/**
 * The older type has other names.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lakeformation-permissions.html
 */
function formerForm({ DataLakePrincipal, Resource = {}, ...rest }: ApiShape): ApiShape {
  const { DatabaseResource, TableResource, TableWithColumnsResource, DataLocationResource: location } = Resource;
  return {
    ...rest,
    Principal: DataLakePrincipal,
    Resource: {
      Database: DatabaseResource,
      Table: TableResource,
      TableWithColumns: TableWithColumnsResource,
      DataLocation: location && { CatalogId: location.CatalogId, ResourceArn: location.S3Resource },
    },
  };
}
