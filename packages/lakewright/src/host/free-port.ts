import { createServer } from 'node:net';

/**
 * A port of 127.0.0.1 that nobody listens on.
 *
 * @param wanted 0 = any
 * @throws the system's error for a port that can't be had: EADDRINUSE, EACCES
 */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
