import type { ResourceHandler, ServiceFactory } from '../service';

const recorded: ResourceHandler = {
  classification: 'recorded',
  note: 'not enforced yet: every principal reads every table',
};

/** AWS Lake Formation: what the template declares is kept and reported. Grants and filters aren't enforced, and no API pretends so. */
export const lakeformation: ServiceFactory = () => ({
  name: 'lakeformation',
  resources: {
    'AWS::LakeFormation::DataLakeSettings': recorded,
    'AWS::LakeFormation::Resource': recorded,
    'AWS::LakeFormation::Permissions': recorded,
    'AWS::LakeFormation::PrincipalPermissions': recorded,
    'AWS::LakeFormation::DataCellsFilter': recorded,
    'AWS::LakeFormation::Tag': recorded,
    'AWS::LakeFormation::TagAssociation': recorded,
  },
  operations: {},
  tasks: {},
});
