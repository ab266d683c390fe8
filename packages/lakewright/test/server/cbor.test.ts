import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCbor, encodeCbor } from '../../src/server/protocols/cbor';
import { startServer } from '../../src/server/server';
import type { Service } from '../../src/services/service';
import { onEnd } from '../workspace/temporary-workspace';
import { temporaryLake } from './temporary-lake';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('CBOR', () => {
  it('has the same values after the way there and back', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(value, (given) => {
        expect(decodeCbor(encodeCbor(given))).toEqual(given);
      }),
    );
  });

  // Examples of RFC 8949, appendix A.
  it.each([
    ['00', 0],
    ['1818', 24],
    ['1903e8', 1000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1000],
    ['f93e00', 1.5],
    ['f90001', 2 ** -24],
    ['f9fc00', Number.NEGATIVE_INFINITY],
    ['fa47c35000', 100_000],
    ['fb3ff199999999999a', 1.1],
    ['f4', false],
    ['f7', null],
    ['c11a514b67b0', 1_363_896_240],
    ['4401020304', 'AQIDBA=='],
    ['64f0908591', '𐅑'],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['5f42010243030405ff', 'AQIDBAU='],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ])('%s is %j', (bytes, value) => {
    expect(decodeCbor(hex(bytes))).toEqual(value);
  });

  it('marks timestamps and bytes', () => {
    expect(encodeCbor(new Date(1500)).toString('hex')).toBe('c1fb3ff8000000000000');
    expect(encodeCbor(Buffer.from([1, 2])).toString('hex')).toBe('420102');
  });

  it.each([
    '',
    '18',
    '1c',
    '62ff',
    '8201',
    'a1',
    'ff',
    '81ff',
    'bf6161ff',
    'f8',
    '7f4100ff',
    '81'.repeat(200),
    '5b7fffffffffffffff',
  ])('that is broken (%s) is refused', (bytes) => {
    expect(() => decodeCbor(hex(bytes))).toThrow(expect.objectContaining({ code: 'SerializationException' }));
  });

  it("carries operations of JSON services, and names those that aren't done", async () => {
    const service: Service = {
      name: 'monitoring',
      protocol: { kind: 'json', version: '1.0', target: 'Granite' },
      resources: {},
      tasks: {},
      operations: { Echo: async (input, { principal }) => ({ input, principal }) },
    };
    const server = await startServer(await temporaryLake(), [service], { port: 0 });
    onEnd(() => server.close());
    const call = async (path: string, input: unknown) => {
      const headers = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };
      const response = await fetch(server.url + path, {
        method: 'POST',
        headers,
        body: new Uint8Array(encodeCbor(input)),
      });
      return { status: response.status, body: decodeCbor(Buffer.from(await response.arrayBuffer())) };
    };
    expect(await call('/service/Granite/operation/Echo', { a: [1] })).toEqual({
      status: 200,
      body: { input: { a: [1] }, principal: 'local-admin' },
    });
    for (const path of ['/service/Granite/operation/Other', '/service/Unknown/operation/Other']) {
      expect(await call(path, {})).toMatchObject({
        status: 501,
        body: {
          __type: 'com.amazonaws#UnknownOperationException',
          message: expect.stringContaining(":Other isn't done"),
        },
      });
    }
  });
});
