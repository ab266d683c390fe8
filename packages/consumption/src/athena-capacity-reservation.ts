import { Lazy, Names, Resource, Token } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { AthenaWorkgroupBase } from './athena-workgroup-base';
import { refuse } from './private/refuse';

/** What an `AthenaCapacityReservation` is made of. */
export interface AthenaCapacityReservationProps {
  /**
   * Data processing units (4 vCPU and 16 GB each) that are held, and billed by the minute: a multiple of 4. Some regions
   * want 24 at least.
   */
  readonly targetDpus: number;

  /**
   * Whose queries run on them; `assign` adds more.
   * @default none yet
   */
  readonly workgroups?: AthenaWorkgroupBase[];

  /**
   * Letters, digits, `-`, `_` and `.`, up to 128 characters.
   * @default made from the construct's path
   */
  readonly reservationName?: string;
}

/**
 * Capacity that is Athena's for the queries of some workgroups alone, billed by the time that it is held instead of by
 * scanned bytes.
 *
 * **It costs from its deployment to its removal, used or not.** Locally it is recorded: queries run as without it.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/capacity-management.html
 */
export class AthenaCapacityReservation extends Resource {
  /** Its name. */
  public readonly reservationName: string;

  private readonly workgroups: AthenaWorkgroupBase[] = [];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidTargetDpus`, `InvalidReservationName`, `WorkgroupReservedTwice`
   */
  public constructor(scope: Construct, id: string, props: AthenaCapacityReservationProps) {
    super(scope, id);
    check(props);
    const resource = new athena.CfnCapacityReservation(this, 'Resource', {
      name: props.reservationName ?? Names.uniqueResourceName(this, { maxLength: 128, separator: '-' }),
      targetDpus: props.targetDpus,
      capacityAssignmentConfiguration: Lazy.any({
        produce: () =>
          this.workgroups.length === 0
            ? undefined
            : { capacityAssignments: [{ workgroupNames: this.workgroups.map((one) => one.workgroupName) }] },
      }),
    });
    this.reservationName = this.getResourceNameAttribute(resource.ref);
    for (const workgroup of props.workgroups ?? []) this.assign(workgroup);
  }

  /**
   * Lets the queries of a workgroup run on the reserved capacity; while it is busy, they wait.
   *
   * @param workgroup whose queries
   * @throws `WorkgroupReservedTwice`
   */
  public assign(workgroup: AthenaWorkgroupBase): void {
    workgroup._reserve(this.node.path);
    this.workgroups.push(workgroup);
  }

  /**
   * One of the metrics that Athena publishes for a reservation.
   *
   * @param metricName `DPUAllocated` or `DPUConsumed`
   * @param options period, statistic; five minutes and the average by default
   * @see https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
   */
  public metric(metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      ...options,
      namespace: 'AWS/Athena',
      metricName,
      dimensionsMap: { ...options.dimensionsMap, CapacityReservation: this.reservationName },
    }).attachTo(this);
  }

  /**
   * Units that are held.
   *
   * @param options period, statistic; five minutes and the average by default
   */
  public metricDpuAllocated(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('DPUAllocated', options);
  }

  /**
   * Units that queries use: what is held and not used is paid for nothing.
   *
   * @param options period, statistic; five minutes and the average by default
   */
  public metricDpuConsumed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('DPUConsumed', options);
  }
}

function check({ targetDpus, reservationName }: AthenaCapacityReservationProps): void {
  if (!Token.isUnresolved(targetDpus) && (!Number.isInteger(targetDpus) || targetDpus < 4 || targetDpus % 4 !== 0)) {
    refuse('InvalidTargetDpus', `targetDpus "${targetDpus}"`, 'a multiple of 4', 'choose 4, 8, 12 …');
  }
  if (reservationName && !Token.isUnresolved(reservationName) && !/^[\w.-]{1,128}$/.test(reservationName)) {
    refuse(
      'InvalidReservationName',
      `reservationName "${reservationName}"`,
      '1 to 128 letters, digits, "-", "_" and "."',
      'leave out other characters',
    );
  }
}
