/** A ready-made question to the table of events. */
export interface AuditQuery {
  /** The construct id: part of the logical id. */
  readonly id: string;
  /** As Athena shows it. */
  readonly title: string;
  readonly description: string;
  readonly sql: (table: string) => string;
}

/** Lake Formation names the principal of an access itself; all else is told by the session's role, or the user. */
const WHO = 'coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, useridentity.principalid)';
const PRINCIPAL = `coalesce(json_extract_scalar(additionaleventdata, '$.lakeFormationPrincipal'), ${WHO})`;
const TABLE = "regexp_extract(json_extract_scalar(requestparameters, '$.tableArn'), ':table/(.+)$', 1)";
const KEY = "json_extract_scalar(requestparameters, '$.key')";
const BUCKET = "json_extract_scalar(requestparameters, '$.bucketName')";
const ACCESS = "eventsource = 'lakeformation.amazonaws.com' AND eventname = 'GetDataAccess'";
/** Lake Formation's sessions on objects; their names are the last part of the ARN. */
const BY_LAKE_FORMATION = "coalesce(useridentity.arn, '') LIKE '%/AWSLF-%'";

/** `day` prunes partitions: without it a query reads all that is kept. */
function since(days: number): string {
  return `day >= date_format(current_date - INTERVAL '${days}' DAY, '%Y/%m/%d')`;
}

export const AUDIT_QUERIES: readonly AuditQuery[] = [
  {
    id: 'WhoReadTable',
    title: 'Who read a table',
    description: 'Parameter: database/table. Accesses through Lake Formation in the last 30 days',
    sql: (table) => `
SELECT ${PRINCIPAL} AS principal,
       sourceipaddress AS engine,
       count(*) AS accesses,
       min(eventtime) AS first_access,
       max(eventtime) AS last_access
FROM ${table}
WHERE ${since(30)}
  AND ${ACCESS}
  AND errorcode IS NULL
  AND ${TABLE} = ?
GROUP BY 1, 2
ORDER BY last_access DESC, principal, engine`,
  },
  {
    id: 'WhatPrincipalRead',
    title: 'What a principal read',
    description: 'Parameter: the ARN of a role or user. Tables read through Lake Formation in the last 30 days',
    sql: (table) => `
SELECT ${TABLE} AS table_name,
       count(*) AS accesses,
       max(eventtime) AS last_access
FROM ${table}
WHERE ${since(30)}
  AND ${ACCESS}
  AND errorcode IS NULL
  AND ${PRINCIPAL} = ?
GROUP BY 1
ORDER BY accesses DESC, table_name`,
  },
  {
    id: 'Denied',
    title: 'Denied in the last 7 days',
    description: 'Requests that were refused for want of a permission',
    sql: (table) => `
SELECT eventtime,
       ${PRINCIPAL} AS principal,
       eventsource,
       eventname,
       errorcode,
       errormessage,
       coalesce(${TABLE}, ${BUCKET} || '/' || ${KEY}, ${BUCKET}) AS asked_for
FROM ${table}
WHERE ${since(7)}
  AND (errorcode LIKE '%AccessDenied%' OR errorcode LIKE '%Unauthorized%' OR errorcode LIKE '%NotAuthorized%')
ORDER BY eventtime DESC, eventid`,
  },
  {
    id: 'DirectReads',
    title: 'Objects read round Lake Formation',
    description: 'Who read objects of the lake by its own rights on S3 in the last 7 days',
    sql: (table) => `
SELECT ${WHO} AS principal,
       ${BUCKET} AS bucket,
       count(*) AS objects,
       max(eventtime) AS last_read
FROM ${table}
WHERE ${since(7)}
  AND eventsource = 's3.amazonaws.com'
  AND eventname = 'GetObject'
  AND errorcode IS NULL
  AND NOT (${BY_LAKE_FORMATION})
GROUP BY 1, 2
ORDER BY objects DESC, principal, bucket`,
  },
  {
    id: 'PermissionChanges',
    title: 'Changes of permissions',
    description:
      'Grants, filters, tags, settings, registrations, policies of catalog, buckets and keys in the last 30 days',
    sql: (table) => `
SELECT eventtime,
       ${WHO} AS principal,
       eventsource,
       eventname,
       errorcode,
       requestparameters
FROM ${table}
WHERE ${since(30)}
  AND ((eventsource = 'lakeformation.amazonaws.com'
        AND regexp_like(eventname, '^(Add|Batch|Create|Delete|Deregister|Grant|Put|Register|Remove|Revoke|Update)'))
       OR (eventsource = 'glue.amazonaws.com' AND eventname IN ('PutResourcePolicy', 'DeleteResourcePolicy'))
       OR (eventsource = 's3.amazonaws.com'
           AND eventname IN ('PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketAcl', 'PutBucketPublicAccessBlock'))
       OR (eventsource = 'kms.amazonaws.com'
           AND eventname IN ('PutKeyPolicy', 'CreateGrant', 'DisableKey', 'ScheduleKeyDeletion')))
ORDER BY eventtime DESC, eventid`,
  },
  {
    id: 'TableChanges',
    title: 'Changes of databases and tables',
    description: 'What was created, changed and deleted in the catalog in the last 30 days',
    sql: (table) => `
SELECT eventtime,
       ${WHO} AS principal,
       eventname,
       json_extract_scalar(requestparameters, '$.databaseName') AS database_name,
       coalesce(json_extract_scalar(requestparameters, '$.tableInput.name'),
                json_extract_scalar(requestparameters, '$.name'),
                json_extract_scalar(requestparameters, '$.databaseInput.name')) AS name,
       errorcode
FROM ${table}
WHERE ${since(30)}
  AND eventsource = 'glue.amazonaws.com'
  AND eventname IN ('CreateDatabase', 'UpdateDatabase', 'DeleteDatabase',
                    'CreateTable', 'UpdateTable', 'DeleteTable', 'BatchDeleteTable')
ORDER BY eventtime DESC, eventid`,
  },
  {
    id: 'Deletions',
    title: 'Deleted objects',
    description: 'Who deleted objects of the lake in the last 30 days',
    sql: (table) => `
SELECT ${WHO} AS principal,
       ${BUCKET} AS bucket,
       regexp_extract(${KEY}, '^[^/]*') AS folder,
       count(*) AS requests,
       max(eventtime) AS last_deletion
FROM ${table}
WHERE ${since(30)}
  AND eventsource = 's3.amazonaws.com'
  AND eventname IN ('DeleteObject', 'DeleteObjects')
  AND errorcode IS NULL
GROUP BY 1, 2, 3
ORDER BY last_deletion DESC, principal, bucket, folder`,
  },
];
