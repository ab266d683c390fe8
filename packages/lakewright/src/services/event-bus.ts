import type { ApiShape } from './api-shape';

/** An EventBridge event, as rules see it. */
export interface LakeEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, ApiShape>>;
  readonly resources?: readonly string[];
}

/** The default event bus: services publish, EventBridge rules and S3 notifications listen. */
export class EventBus {
  private readonly listeners = new Set<(event: LakeEvent) => void>();
  private readonly matchListeners = new Set<(rule: string, event: LakeEvent) => void>();

  public publish(event: LakeEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  /** Returns the function that ends the subscription. */
  public subscribe(listener: (event: LakeEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A rule of any bus has matched an event. */
  public matched(rule: string, event: LakeEvent): void {
    for (const listener of [...this.matchListeners]) listener(rule, event);
  }

  /** Returns the function that ends the subscription. */
  public subscribeMatches(listener: (rule: string, event: LakeEvent) => void): () => void {
    this.matchListeners.add(listener);
    return () => this.matchListeners.delete(listener);
  }
}
