import { createHash } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';
import { StatesError } from './asl/errors';

interface Waiting {
  readonly succeed: (output: ApiShape) => void;
  readonly fail: (error: StatesError) => void;
  readonly beat: () => void;
}

/** Tasks that wait for SendTaskSuccess or SendTaskFailure. They live as long as this process does. */
export class TaskTokens {
  private readonly waiting = new Map<string, Waiting>();

  public tokenFor(visit: string): string {
    return createHash('sha256').update(visit).digest('base64url');
  }

  /** Waits, in real time, until somebody sends the task's outcome. */
  public wait(token: string, signal: AbortSignal, heartbeat: number | undefined): Promise<ApiShape> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.waiting.delete(token);
      };
      const fail = (error: unknown): void => {
        end();
        reject(error);
      };
      const abort = (): void => fail(signal.reason);
      const beat = (): void => {
        clearTimeout(timer);
        if (heartbeat !== undefined) {
          timer = setTimeout(() => fail(new StatesError('States.HeartbeatTimeout', '')), heartbeat);
        }
      };
      signal.addEventListener('abort', abort, { once: true });
      beat();
      this.waiting.set(token, {
        fail,
        beat,
        succeed: (output) => {
          end();
          resolve(output);
        },
      });
    });
  }

  public succeed(token: unknown, output: unknown): void {
    let value: ApiShape;
    try {
      value = JSON.parse(String(output));
    } catch {
      throw new ServiceError('InvalidOutput', `Invalid Output: the output is not valid JSON`);
    }
    this.find(token).succeed(value);
  }

  public fail(token: unknown, error: unknown, cause: unknown): void {
    this.find(token).fail(new StatesError(String(error ?? ''), String(cause ?? '')));
  }

  public heartbeat(token: unknown): void {
    this.find(token).beat();
  }

  private find(token: unknown): Waiting {
    const found = typeof token === 'string' ? this.waiting.get(token) : undefined;
    if (found !== undefined) return found;
    throw new ServiceError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  }
}
