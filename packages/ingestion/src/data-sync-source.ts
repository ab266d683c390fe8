import { type DataLocation, LakeError } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';
import * as datasync from 'aws-cdk-lib/aws-datasync';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { bucketRole, secretConfig } from './private/data-sync-roles';

/** An export of an NFS file server. */
export interface DataSyncNfsOptions {
  /** DNS name or IP address, as the agents see it. */
  readonly host: string;
  /** The exported path, `/exports/flights`. */
  readonly path: string;
  /** Agents that reach the server; activated once by a person. */
  readonly agentArns: string[];
}

/** A share of a Windows or Samba file server. */
export interface DataSyncSmbOptions {
  /** DNS name or IP address, as the agents see it. */
  readonly host: string;
  /** The share and the folder in it, with slashes: `/share/flights`. */
  readonly path: string;
  /** Agents that reach the server; activated once by a person. */
  readonly agentArns: string[];
  /** Who reads the share. */
  readonly user: string;
  /** The password, as the whole text of the secret. */
  readonly password: secretsmanager.ISecret;
  /**
   * The Windows domain.
   * @default none
   */
  readonly domain?: string;
}

/** A bucket of another object storage that speaks S3's protocol: Google Cloud Storage, MinIO, Wasabi. */
export interface DataSyncObjectStorageOptions {
  /** DNS name or IP address, as DataSync or the agents see it; HTTPS only. */
  readonly host: string;
  /** The bucket there. */
  readonly bucketName: string;
  /** The name of the access key, which is no secret. */
  readonly accessKey: string;
  /** The secret key, as the whole text of the secret. */
  readonly secretKey: secretsmanager.ISecret;
  /**
   * A prefix in the bucket.
   * @default the whole bucket
   */
  readonly path?: string;
  /**
   * The port of HTTPS.
   * @default 443
   */
  readonly port?: number;
  /**
   * Agents that reach the storage.
   * @default none: DataSync reaches it over the internet
   */
  readonly agentArns?: string[];
}

/** A container of Azure Blob Storage. */
export interface DataSyncAzureBlobOptions {
  /** `https://account.blob.core.windows.net/container` */
  readonly containerUrl: string;
  /** The token of a shared access signature, as the whole text of the secret. */
  readonly sasToken: secretsmanager.ISecret;
  /**
   * A folder in the container.
   * @default the whole container
   */
  readonly path?: string;
  /**
   * Agents that reach the container.
   * @default none: DataSync reaches it over the internet
   */
  readonly agentArns?: string[];
}

/** Where a `DataSyncCopy` takes files from. Credentials come from Secrets Manager only. */
export class DataSyncSource {
  /**
   * A file server that speaks NFS.
   *
   * @param options where it is
   * @throws `NoAgents`, `InvalidPath`
   */
  public static nfs(options: DataSyncNfsOptions): DataSyncSource {
    const { host, agentArns } = options;
    needAgents(agentArns, host);
    const subdirectory = absolute(options.path);
    return new DataSyncSource(false, false, (scope) => {
      const made = new datasync.CfnLocationNFS(scope, 'Source', {
        serverHostname: host,
        subdirectory,
        onPremConfig: { agentArns },
      });
      return made.attrLocationArn;
    });
  }

  /**
   * A file server of Windows, or Samba.
   *
   * @param options where it is, and who reads it
   * @throws `NoAgents`, `InvalidPath`
   */
  public static smb(options: DataSyncSmbOptions): DataSyncSource {
    const { host, agentArns, user, domain, password } = options;
    needAgents(agentArns, host);
    const subdirectory = absolute(options.path);
    return new DataSyncSource(false, false, (scope) => {
      const made = new datasync.CfnLocationSMB(scope, 'Source', {
        serverHostname: host,
        subdirectory,
        agentArns,
        user,
        domain,
        authenticationType: 'NTLM',
        customSecretConfig: secretConfig(scope, password),
      });
      return made.attrLocationArn;
    });
  }

