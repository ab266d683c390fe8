import { describe, expect, test } from 'vitest';
import { cellJson } from '../../../src/engines/formats/cell';
import { GROK_PATTERNS } from '../../../src/engines/formats/grok-patterns';
import { ionDecoder } from '../../../src/engines/formats/ion-serde';
import { javaRegex } from '../../../src/engines/formats/java-regex';
import { textSerde } from '../../../src/engines/formats/text-serdes';
import { parseHiveType } from '../../../src/engines/sql/types/hive';

const columnsOf = (types: Readonly<Record<string, string>>) =>
  Object.entries(types).map(([name, type]) => ({ name, type: parseHiveType(type) }));

function grok(format: string, types: Readonly<Record<string, string>>, custom?: string) {
  const parameters = { 'input.format': format, ...(custom && { 'input.grokCustomPatterns': custom }) };
  return textSerde('com.amazonaws.glue.serde.GrokSerDe', '', { columns: columnsOf(types), parameters });
}

describe('Grok', () => {
  test("Athena's own example: a custom pattern, and a column named after a pattern", () => {
    const decode = grok(
      '%{SYSLOGBASE} %{POSTFIX_QUEUEID:queue_id}: %{GREEDYDATA:syslog_message}',
      { syslogbase: 'string', queue_id: 'string', syslog_message: 'string', pid: 'int' },
      'POSTFIX_QUEUEID [0-9A-F]{7,11}',
    );
    const base = 'Feb  9 07:15:00 m4eastmail postfix/smtpd[19305]:';
    expect(decode(`${base} B88C4120838: connect from unknown[192.168.55.4]`)).toEqual([
      base,
      'B88C4120838',
      'connect from unknown[192.168.55.4]',
      '19305',
    ]);
    expect(decode('something else')).toEqual([null, null, null, null]);
  });

  test('an Apache log', () => {
    const decode = grok('%{COMBINEDAPACHELOG}', {
      clientip: 'string',
      verb: 'string',
      request: 'string',
      response: 'int',
      bytes: 'bigint',
      agent: 'string',
    });
    const line =
      '203.0.113.9 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif?x=1 HTTP/1.0" 200 2326 "http://example.com/" "Mozilla/4.08 [en]"';
    expect(decode(line)).toEqual(['203.0.113.9', 'GET', '/a.gif?x=1', '200', '2326', '"Mozilla/4.08 [en]"']);
  });

  test.each([
    ['IP', '2001:db8::8a2e:370:7334', true],
    ['IP', '10.0.0.255', true],
    ['IPV4', '10.0.0.256', false],
    ['UUID', '123e4567-e89b-12d3-a456-426614174000', true],
    ['TIMESTAMP_ISO8601', '2024-01-31T10:00:00.123+02:00', true],
    ['TIMESTAMP_ISO8601', '2024-13-31T10:00:00', false],
    ['HTTPDATE', '10/Oct/2000:13:55:36 -0700', true],
    ['URI', 'https://user@example.com:8080/a/b?c=d', true],
    ['MAC', '00:1b:63:84:45:e6', true],
    ['NUMBER', '-12.5', true],
    ['EMAILADDRESS', 'a.b+c@example.org', true],
    ['WINPATH', 'C:\\logs\\x.txt', true],
    ['LOGLEVEL', 'WARN', true],
    ['LOGLEVEL', 'HELLO', false],
    ['DATESTAMP_RFC2822', 'Mon, 15 Aug 2005 15:52:01 +0000', true],
  ])('%s: %s is one: %s', (pattern, text, fits) => {
    expect(grok(`^%{${pattern}:x}$`, { x: 'string' })(text)).toEqual([fits ? text : null]);
  });

  test('every pattern of the list can be used', () => {
    for (const name of Object.keys(GROK_PATTERNS)) expect(() => grok(`%{${name}:x}`, { x: 'string' })).not.toThrow();
  });

  test('an unknown pattern, or one that refers to itself, is an error that names it', () => {
    expect(() => grok('%{NOSUCH:x}', { x: 'string' })).toThrow(/NOSUCH/);
    expect(() => grok('%{A:x}', { x: 'string' }, 'A %{B}\nB %{A}')).toThrow(/circle/);
  });
});

