import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LakewrightError } from '../../host/host';
import type { ApiShape } from '../../services/api-shape';
import { SERVER_FILE } from '../serve/serve';
import type { Call } from './query';

/** Where the `lakewright serve` that holds the workspace listens; undefined if none does. */
export function servedUrl(workspace: string): string | undefined {
  const file = path.join(workspace, SERVER_FILE);
  if (!existsSync(file)) return undefined;
  const { url, pid } = JSON.parse(readFileSync(file, 'utf8'));
  return isAlive(pid) ? url : undefined;
}

/** Athena's operations through the `lakewright serve` that holds the workspace; undefined if none does. */
export function remoteCall(workspace: string, persona?: string): Call | undefined {
  const url = servedUrl(workspace);
  if (url === undefined) return undefined;
  return async (service, operation, input) => {
    if (service !== 'athena') throw new Error(`only Athena is asked remotely, not ${service}`);
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': `AmazonAthena.${operation}`,
        ...(persona !== undefined && { Authorization: signedBy(persona) }),
      },
      body: JSON.stringify(input),
    }).catch((error: Error) => {
      throw new LakewrightError(
        'LW_SERVER_GONE',
        `${url} doesn't answer (${error.cause instanceof Error ? error.cause.message : error.message}) → ${path.join(workspace, SERVER_FILE)} names a server that was killed → delete that file, and try again`,
      );
    });
    const answer = (await response.json()) as ApiShape;
    if (response.ok) return answer;
    throw new LakewrightError('LW_QUERY_REFUSED', `${answer.__type}: ${answer.Message ?? answer.message}`);
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The server reads who signs, and doesn't check the signature. */
function signedBy(persona: string): string {
  const scope = `${persona}/20260101/us-east-1/athena/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
}
