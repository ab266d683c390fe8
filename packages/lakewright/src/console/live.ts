import type { ServerResponse } from 'node:http';
import type { LiveEvent } from './contract';

/** Keeps proxies and the browser from taking the silence for an end. */
const PING_MS = 20_000;

/** Server-sent events to every open page. */
export class Live {
  private readonly pages = new Set<ServerResponse>();
  private readonly ping: NodeJS.Timeout;

  public constructor() {
    this.ping = setInterval(() => this.write(': ping\n\n'), PING_MS);
    this.ping.unref();
  }

  public attach(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    this.pages.add(response);
    response.on('close', () => this.pages.delete(response));
  }

  public get isWatched(): boolean {
    return this.pages.size > 0;
  }

  public send(event: LiveEvent): void {
    this.write(`data: ${JSON.stringify(event)}\n\n`);
  }

  public close(): void {
    clearInterval(this.ping);
    for (const page of this.pages) page.end();
    this.pages.clear();
  }

  private write(text: string): void {
    for (const page of this.pages) page.write(text);
  }
}
