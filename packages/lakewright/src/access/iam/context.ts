/** The condition keys of one request, of whatever case, and which keys it is known not to have. */
export class RequestContext {
  private readonly values = new Map<string, readonly string[]>();

  public constructor(...parts: readonly Readonly<Record<string, string | readonly string[] | undefined>>[]) {
    for (const part of parts) {
      for (const [key, value] of Object.entries(part)) {
        if (value !== undefined) this.values.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
      }
    }
  }

  /** Undefined = the request doesn't have the key. */
  public get(key: string): readonly string[] | undefined {
    return this.values.get(key.toLowerCase());
  }

  /** Whether it can be said that the request has or lacks a key: Lakewright doesn't know each key that AWS has. */
  public knows(key: string): boolean {
    const lower = key.toLowerCase();
    return this.values.has(lower) || KNOWN.has(lower) || KNOWN_PREFIXES.some((prefix) => lower.startsWith(prefix));
  }
}

/**
 * Keys whose absence is a fact: a request that has one of them says so in its context.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const KNOWN: ReadonlySet<string> = new Set(
  [
    'aws:CalledVia',
    'aws:CalledViaFirst',
    'aws:CalledViaLast',
    'aws:CurrentTime',
    'aws:EpochTime',
    'aws:FederatedProvider',
    'aws:MultiFactorAuthAge',
    'aws:MultiFactorAuthPresent',
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:PrincipalIsAWSService',
    'aws:PrincipalServiceName',
    'aws:PrincipalServiceNamesList',
    'aws:PrincipalType',
    'aws:Referer',
    'aws:RequestedRegion',
    'aws:ResourceAccount',
    'aws:SecureTransport',
    'aws:SourceAccount',
    'aws:SourceArn',
    'aws:SourceIdentity',
    'aws:SourceIp',
    'aws:TagKeys',
    'aws:TokenIssueTime',
    'aws:UserAgent',
    'aws:UserId',
    'aws:username',
    'aws:ViaAWSService',
    'iam:PassedToService',
    'iam:AssociatedResourceArn',
    'kms:CallerAccount',
    'kms:EncryptionAlgorithm',
    'kms:GrantIsForAWSResource',
    'kms:ViaService',
    's3:ResourceAccount',
    's3:TlsVersion',
    's3:VersionId',
    's3:authType',
    's3:delimiter',
    's3:max-keys',
    's3:prefix',
    's3:signatureversion',
    's3:x-amz-acl',
    's3:x-amz-copy-source',
    's3:x-amz-grant-full-control',
    's3:x-amz-grant-read',
    's3:x-amz-grant-read-acp',
    's3:x-amz-grant-write',
    's3:x-amz-grant-write-acp',
    's3:x-amz-metadata-directive',
    's3:x-amz-server-side-encryption',
    's3:x-amz-server-side-encryption-aws-kms-key-id',
    's3:x-amz-server-side-encryption-customer-algorithm',
    's3:x-amz-storage-class',
    's3:x-amz-website-redirect-location',
    's3:RequestObjectTagKeys',
    'secretsmanager:SecretId',
    'secretsmanager:VersionId',
    'secretsmanager:VersionStage',
    'sns:Endpoint',
    'sns:Protocol',
    'sts:ExternalId',
    'sts:RoleSessionName',
    'sts:SourceIdentity',
    'sts:TransitiveTagKeys',
  ].map((key) => key.toLowerCase()),
);

const KNOWN_PREFIXES = [
  'aws:principaltag/',
  'aws:requesttag/',
  'aws:resourcetag/',
  'kms:encryptioncontext:',
  's3:existingobjecttag/',
  's3:requestobjecttag/',
];
