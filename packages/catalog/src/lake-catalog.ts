import { type IZone, LakeEnvironment, LakeError, type PermissionModel } from '@lakewright/core';
import type { LakeStorage } from '@lakewright/storage';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type ILakeDatabase, LakeDatabase } from './lake-database';
import { encryptCatalog } from './private/catalog-encryption';
import { databaseName, zoneId } from './private/names';
import { importPublished, publish } from './private/published';

/** A set of databases, one for each zone of a lake. */
export interface ILakeCatalog {
  /** The databases, in the order of the zones. */
  readonly databases: ILakeDatabase[];

  /** The database of the zone `raw`. */
  readonly raw: ILakeDatabase;

  /** The database of the zone `converted`. */
  readonly converted: ILakeDatabase;

  /** The database of the zone `datasets`. */
  readonly datasets: ILakeDatabase;

  /**
   * The database of any zone.
   *
   * @param zoneName the zone's name
   */
  database(zoneName: string): ILakeDatabase;
}

/** What a `LakeCatalog` is made of. */
export interface LakeCatalogProps {
  /**
   * The storage whose zones get a database each.
   * @default `zones` says which
   */
  readonly storage?: LakeStorage;

  /**
   * The zones that get a database each, instead of `storage`.
   * @default the zones of `storage`
   */
  readonly zones?: IZone[];

  /**
   * Put before each database's name, with an underscore: the way to have several stages in one account.
   * @default databases are called like their zones: `raw`, `converted`, `datasets`
   */
  readonly prefix?: string;

  /**
   * Who decides about access to the tables.
   * @default PermissionModel.iam()
   */
  readonly permissions?: PermissionModel;

  /**
   * Removal of the databases; the data has a switch of its own, in its zone.
   * @default that of `storage`; LakeEnvironment.production() with `zones`
   */
  readonly environment?: LakeEnvironment;

  /**
   * Encrypts the catalog's metadata and its connections' passwords with this key.
   *
   * **For the whole account and region**, not for this lake alone: set it in one stack only. The key lets everybody in the
   * account use it through Glue, since Glue asks for the key with the caller's rights.
   *
   * @default the account's setting stays as it is
   * @see https://docs.aws.amazon.com/glue/latest/dg/encrypt-glue-data-catalog.html
   */
  readonly accountEncryptionKey?: kms.IKey;
}

/** Where a published catalog is found. */
export interface PublishedCatalogAttributes {
  /** What was given to `publish`, for example `/lake/dev`. */
  readonly path: string;

  /**
   * The zones to look up.
   * @default ['raw', 'converted', 'datasets']
   */
  readonly zoneNames?: string[];

  /**
   * Whether the zones' buckets have customer managed keys, on which grants then give rights as well.
   * @default true
   */
  readonly customerManagedKeys?: boolean;

  /**
   * Who decides about access to the tables.
   * @default PermissionModel.iam()
   */
  readonly permissions?: PermissionModel;
}

/** What a catalog answers, wherever its databases come from. */
abstract class ZoneDatabases extends Construct implements ILakeCatalog {
  /** @internal */
  protected abstract readonly _byZone: Map<string, ILakeDatabase>;

  /** The databases, in the order of the zones. */
  public get databases(): ILakeDatabase[] {
    return [...this._byZone.values()];
  }

  /** The database of the zone `raw`. */
  public get raw(): ILakeDatabase {
    return this.database('raw');
  }

  /** The database of the zone `converted`. */
  public get converted(): ILakeDatabase {
    return this.database('converted');
  }

  /** The database of the zone `datasets`. */
  public get datasets(): ILakeDatabase {
    return this.database('datasets');
  }

  /**
   * The database of any zone.
   *
   * @param zoneName the zone's name
   * @throws `UnknownZone`
   */
  public database(zoneName: string): ILakeDatabase {
    return pick(this._byZone, zoneName);
  }
}

/**
 * A Glue database for each zone of a lake.
 *
 * Database names are explicit, since SQL names them. Layers of a lake in other stacks use the databases by name (no
 * CloudFormation export is made); layers in other apps find them with `publish` and `fromPublished`, or by name with
 * `LakeDatabase.fromLakeDatabaseAttributes`.
 */
export class LakeCatalog extends ZoneDatabases {
  /**
   * A catalog that another app, or another stack, has published.
   *
   * Names and buckets are read from SSM when the stack is deployed.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param attrs where it is found
   */
  public static fromPublished(scope: Construct, id: string, attrs: PublishedCatalogAttributes): ILakeCatalog {
    return new PublishedCatalog(scope, id, attrs);
  }

  /** @internal */
  protected readonly _byZone = new Map<string, LakeDatabase>();

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `StorageOrZones`, `InvalidDatabaseName`
   */
  public constructor(scope: Construct, id: string, props: LakeCatalogProps) {
    super(scope, id);
    const environment = props.environment ?? props.storage?.environment ?? LakeEnvironment.production();
    if (props.accountEncryptionKey) encryptCatalog(this, props.accountEncryptionKey);
    for (const zone of zonesOf(props)) {
      const database = new LakeDatabase(this, zoneId(zone.zoneName), {
        databaseName: databaseName(zone.zoneName, props.prefix),
        location: zone.location(),
        permissions: props.permissions,
        description: `Tables of the zone "${zone.zoneName}"`,
        removalPolicy: environment.removalPolicy,
      });
      this._byZone.set(zone.zoneName, database);
    }
  }

  /**
   * Writes what others need to find the databases to SSM parameters below a path: `<path>/<zone>/database`, `…/bucket`,
   * and `…/key` where the bucket has a customer managed key.
   *
   * @param path for example `/lake/dev`
   * @throws `ZoneIsNotABucket` for a zone that is a prefix of a bucket
   */
  public publish(path: string): void {
    for (const [zoneName, database] of this._byZone) publish(database, path, zoneName);
  }
}

class PublishedCatalog extends ZoneDatabases {
  protected readonly _byZone = new Map<string, ILakeDatabase>();

  public constructor(scope: Construct, id: string, attrs: PublishedCatalogAttributes) {
    super(scope, id);
    for (const zoneName of attrs.zoneNames ?? ['raw', 'converted', 'datasets']) {
      this._byZone.set(zoneName, importPublished(this, zoneName, attrs));
    }
  }
}

function zonesOf({ storage, zones }: LakeCatalogProps): IZone[] {
  const chosen = storage ? storage.zones : zones;
  if (chosen && !(storage && zones)) return chosen;
  throw new Error(
    LakeError.message(
      'StorageOrZones',
      chosen ? 'both "storage" and "zones"' : 'neither "storage" nor "zones"',
      'one of the two',
      'give the storage, or the zones one by one',
    ),
  );
}

function pick(databases: Map<string, ILakeDatabase>, zoneName: string): ILakeDatabase {
  const database = databases.get(zoneName);
  if (database) return database;
  throw new Error(
    LakeError.message(
      'UnknownZone',
      `zone "${zoneName}"`,
      `this catalog has ${[...databases.keys()].map((name) => `"${name}"`).join(', ') || 'no zones'}`,
      'name one of them, or add the zone',
    ),
  );
}
