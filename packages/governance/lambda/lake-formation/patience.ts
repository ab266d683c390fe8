/** What an error says, be it thrown or one of a batch's failures. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/** An answer to what Lake Formation says; `settling` is what IAM and Lake Formation take some time to learn. */
export type Verdict = 'transient' | 'settling' | 'absent' | 'nothing-to-do' | 'final';

export interface Clock {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** As long as IAM takes to make a new role known, at the most. */
const SETTLES_MS = 120_000;
const LONGEST_PAUSE_MS = 10_000;

export function faultOf(error: unknown): Fault {
  const { name = 'Error', message = String(error) } = error as Partial<Error>;
  return { code: name, message };
}

/**
 * What a fault means.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/troubleshooting.html
 */
export function judge({ code, message }: Fault): Verdict {
  if (/Concurrent|Throttl|TooManyRequests|RateExceeded|Internal|ServiceUnavailable|Timeout|NotReady/i.test(code)) {
    return 'transient';
  }
  if (/ECONNRESET|EPIPE|ENOTFOUND|socket hang up|network/i.test(`${code} ${message}`)) return 'transient';
  if (/No permissions revoked|Grantee has no permissions|already (exists?|granted|revoked|opted)/i.test(message)) {
    return 'nothing-to-do';
  }
  if (/AlreadyExists/i.test(code)) return 'nothing-to-do';
  if (isInvalidPrincipal({ code, message })) return 'settling';
  // a role that has just become an administrator, a location that has just been registered
  if (/AccessDenied/i.test(code) || /register the S3 path/i.test(message)) return 'settling';
  if (/EntityNotFound|NotFoundException/i.test(code)) return 'absent';
  return 'final';
}

export function isInvalidPrincipal({ code, message }: Fault): boolean {
  return /InvalidInput/i.test(code) && /invalid principal/i.test(message);
}

/** Tries again within the time of the invocation, with pauses that grow and that chance spreads. */
export class Patience {
  private readonly startedAt: number;

  public constructor(
    private readonly clock: Clock,
    private readonly endsAt: number,
  ) {
    this.startedAt = clock.now();
  }

  /** Whether it is worth another attempt; waits before it says yes. */
  public async again(fault: Fault, attempt: number): Promise<boolean> {
    const verdict = judge(fault);
    if (verdict !== 'transient' && verdict !== 'settling') return false;
    const until = verdict === 'transient' ? this.endsAt : Math.min(this.endsAt, this.startedAt + SETTLES_MS);
    const pause = 50 + this.clock.random() * Math.min(LONGEST_PAUSE_MS, 200 * 2 ** attempt);
    if (this.clock.now() + pause > until) return false;
    await this.clock.sleep(pause);
    return true;
  }

  public async call<T>(what: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await what();
      } catch (error) {
        if (!(await this.again(faultOf(error), attempt))) throw error;
      }
    }
  }
}
