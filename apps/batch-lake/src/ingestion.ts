import { DataLocation, type IPipelineTask, type LakeEnvironment } from '@lakewright/core';
import type { ILakeNetwork } from '@lakewright/etl';
import {
  AppFlowAggregation,
  AppFlowConnection,
  AppFlowField,
  AppFlowIngestion,
  AppFlowMapping,
  AppFlowOutput,
  AppFlowSource,
  DmsReplication,
  DmsSource,
  FileDrop,
  LoadMode,
  Pagination,
  RestExtraction,
  S3Copy,
  TableMappings,
  Watermark,
} from '@lakewright/ingestion';
import { PipelineStep } from '@lakewright/orchestration';
import type { LakeStorage } from '@lakewright/storage';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CUSTOMER_FIELDS, STRIKES, TARGETS } from './schemas';

/** Where data comes from: what differs between one airline and another. */
export interface Sources {
  /** The secret with user, password, host and port of the operations database. */
  readonly operationsSecret: string;
  /** The wildlife agency's API. */
  readonly wildlifeApi: string;
  /** The name of the AppFlow connection to the CRM, which a person made. */
  readonly crmConnection: string;
  /** The bucket in which a partner drops `weather.csv`. */
  readonly partnerBucket: string;
  /** The bucket in which planners drop spreadsheets. */
  readonly planningBucket: string;
}

export interface IngestionProps {
  readonly environment: LakeEnvironment;
  readonly storage: LakeStorage;
  readonly network: ILakeNetwork;
  readonly sources: Sources;
}

/** Five ways into the raw zone. */
export class Ingestion extends Construct {
  /** What a pipeline runs, under the names by which people know it. */
  public readonly steps: PipelineStep[];
  /** Where the operations database's tables lie. */
  public readonly operations: DmsReplication;

  public constructor(scope: Construct, id: string, props: IngestionProps) {
    super(scope, id);
    this.operations = this.replicate(props);
    const tasks: Record<string, IPipelineTask> = {
      'Replicate flights and airports': this.operations,
      'Extract bird strikes': this.strikes(props),
      'Pull customers': this.customers(props),
      'Copy weather': this.weather(props),
      'Take delay targets': this.targets(props),
    };
    this.steps = Object.entries(tasks).map(([name, task]) => PipelineStep.of(task, { name }));
  }

  /** Three million flights, and what changes among them: AWS DMS from PostgreSQL. */
  private replicate({ environment, storage, sources, network }: IngestionProps): DmsReplication {
    const secret = secretsmanager.Secret.fromSecretNameV2(this, 'OperationsSecret', sources.operationsSecret);
    return new DmsReplication(this, 'Operations', {
      source: DmsSource.postgres({
        secret,
        database: 'postgres',
        vpc: network.vpc, // from which the database is reached by peering or VPN, made elsewhere
        subnets: network.subnets,
      }),
      target: storage.raw.location('operations'),
      tables: TableMappings.include('public.flights', 'public.airports'),
      mode: LoadMode.fullLoadAndCdc(),
      environment,
    });
  }

  /** Ten thousand bird strikes: pages of a REST API, each run what changed since the one before. */
  private strikes({ environment, storage, sources }: IngestionProps): IPipelineTask {
    return new RestExtraction(this, 'Strikes', {
      url: sources.wildlifeApi,
      recordsPath: 'strikes',
      pagination: Pagination.cursor('next', 'cursor'),
      watermark: Watermark.on('last_modified', {
        fromParameter: 'updated_from',
        toParameter: 'updated_to',
        initial: '1990-01-01T00:00:00Z',
      }),
      key: ['strike_id'],
      columns: STRIKES,
      target: storage.raw.location('birdstrikes'),
      environment,
    });
  }

  /** Customers of the CRM, with personal data: Amazon AppFlow. */
  private customers({ storage, sources }: IngestionProps): IPipelineTask {
    return new AppFlowIngestion(this, 'Customers', {
      source: AppFlowSource.salesforce({
        connection: AppFlowConnection.fromName(sources.crmConnection),
        object: 'Contact',
      }),
      mapping: AppFlowMapping.fields(...CUSTOMER_FIELDS.map(([field, column]) => AppFlowField.of(field, { column }))),
      output: AppFlowOutput.parquet({ preserveTypes: false, aggregation: AppFlowAggregation.singleFile() }),
      target: storage.raw.location('customers'),
    });
  }

  /** Daily weather: a partner's file, copied whenever it is another one. */
  private weather({ environment, storage, sources }: IngestionProps): IPipelineTask {
    const partner = s3.Bucket.fromBucketName(this, 'PartnerBucket', sources.partnerBucket);
    return new S3Copy(this, 'Weather', {
      source: DataLocation.of(partner),
      include: ['weather.csv'],
      target: storage.raw.location('weather'),
      environment,
    });
  }

  /** What planners aim at: a spreadsheet. */
  private targets({ environment, storage, sources }: IngestionProps): IPipelineTask {
    const planning = s3.Bucket.fromBucketName(this, 'PlanningBucket', sources.planningBucket);
    return new FileDrop(this, 'Targets', {
      inbox: DataLocation.of(planning),
      schema: TARGETS,
      target: storage.raw.location('delay_targets'),
      environment,
    });
  }
}
