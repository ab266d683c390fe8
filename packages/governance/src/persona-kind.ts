import type { DataLocation } from '@lakewright/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { analystPolicy, debuggingPolicy, engineerPolicy, stewardPolicy } from './private/persona-policies';

/** What an analyst is kept away from. */
export interface AnalystOptions {
  /**
   * Locations whose objects the role can't read directly, whatever else is granted to it: the raw zone, and those that
   * Lake Formation governs. Reading through Lake Formation isn't touched.
   *
   * @default none is denied; none is granted either
   */
  readonly denied?: DataLocation[];
}

/** Where an engineer works. */
export interface EngineerOptions {
  /**
   * Locations that are read.
   * @default none
   */
  readonly reads?: DataLocation[];

  /**
   * Locations that are read, written and deleted in.
   *
   * Athena's Iceberg DDL needs this where a location is registered with Lake Formation, too.
   *
   * @default none
   */
  readonly writes?: DataLocation[];
}

/** What is looked at when something went wrong. */
export interface DebuggingOptions {
  /**
   * Locations that are read: usually the raw zone.
   * @default none
   */
  readonly reads?: DataLocation[];

  /**
   * The log groups that are read.
   * @default those of Glue, Lambda, Step Functions, ECS, DMS and AppFlow, by AWS's naming
   */
  readonly logGroups?: logs.ILogGroup[];
}

/**
 * What a persona does in the lake: ready-made permissions, which the grants on workgroups and data sets add to.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/permissions-reference.html
 */
export class PersonaKind {
  /**
   * Reads what is granted: sees LF-Tags, and nothing else by itself; no objects, and never those of `denied`.
   *
   * @param options what is denied
   */
  public static analyst(options: AnalystOptions = {}): PersonaKind {
    return new PersonaKind('analyst', (role) => analystPolicy(role, options));
  }

  /**
   * Makes and changes databases and tables of the account's catalog, and works on their data. Lake Formation's half, the
   * right to create databases, is given there.
   *
   * @param options where
   */
  public static engineer(options: EngineerOptions = {}): PersonaKind {
    return new PersonaKind('engineer', (role) => engineerPolicy(role, options));
  }

  /**
   * Manages LF-Tags, filters and grants, as far as Lake Formation lets the role (as an administrator, or by grants with the
   * grant option), and sees all definitions but no data.
   */
  public static steward(): PersonaKind {
    return new PersonaKind('steward', (role) => stewardPolicy(role));
  }

  /**
   * Looks for causes: logs, runs of jobs, crawlers and state machines, metrics, raw data. Changes nothing.
   *
   * @param options which data and logs
   */
  public static debugging(options: DebuggingOptions = {}): PersonaKind {
    return new PersonaKind('debugging', (role) => debuggingPolicy(role, options));
  }

  private constructor(
    /** `analyst`, `engineer`, `steward` or `debugging`. */
    public readonly name: string,
    private readonly policy: (role: iam.Role) => void,
  ) {}

  /** @internal */
  public _applyTo(role: iam.Role): void {
    this.policy(role);
  }
}
