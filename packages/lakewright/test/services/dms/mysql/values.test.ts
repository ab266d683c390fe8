import { expect, test } from 'vitest';
import { ChangeReader } from '../../../../src/services/dms/source/mysql/change-reader';
import { mysqlDmsType, parseColumnType } from '../../../../src/services/dms/source/mysql/column-type';
import { comparePositions, parsePosition, positionText } from '../../../../src/services/dms/source/mysql/position';
import { readStatement } from '../../../../src/services/dms/source/mysql/statement';
import { dateText, jsonText, timeText } from '../../../../src/services/dms/source/mysql/texts';

test('a position is written as it was read, and files go by number', () => {
  for (const text of ['mysql-bin-changelog.000024:373', 'a.b.000001:4@1763800000']) {
    expect(positionText(parsePosition(text))).toBe(text);
  }
  const order = ['bin.000009:900', 'bin.000010:4', 'bin.000010:400', 'bin.999999:4', 'bin.1000000:4'].map(
    parsePosition,
  );
  expect([...order].reverse().sort(comparePositions)).toEqual(order);
  expect(() => parsePosition('0/16B3748')).toThrow(/file:offset.*mysql-bin\.000024:373/);
});

test('a binlog file that is too large for its protocol is refused, where it ends and where its offsets begin anew', () => {
  expect(() => parsePosition('bin.000001:4294967296')).toThrow(/bin\.000001 has more than 4 GiB/);
  const reader = new ChangeReader([], new Map(), { file: 'bin.000002', offset: 4 }, () => {});
  const commit = (offset: number) =>
    reader.read({ getTypeName: () => 'Xid' } as never, { file: 'bin.000001', offset }, {});
  expect(commit(4_294_000_000)).toBe(false);
  expect(() => commit(2000)).toThrow(/more than 4 GiB/);
});

test('times on a whole minute or hour below zero are put right, others stay', () => {
  const times = { '-00:00:64': '-00:01:00', '-00:63:64': '-01:00:00', '-99:63:64.000': '-100:00:00.000' };
  for (const [decoded, time] of Object.entries(times)) expect(timeText(decoded)).toBe(time);
  for (const time of ['-00:00:59', '838:59:59', '-12:30:64x'.slice(0, 6)]) expect(timeText(time)).toBe(time);
});

test('dates that are not in the calendar are NULL', () => {
  for (const date of ['0000-00-00', '2024-00-10', '2024-01-00', '2023-02-29', '1900-02-29', '0000-01-01']) {
    expect(dateText(date)).toBeNull();
    expect(dateText(`${date} 10:00:00`)).toBeNull();
  }
  for (const date of ['2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31']) expect(dateText(date)).toBe(date);
});

test('JSON that is written with and without blanks is one text', () => {
  const text = '{"a b": [1, -2.50, 1e3, "x: \\"y\\", z"], "c": {}, "d": null, "e": 12345678901234567890}';
  expect(jsonText(text)).toBe('{"a b":[1,-2.5,1000,"x: \\"y\\", z"],"c":{},"d":null,"e":12345678901234567890}');
  expect(jsonText(jsonText(text))).toBe(jsonText(text));
});

test('values of ENUM and SET are read with their quotes, commas and parentheses', () => {
  expect(parseColumnType(`enum('a','it''s','x,y','(z)')`).arguments).toEqual(['a', "it's", 'x,y', '(z)']);
  expect(parseColumnType('decimal(10, 2) unsigned zerofill')).toEqual({
    name: 'decimal',
    arguments: ['10', '2'],
    unsigned: true,
    zeroFill: true,
  });
});

test.each(['uuid', 'inet4', 'inet6', 'vector(3)', 'xmltype', '', 'constructor'])('%s has no DMS type', (type) => {
  expect(mysqlDmsType(parseColumnType(type))).toBeUndefined();
});

test.each([
  ['TRUNCATE TABLE `a``b`.`c.d`', { kind: 'truncate', table: { schema: 'a`b', name: 'c.d' } }],
  ['truncate t', { kind: 'truncate', table: { schema: 'db', name: 't' } }],
  ['/* by */ -- note\n TRUNCATE t;', { kind: 'truncate', table: { schema: 'db', name: 't' } }],
  [
    'RENAME TABLE a TO b, x.c NOWAIT TO x.d',
    {
      kind: 'rename',
      tables: [
        { schema: 'db', name: 'a' },
        { schema: 'x', name: 'c' },
      ],
    },
  ],
  ['ALTER TABLE a RENAME b', { kind: 'rename', tables: [{ schema: 'db', name: 'a' }] }],
  ['ALTER TABLE a RENAME  COLUMN b TO c', { kind: 'other' }],
  ["ALTER TABLE a COMMENT 'may RENAME it''s name'", { kind: 'other' }],
  ['ALTER TABLE a ADD COLUMN truncated int', { kind: 'other' }],
  ['SAVEPOINT `s`', { kind: 'other' }],
  ['XA START X', { kind: 'begin' }],
  ['COMMIT', { kind: 'commit' }],
])('%s is read as what it is', (text, statement) => {
  expect(readStatement(text, 'db')).toEqual(statement);
});
