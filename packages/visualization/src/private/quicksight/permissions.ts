/**
 * What QuickSight takes as a level: it knows these sets of actions, and refuses others.
 *
 * @see https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ResourcePermission.html
 */
const VIEW = {
  dashboard: ['DescribeDashboard', 'ListDashboardVersions', 'QueryDashboard'],
  analysis: ['DescribeAnalysis', 'QueryAnalysis'],
  dataSet: ['DescribeDataSet', 'DescribeDataSetPermissions', 'PassDataSet', 'DescribeIngestion', 'ListIngestions'],
  dataSource: ['DescribeDataSource', 'DescribeDataSourcePermissions', 'PassDataSource'],
  theme: ['DescribeTheme', 'DescribeThemeAlias', 'ListThemeAliases', 'ListThemeVersions'],
  folder: ['DescribeFolder'],
};

const OWN: Record<Kind, string[]> = {
  dashboard: [
    'DescribeDashboardPermissions',
    'UpdateDashboard',
    'UpdateDashboardPermissions',
    'UpdateDashboardPublishedVersion',
    'DeleteDashboard',
  ],
  analysis: [
    'DescribeAnalysisPermissions',
    'UpdateAnalysis',
    'UpdateAnalysisPermissions',
    'DeleteAnalysis',
    'RestoreAnalysis',
  ],
  dataSet: ['UpdateDataSet', 'UpdateDataSetPermissions', 'DeleteDataSet', 'CreateIngestion', 'CancelIngestion'],
  dataSource: ['UpdateDataSource', 'UpdateDataSourcePermissions', 'DeleteDataSource'],
  theme: [
    'DescribeThemePermissions',
    'UpdateTheme',
    'UpdateThemePermissions',
    'DeleteTheme',
    'CreateThemeAlias',
    'UpdateThemeAlias',
    'DeleteThemeAlias',
  ],
  folder: [
    'DescribeFolderPermissions',
    'CreateFolder',
    'UpdateFolder',
    'DeleteFolder',
    'CreateFolderMembership',
    'DeleteFolderMembership',
    'UpdateFolderPermissions',
  ],
};

export type Kind = keyof typeof VIEW;

/** Groups by what they may do, as ARNs. */
export interface Groups {
  readonly readers: string[];
  readonly authors: string[];
  readonly owners: string[];
}

export interface Permission {
  readonly principal: string;
  readonly actions: string[];
}

/**
 * Readers look at dashboards; authors use data sets and data source for what they make themselves, and look at analyses; owners
 * may do all.
 */
export function permissionsOn(kind: Kind, { readers, authors, owners }: Groups): Permission[] {
  const named = (actions: string[]) => actions.map((action) => `quicksight:${action}`);
  const view = named(VIEW[kind]);
  const viewers = kind === 'dashboard' || kind === 'folder' ? [...readers, ...authors] : authors;
  return [
    ...viewers.map((principal) => ({ principal, actions: view })),
    ...owners.map((principal) => ({ principal, actions: [...view, ...named(OWN[kind])] })),
  ];
}
