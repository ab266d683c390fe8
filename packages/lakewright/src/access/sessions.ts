import { randomBytes } from 'node:crypto';
import { ServiceError } from '../services/service';

/** What a role session has beside its role. */
export interface Session {
  readonly name: string;
  /** They count as the principal's, and win over the role's. */
  readonly tags: Readonly<Record<string, string>>;
  /** Session policies as JSON: what they don't allow, the session may not. */
  readonly policies: readonly string[];
  readonly issued: Date;
  readonly mfa?: boolean;
}

interface Held {
  readonly principal: string;
  readonly session: Session;
  readonly until: number;
}

/** Access keys that STS gave are in this form, so that one that has expired isn't taken for an unknown key. */
const PREFIX = 'ASIALAKE';

/** Sessions of roles, by the access-key id that STS gave for them; they end with the process. */
export class Sessions {
  private readonly held = new Map<string, Held>();

  /** Returns the access-key id. */
  public open(principal: string, session: Session, seconds: number): string {
    const id = `${PREFIX}${randomBytes(6).toString('hex').toUpperCase()}`;
    this.held.set(id, { principal, session, until: Date.now() + seconds * 1000 });
    return id;
  }

  /**
   * Undefined for a key that isn't one of a session.
   *
   * @throws ServiceError ExpiredToken
   */
  public find(accessKeyId: string): { readonly principal: string; readonly session: Session } | undefined {
    const held = this.held.get(accessKeyId);
    if (held !== undefined && held.until > Date.now()) return held;
    this.held.delete(accessKeyId);
    if (!new RegExp(`^${PREFIX}[0-9A-F]{12}$`).test(accessKeyId)) return undefined;
    throw new ServiceError('ExpiredToken', 'The security token included in the request is expired', 403);
  }
}
