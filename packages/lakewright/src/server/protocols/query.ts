import type { ServerResponse } from 'node:http';
import { asServiceError, reply } from './reply';
import { type XmlMembers, type XmlValue, xmlDocument } from './xml';

type Tree = { [name: string]: Tree | string };

/**
 * The input of a form: `Tags.member.1.Key=a` → `{ Tags: [{ Key: 'a' }] }`, `A.entry.1.key=k&A.entry.1.value=v` →
 * `{ A: { k: 'v' } }`. All values are text.
 */
export function parseQueryInput(form: URLSearchParams): { action: string; input: Record<string, unknown> } {
  const root: Tree = Object.create(null);
  for (const [name, value] of form) {
    if (name === 'Action' || name === 'Version') continue;
    const path = name.split('.');
    let node = root;
    for (const part of path.slice(0, -1)) {
      const next = node[part];
      if (typeof next === 'object') node = next;
      else {
        const made: Tree = Object.create(null);
        node[part] = made;
        node = made;
      }
    }
    node[path[path.length - 1]] = value;
  }
  return { action: form.get('Action') ?? '', input: shape(root) as Record<string, unknown> };
}

function shape(node: Tree | string): unknown {
  if (typeof node === 'string') return node;
  const members = Object.entries(node);
  if (members.length === 1 && typeof members[0][1] === 'object') {
    const [name, list] = members[0];
    if (name === 'member') return inOrder(list).map(shape);
    if (name === 'entry') {
      return Object.fromEntries(inOrder(list).map((entry) => entryOf(entry as Tree)));
    }
  }
  return Object.fromEntries(members.map(([name, value]) => [name, shape(value)]));
}

/** SNS writes its entries' members large. */
function entryOf({ key, value, Name, Value }: Tree): [string, unknown] {
  return [String(key ?? Name), shape(value ?? Value ?? '')];
}

function inOrder(list: Tree): (Tree | string)[] {
  return Object.entries(list)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, value]) => value);
}

export function replyQuery(
  response: ServerResponse,
  action: string,
  xmlns: string,
  requestId: string,
  output: Record<string, unknown> | undefined,
): void {
  const body = xmlDocument(`${action}Response`, xmlns, {
    [`${action}Result`]: toMembers(output ?? {}),
    ResponseMetadata: { RequestId: requestId },
  });
  reply(response, 200, headers(requestId), body);
}

export function replyQueryError(response: ServerResponse, xmlns: string, requestId: string, error: unknown): void {
  const { code, message, status } = asServiceError(error);
  const type = status < 500 ? 'Sender' : 'Receiver';
  const members = { Error: { Type: type, Code: code, Message: message }, RequestId: requestId };
  reply(response, status, headers(requestId), xmlDocument('ErrorResponse', xmlns, members));
}

function headers(requestId: string): Record<string, string> {
  return { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
}

function toMembers(output: object): XmlMembers {
  return Object.fromEntries(Object.entries(output).map(([name, value]) => [name, toXml(value)]));
}

function toXml(value: unknown): XmlValue {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return { member: value.map(toXml) };
  if (typeof value === 'object') return toMembers(value);
  return String(value);
}
