import path from 'node:path';
import { LakewrightError } from '../host/host';
import type { LakeConfig } from '../workspace/config';
import type { EndTimes } from './child';
import { ServiceProgram } from './service-program';

/**
 * The programs that `lakewright.config.json` names as `services`. Each is started when something first asks for its URL,
 * and runs until the lake is closed.
 */
export class Programs {
  private readonly started = new Map<string, { readonly program: ServiceProgram; readonly url: Promise<string> }>();
  private stopped = false;

  /** @param root the workspace's folder */
  public constructor(
    private readonly config: Pick<LakeConfig, 'directory' | 'services'>,
    private readonly root: string,
    private readonly endTimes?: EndTimes,
  ) {}

  /**
   * What a reference of the configuration stands for: `env:NAME` the environment variable's value, `service:NAME` the URL
   * of that program, which is started if it doesn't run. Anything else is a URL itself.
   *
   * @throws LakewrightError LW_ENV_MISSING, LW_SERVICE_UNKNOWN, LW_SERVICE_NOT_READY, LW_SERVICE_ENDED
   */
  public async url(reference: string): Promise<string> {
    const [, kind, name] = /^(env|service):(.*)$/.exec(reference) ?? [];
    if (kind === 'env') return fromEnvironment(name);
    if (kind === 'service') return await this.service(name);
    return reference;
  }

  /** Name → URL of the services that run: for programs of checks (`LAKEWRIGHT_SERVICES`). */
  public running(): Readonly<Record<string, string>> {
    const urls: Record<string, string> = {};
    for (const [name, { program }] of this.started) if (program.url !== undefined) urls[name] = program.url;
    return urls;
  }

  /** Ends them all, the last one first. */
  public async stop(): Promise<void> {
    this.stopped = true;
    const all = [...this.started.values()].reverse();
    this.started.clear();
    await Promise.all(all.map(({ program }) => program.stop()));
  }

  private async service(name: string): Promise<string> {
    const config = this.config.services[name];
    if (!config || this.stopped) {
      const known = Object.keys(this.config.services).join(', ') || 'none';
      const why = config ? 'the lake is being closed' : `"services" of lakewright.config.json has ${known}`;
      throw new LakewrightError('LW_SERVICE_UNKNOWN', `service:${name} → ${why} → name one of these`, config ? 1 : 2);
    }
    const known = this.started.get(name);
    if (known) {
      await known.url;
      return await known.program.start(); // says so if it has ended meanwhile
    }
    const program = new ServiceProgram(
      name,
      config,
      {
        directory: this.config.directory,
        folder: path.join(this.root, 'services', name),
        log: path.join(this.root, 'logs', 'services', `${name}.log`),
      },
      this.endTimes,
    );
    const url = program.start();
    this.started.set(name, { program, url });
    try {
      return await url;
    } catch (error) {
      this.started.delete(name); // the next one who asks tries again
      await program.stop();
      throw error;
    }
  }
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new LakewrightError(
    'LW_ENV_MISSING',
    `env:${name} → the environment variable ${name} isn't set → set it to the URL, or use "service:NAME"`,
    2,
  );
}
