import type { ILakeDatabase } from '@lakewright/catalog';
import { Stack } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

interface AuditTableOptions {
  readonly database: ILakeDatabase;
  readonly bucket: s3.IBucket;
  readonly regions: string[];
  /** How far back days are looked for; undefined: ten years. */
  readonly days?: number;
}

/**
 * The table of CloudTrail's log files, its partitions computed from account, region and day.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html
 */
export function auditTable(scope: Construct, { database, bucket, regions, days }: AuditTableOptions): { name: string } {
  const name = 'cloudtrail';
  const { account } = Stack.of(scope);
  const root = bucket.s3UrlForObject('AWSLogs/');
  new glue.CfnTable(scope, 'Table', {
    catalogId: account,
    databaseName: database.databaseName,
    tableInput: {
      name,
      description: 'CloudTrail events of the lake',
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: ['account', 'region', 'day'].map((key) => ({ name: key, type: 'string' })),
      parameters: {
        EXTERNAL: 'TRUE',
        classification: 'cloudtrail',
        'projection.enabled': 'true',
        'projection.account.type': 'enum',
        'projection.account.values': account,
        'projection.region.type': 'enum',
        'projection.region.values': regions.join(','),
        'projection.day.type': 'date',
        'projection.day.format': 'yyyy/MM/dd',
        'projection.day.range': `NOW-${days ?? 3650}DAYS,NOW`,
        'projection.day.interval': '1',
        'projection.day.interval.unit': 'DAYS',
        'storage.location.template': `${root}\${account}/CloudTrail/\${region}/\${day}/`,
      },
      storageDescriptor: {
        columns: Object.entries(COLUMNS).map(([column, type]) => ({ name: column, type })),
        location: root,
        inputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        serdeInfo: { serializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
      },
    },
  });
  return { name };
}

const ISSUER = 'struct<type:string,principalid:string,arn:string,accountid:string,username:string>';
const FEDERATION = 'struct<federatedprovider:string,attributes:map<string,string>>';
const SESSION = [
  'struct<attributes:struct<mfaauthenticated:string,creationdate:string>',
  `sessionissuer:${ISSUER}`,
  'ec2roledelivery:string',
  'sourceidentity:string',
  `webidfederationdata:${FEDERATION}>`,
].join(',');
const IDENTITY = [
  'struct<type:string',
  'principalid:string',
  'arn:string',
  'accountid:string',
  'invokedby:string',
  'accesskeyid:string',
  'username:string',
  'onbehalfof:struct<userid:string,identitystorearn:string>',
  `sessioncontext:${SESSION}>`,
].join(',');

const COLUMNS: Readonly<Record<string, string>> = {
  eventversion: 'string',
  useridentity: IDENTITY,
  eventtime: 'string',
  eventsource: 'string',
  eventname: 'string',
  awsregion: 'string',
  sourceipaddress: 'string',
  useragent: 'string',
  errorcode: 'string',
  errormessage: 'string',
  requestparameters: 'string',
  responseelements: 'string',
  additionaleventdata: 'string',
  requestid: 'string',
  eventid: 'string',
  readonly: 'string',
  resources: 'array<struct<arn:string,accountid:string,type:string>>',
  eventtype: 'string',
  apiversion: 'string',
  recipientaccountid: 'string',
  serviceeventdetails: 'string',
  sharedeventid: 'string',
  vpcendpointid: 'string',
  eventcategory: 'string',
  tlsdetails: 'struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>',
};
