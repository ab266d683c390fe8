import type { LakeResource } from '../../assembly/resource';
import { type XmlMembers, xmlDocument } from '../../server/protocols/xml';
import type { ApiShape } from '../api-shape';
import { type LakeContext, ServiceError } from '../service';
import { notDone, type S3Handler, type S3Response, XMLNS } from './request';

/** Answers from the template's properties; undefined where there is no such setting. */
type Setting = (properties: ApiShape, bucket: string, lake: LakeContext) => S3Response;

/**
 * The settings of a bucket that can be asked for, `GET /bucket?<name>`: what the template declares, and otherwise the
 * answer that S3 gives for a new bucket. Setting them by API is refused: the template is where they come from.
 */
const SETTINGS: Readonly<Record<string, Setting>> = {
  location: (_, bucket, lake) => ({
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="${XMLNS}">${region(bucket, lake)}</LocationConstraint>`,
  }),
  versioning: ({ VersioningConfiguration }) =>
    document('VersioningConfiguration', { Status: VersioningConfiguration?.Status }),
  tagging: ({ Tags }) => {
    if (!Tags?.length) throw missing('NoSuchTagSet', 'The TagSet does not exist');
    return document('Tagging', { TagSet: { Tag: Tags.map(({ Key, Value }: ApiShape) => ({ Key, Value })) } });
  },
  policy: (_, bucket, lake) => {
    const found = lake.resources.find(
      ({ type, properties }) => type === 'AWS::S3::BucketPolicy' && properties.Bucket === bucket,
    );
    if (found === undefined) throw missing('NoSuchBucketPolicy', 'The bucket policy does not exist');
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(found.properties.PolicyDocument) };
  },
  encryption: ({ BucketEncryption }) => {
    const given: ApiShape[] = BucketEncryption?.ServerSideEncryptionConfiguration ?? [
      { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    ];
    return document('ServerSideEncryptionConfiguration', {
      Rule: given.map(({ ServerSideEncryptionByDefault: by, BucketKeyEnabled }) => ({
        ApplyServerSideEncryptionByDefault: by && { SSEAlgorithm: by.SSEAlgorithm, KMSMasterKeyID: by.KMSMasterKeyID },
        BucketKeyEnabled: BucketKeyEnabled ?? false,
      })),
    });
  },
  lifecycle: ({ LifecycleConfiguration }) => {
    if (!LifecycleConfiguration?.Rules?.length) {
      throw missing('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
    }
    return document('LifecycleConfiguration', { Rule: LifecycleConfiguration.Rules.map(lifecycleRule) });
  },
  notification: ({ NotificationConfiguration }) =>
    document('NotificationConfiguration', {
      EventBridgeConfiguration: NotificationConfiguration?.EventBridgeConfiguration && {},
    }),
  publicAccessBlock: ({ PublicAccessBlockConfiguration: block }) => {
    if (block === undefined) {
      throw missing('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found');
    }
    const { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets } = block;
    return document('PublicAccessBlockConfiguration', {
      BlockPublicAcls: BlockPublicAcls ?? false,
      IgnorePublicAcls: IgnorePublicAcls ?? false,
      BlockPublicPolicy: BlockPublicPolicy ?? false,
      RestrictPublicBuckets: RestrictPublicBuckets ?? false,
    });
  },
  ownershipControls: ({ OwnershipControls }) =>
    document('OwnershipControls', {
      Rule: (OwnershipControls?.Rules ?? [{ ObjectOwnership: 'BucketOwnerEnforced' }]).map(
        ({ ObjectOwnership }: ApiShape) => ({
          ObjectOwnership,
        }),
      ),
    }),
  acl: (_properties, _bucket, lake) => ownerAcl(lake),
  logging: ({ LoggingConfiguration: logging }) =>
    document('BucketLoggingStatus', {
      LoggingEnabled: logging && {
        TargetBucket: logging.DestinationBucketName,
        TargetPrefix: logging.LogFilePrefix ?? '',
      },
    }),
  accelerate: ({ AccelerateConfiguration }) =>
    document('AccelerateConfiguration', { Status: AccelerateConfiguration?.AccelerationStatus }),
  requestPayment: () => document('RequestPaymentConfiguration', { Payer: 'BucketOwner' }),
  policyStatus: () => document('PolicyStatus', { IsPublic: false }),
  cors: declared('CorsConfiguration', 'NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
  website: declared(
    'WebsiteConfiguration',
    'NoSuchWebsiteConfiguration',
    'The specified bucket does not have a website configuration',
  ),
  replication: declared(
    'ReplicationConfiguration',
    'ReplicationConfigurationNotFoundError',
    'The replication configuration was not found',
  ),
  'object-lock': declared(
    'ObjectLockConfiguration',
    'ObjectLockConfigurationNotFoundError',
    'Object Lock configuration does not exist for this bucket',
  ),
};

/** Sub-resources of a bucket that S3 has and that have no answer here. */
const OTHERS = [
  'analytics',
  'inventory',
  'metrics',
  'intelligent-tiering',
  'metadataTable',
  'metadataConfiguration',
  'abac',
];

/** The setting that a request is about, if it is about one. */
export function settingOf(query: URLSearchParams): string | undefined {
  return [...Object.keys(SETTINGS), ...OTHERS].find((name) => query.has(name));
}

export function bucketSetting(name: string): S3Handler {
  return async ({ method, bucket }, { lake }) => {
    requireBucket(lake, bucket);
    const setting = method === 'GET' && Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
    if (setting === undefined) throw notDone(`${method} of a bucket's "${name}" (declare it in the template)`);
    return setting(findBucket(lake, bucket)?.properties ?? {}, bucket, lake);
  };
}

export function ownerAcl({ account }: LakeContext): S3Response {
  const owner = { ID: account, DisplayName: 'lakewright' };
  const grantee = `<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${account}</ID></Grantee>`;
  const text = xmlDocument('AccessControlPolicy', XMLNS, {
    Owner: owner,
    AccessControlList: { Grant: { Grantee: {}, Permission: 'FULL_CONTROL' } },
  });
  return { body: text.replace('<Grantee/>', grantee) };
}

export function requireBucket(lake: LakeContext, bucket: string): void {
  if (lake.objects.hasBucket(bucket)) return;
  throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });
}