  /**
   * Another object storage with S3's protocol.
   *
   * @param options where it is, and with which key
   */
  public static objectStorage(options: DataSyncObjectStorageOptions): DataSyncSource {
    const { host, bucketName, accessKey, secretKey, path, port, agentArns } = options;
    return new DataSyncSource(!agentArns?.length, false, (scope) => {
      const made = new datasync.CfnLocationObjectStorage(scope, 'Source', {
        serverHostname: host,
        serverProtocol: 'HTTPS',
        serverPort: port ?? 443,
        bucketName,
        subdirectory: path,
        accessKey,
        agentArns: agentArns?.length ? agentArns : undefined,
        customSecretConfig: secretConfig(scope, secretKey),
      });
      return made.attrLocationArn;
    });
  }

  /**
   * Azure Blob Storage.
   *
   * @param options where it is, and with which token
   * @throws `InvalidContainerUrl`
   */
  public static azureBlob(options: DataSyncAzureBlobOptions): DataSyncSource {
    const { containerUrl, sasToken, path, agentArns } = options;
    if (!Token.isUnresolved(containerUrl) && !/^https:\/\/[\w.-]+\/[^?]+$/.test(containerUrl)) {
      throw new Error(
        LakeError.message(
          'InvalidContainerUrl',
          `container "${containerUrl}"`,
          'an https address with the container, and without a token',
          'write it like "https://account.blob.core.windows.net/container", and put the token into sasToken',
        ),
      );
    }
    return new DataSyncSource(!agentArns?.length, true, (scope) => {
      const made = new datasync.CfnLocationAzureBlob(scope, 'Source', {
        azureBlobContainerUrl: containerUrl,
        azureBlobAuthenticationType: 'SAS',
        subdirectory: path,
        agentArns: agentArns?.length ? agentArns : undefined,
        customSecretConfig: secretConfig(scope, sasToken),
      });
      return made.attrLocationArn;
    });
  }

  /**
   * A bucket: for more objects than `S3Copy` goes through in a day. Its owner must let the role read.
   *
   * @param location what to copy
   */
  public static s3(location: DataLocation): DataSyncSource {
    return new DataSyncSource(true, true, (scope) => {
      const { role, policy } = bucketRole(scope, 'SourceRole', location, false);
      const made = new datasync.CfnLocationS3(scope, 'Source', {
        s3BucketArn: location.bucket.bucketArn,
        s3Config: { bucketAccessRoleArn: role.roleArn },
        subdirectory: `/${location.prefix}`,
      });
      if (policy) made.node.addDependency(policy);
      return made.attrLocationArn;
    });
  }

  /**
   * A location that was made elsewhere, of any kind that DataSync has: FSx, EFS, HDFS and others.
   *
   * @param locationArn `arn:aws:datasync:region:account:location/loc-…`
   */
  public static location(locationArn: string): DataSyncSource {
    return new DataSyncSource(false, false, () => locationArn);
  }

  private constructor(
    /** @internal */
    public readonly _enhanced: boolean,
    /** @internal */
    public readonly _tags: boolean,
    /** @internal */
    public readonly _bind: (scope: Construct) => string,
  ) {}
}

function needAgents(agentArns: string[], host: string): void {
  if (agentArns.length > 0) return;
  throw new Error(
    LakeError.message(
      'NoAgents',
      `no agent for "${host}"`,
      'file servers are reached by at least one agent in their network',
      'activate a DataSync agent there, and give its ARN',
    ),
  );
}

function absolute(path: string): string {
  if (Token.isUnresolved(path) || (path.startsWith('/') && !path.includes('\\'))) return path;
  throw new Error(
    LakeError.message(
      'InvalidPath',
      `path "${path}"`,
      'an absolute path with slashes',
      'write it like "/exports/flights"',
    ),
  );
}
