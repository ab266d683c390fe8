import type { DataLocation } from '@lakewright/core';
import type { CfnFlow } from 'aws-cdk-lib/aws-appflow';
import type { IAppFlowConnection } from './app-flow-connection';
import { CONNECTORS, type Connector } from './private/app-flow-connectors';

/** What to take of a SaaS application. */
export interface AppFlowObjectOptions {
  /** How AppFlow signs in. */
  readonly connection: IAppFlowConnection;

  /** The object: `Contact`, `incident`, `tickets`. */
  readonly object: string;
}

/** What to take of Salesforce. */
export interface SalesforceSourceOptions extends AppFlowObjectOptions {
  /**
   * Whether deleted records come too, with their `IsDeleted`.
   * @default false
   */
  readonly includeDeleted?: boolean;

  /**
   * Whether fields that are added in Salesforce come by themselves; with `AppFlowMapping.all()`.
   * @default false
   */
  readonly newFields?: boolean;

  /**
   * Which of Salesforce's interfaces AppFlow reads from.
   * @default SalesforceApi.AUTOMATIC
   */
  readonly api?: SalesforceApi;
}

/** Which interface of Salesforce AppFlow reads from. */
export enum SalesforceApi {
  /** REST for up to about a million records, else Bulk. */
  AUTOMATIC = 'AUTOMATIC',
  /** Bulk API 2.0: many records; no compound fields. */
  BULK = 'BULKV2',
  /** The synchronous REST API: compound fields, fewer records. */
  REST = 'REST_SYNC',
}

/** What to take of an SAP system. */
export interface SapODataSourceOptions {
  /** How AppFlow signs in. */
  readonly connection: IAppFlowConnection;

  /** The path of the entity set: `/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder`. */
  readonly objectPath: string;

  /**
   * Records of a page.
   * @default what the connector takes
   */
  readonly maxPageSize?: number;

  /**
   * Requests at a time.
   * @default one
   */
  readonly maxParallelism?: number;
}

/** What to take of a Google Analytics 4 property. */
export interface GoogleAnalytics4SourceOptions extends AppFlowObjectOptions {
  /**
   * The version of Google's API.
   * @default "v1beta"
   */
  readonly apiVersion?: string;

  /**
   * What the connector asks for beside the object.
   * @default nothing
   */
  readonly properties?: Record<string, string>;
}

/** What to take through a custom connector. */
export interface CustomSourceOptions extends AppFlowObjectOptions {
  /** The version of the API that the connector asks for. */
  readonly apiVersion: string;

  /**
   * What the connector asks for beside the object.
   * @default nothing
   */
  readonly properties?: Record<string, string>;
}

/** Which files of a bucket to take. */
export interface AppFlowS3SourceOptions {
  /** Where the files are. */
  readonly location: DataLocation;

  /** How they are written. */
  readonly format: AppFlowS3Format;
}

/** How the files of an S3 source are written. */
export enum AppFlowS3Format {
  /** Comma-separated values with a header row. */
  CSV = 'CSV',
  /** A JSON object a line. */
  JSON = 'JSON',
}

/** A SaaS application, and what to take of it. */
export class AppFlowSource {
  /**
   * An object of Salesforce.
   *
   * @param options connection and object
   */
  public static salesforce(options: SalesforceSourceOptions): AppFlowSource {
    const { object, includeDeleted, newFields, api } = options;
    return AppFlowSource.connected(CONNECTORS.salesforce, options, {
      salesforce: {
        object,
        includeDeletedRecords: includeDeleted ?? false,
        enableDynamicFieldUpdate: newFields ?? false,
        dataTransferApi: api ?? SalesforceApi.AUTOMATIC,
      },
    });
  }

  /**
   * A table of ServiceNow.
   *
   * @param options connection and object
   */
  public static serviceNow(options: AppFlowObjectOptions): AppFlowSource {
    return AppFlowSource.connected(CONNECTORS.serviceNow, options, { serviceNow: { object: options.object } });
  }

  /**
   * An object of Zendesk.
   *
   * @param options connection and object
   */
  public static zendesk(options: AppFlowObjectOptions): AppFlowSource {
    return AppFlowSource.connected(CONNECTORS.zendesk, options, { zendesk: { object: options.object } });
  }

  /**
   * A channel of Slack.
   *
   * @param options connection and object
   */
  public static slack(options: AppFlowObjectOptions): AppFlowSource {
    return AppFlowSource.connected(CONNECTORS.slack, options, { slack: { object: options.object } });
  }

  /**
   * An entity set of an SAP system.
   *
   * @param options connection and path
   */
  public static sapOData(options: SapODataSourceOptions): AppFlowSource {
    const { objectPath, maxPageSize, maxParallelism } = options;
    return AppFlowSource.connected(CONNECTORS.sapOData, options, {
      sapoData: {
        objectPath,
        paginationConfig: maxPageSize === undefined ? undefined : { maxPageSize },
        parallelismConfig: maxParallelism === undefined ? undefined : { maxParallelism },
      },
    });
  }

  /**
   * A report of Google Analytics 4, whose connector is of the custom kind.
   *
   * @param options connection and object
   */
  public static googleAnalytics4(options: GoogleAnalytics4SourceOptions): AppFlowSource {
    return AppFlowSource.custom({ apiVersion: 'v1beta', ...options });
  }

  /**
   * An entity of a custom connector.
   *
   * @param options connection, object and the API's version
   */
  public static custom(options: CustomSourceOptions): AppFlowSource {
    const { object, properties, apiVersion } = options;
    return AppFlowSource.connected(
      CONNECTORS.custom,
      options,
      { customConnector: { entityName: object, customProperties: properties } },
      apiVersion,
    );
  }

  /**
   * Files of a bucket. `S3Copy` is to be preferred where nothing has to be mapped, filtered or masked.
   *
   * @param options location and format
   */
  public static s3(options: AppFlowS3SourceOptions): AppFlowSource {
    const { location, format } = options;
    return new AppFlowSource(
      CONNECTORS.s3,
      {
        connectorType: CONNECTORS.s3.type,
        sourceConnectorProperties: {
          s3: {
            bucketName: location.bucket.bucketName,
            bucketPrefix: location.prefix,
            s3InputFormatConfig: { s3InputFileType: format },
          },
        },
      },
      location,
    );
  }

  private static connected(
    connector: Connector,
    { connection }: { readonly connection: IAppFlowConnection },
    sourceConnectorProperties: CfnFlow.SourceConnectorPropertiesProperty,
    apiVersion?: string,
  ): AppFlowSource {
    return new AppFlowSource(connector, {
      connectorType: connector.type,
      connectorProfileName: connection.connectionName,
      apiVersion,
      sourceConnectorProperties,
    });
  }

  private constructor(
    /** @internal */
    public readonly _connector: Connector,
    /** @internal */
    public readonly _config: CfnFlow.SourceFlowConfigProperty,
    /** @internal What AppFlow reads in a bucket. */
    public readonly _location?: DataLocation,
  ) {}
}