export function findBucket(lake: LakeContext, bucket: string): LakeResource | undefined {
  return lake.resources.find(({ type, physicalId }) => type === 'AWS::S3::Bucket' && physicalId === bucket);
}

export function region(bucket: string, lake: LakeContext): string {
  const name = findBucket(lake, bucket)?.region ?? lake.region;
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: us-east-1 is the empty constraint.
  return name === 'us-east-1' ? '' : name;
}

function declared(property: string, code: string, message: string): Setting {
  return (properties) => {
    if (properties[property] === undefined) throw missing(code, message);
    throw notDone(`Get${property} of a bucket that declares it`);
  };
}

function lifecycleRule(rule: ApiShape): XmlMembers {
  const transitions: ApiShape[] = rule.Transitions ?? [];
  const noncurrent = rule.NoncurrentVersionExpiration?.NoncurrentDays ?? rule.NoncurrentVersionExpirationInDays;
  const expiration = {
    Days: rule.ExpirationInDays,
    Date: rule.ExpirationDate,
    ExpiredObjectDeleteMarker: rule.ExpiredObjectDeleteMarker,
  };
  return {
    ID: rule.Id,
    Filter: { Prefix: rule.Prefix ?? '' },
    Status: rule.Status,
    Expiration: Object.values(expiration).some((value) => value !== undefined) ? expiration : undefined,
    Transition: transitions.map(({ TransitionInDays, TransitionDate, StorageClass }) => ({
      Days: TransitionInDays,
      Date: TransitionDate,
      StorageClass,
    })),
    NoncurrentVersionExpiration: noncurrent === undefined ? undefined : { NoncurrentDays: noncurrent },
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload && {
      DaysAfterInitiation: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation,
    },
  };
}

function document(root: string, members: XmlMembers): S3Response {
  return { body: xmlDocument(root, XMLNS, members) };
}

function missing(code: string, message: string): ServiceError {
  return new ServiceError(code, message, 404);
}
