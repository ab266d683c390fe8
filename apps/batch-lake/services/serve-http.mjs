// What the sample's HTTP services share: JSON on a free port of the loopback interface until their parent ends.
import { createServer } from 'node:http';
import process from 'node:process';

/**
 * Serves, and prints the URL for the runtime.
 *
 * @param {(url: URL) => { status?: number, body: unknown }} answer
 */
export function serveJson(answer) {
  const server = createServer((request, response) => {
    const { status = 200, body } = answer(new URL(request.url, 'http://localhost'));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })}\n`);
  });
  const stop = () => process.exit(0);
  process.once('SIGTERM', stop);
  process.stdin.once('end', stop).resume();
}