describe("Java's regular expressions", () => {
  const match = (source: string, text: string) => {
    const { regex, groups } = javaRegex(source, { insensitive: false, whole: true });
    const found = regex.exec(text);
    return found && groups.map((group) => found[group]);
  };

  test.each([
    ['(a++)b', 'aaab', ['aaa']],
    ['(a*+)ab', 'aaab', null],
    ['(?>a|ab)c(.)', 'abcd', null],
    ['(?>[0-9]+)-(x)', '12-x', ['x']],
    ['(\\p{Alpha}+)(\\d+)', 'ab12', ['ab', '12']],
    ['([\\p{Upper}_]+)', 'A_B', ['A_B']],
    ['\\Q[a.b]\\E(.)', '[a.b]x', ['x']],
    ['(?i)(abc)', 'ABC', ['ABC']],
    ['(?<first>a)(b)\\2', 'abb', ['a', 'b']],
    ['\\A(a)\\z', 'a', ['a']],
    ['(a)\\h(b)', 'a\tb', ['a', 'b']],
    ['("[^"]*"|[^ ]*) ([^ ]*)', '"a b" c', ['"a b"', 'c']],
    ['(a{1,2}+)(a)', 'aaa', ['aa', 'a']],
  ])('%s on %s', (source, text, groups) => {
    expect(match(source, text)).toEqual(groups);
  });

  test.each(['[a-z&&[^b]]', 'a(?i)b(?s:c)', '\\p{Nosuch}', '(a', '(?>(a))', '\\X', '[^]a]'])(
    '%s is refused by name',
    (source) => {
      expect(() => match(source, 'a')).toThrow(/regular expression/);
    },
  );
});

describe('Ion', () => {
  const TYPES = {
    id: 'bigint',
    name: 'string',
    price: 'decimal(8,3)',
    ratio: 'double',
    day: 'date',
    at: 'timestamp',
    raw: 'binary',
    tags: 'array<string>',
    counts: 'map<string,int>',
    inner: 'struct<a:int,b:boolean>',
  };
  const TEXT = `
    $ion_1_0
    {ID: 9007199254740993, name: "ü", price: 1.5d3, ratio: 2.5e0, day: 2024-01-31, at: 2024-01-31T10:00:00.123+02:00,
     raw: {{aGk=}}, tags: [a, "b", null], counts: {x: 1}, inner: {A: 2, b: true}, extra: 1}
    { name: null.string } // the rest is missing
    { id: 1, at: 2024-01-31T }`;

  const EXPECTED = [
    [
      '"9007199254740993"',
      '"ü"',
      '"1500.000"',
      '"2.5"',
      '"2024-01-31"',
      '"2024-01-31 08:00:00.123"',
      '"\\\\x68\\\\x69"',
      '["a","b",null]',
      '{"x":"1"}',
      '{"a":"2","b":"true"}',
    ],
    Array(10).fill('null'),
    ['"1"', 'null', 'null', 'null', 'null', '"2024-01-31 00:00:00.000"', 'null', 'null', 'null', 'null'],
  ];

  test('text and binary are the same rows', async () => {
    const decode = await ionDecoder({ columns: columnsOf(TYPES), parameters: {} });
    expect(decode(Buffer.from(TEXT)).map((row) => row.map(cellJson))).toEqual(EXPECTED);
    const { loadAll, dumpBinary } = await import('ion-js');
    const binary = Buffer.from(dumpBinary(...loadAll(TEXT)));
    expect(binary.subarray(0, 4)).toEqual(Buffer.from([0xe0, 1, 0, 0xea]));
    expect(decode(binary).map((row) => row.map(cellJson))).toEqual(EXPECTED);
  });

  test.each([
    ['{id: 300}', 'tinyint'],
    ['{id: "x"}', 'int'],
    ['{id: [1]}', 'string'],
    ['{id: ', 'int'],
    ['17', 'int'],
  ])('%s for a %s ends the query', async (text, type) => {
    const decode = await ionDecoder({ columns: columnsOf({ id: type }), parameters: {} });
    expect(() => decode(Buffer.from(text))).toThrow(expect.objectContaining({ errorName: 'HIVE_CURSOR_ERROR' }));
  });

  test('a path extractor is refused by name', async () => {
    const parameters = { 'ion.id.path_extractor': '(a b)' };
    await expect(ionDecoder({ columns: columnsOf({ id: 'int' }), parameters })).rejects.toThrow(/path_extractor/);
  });
});
