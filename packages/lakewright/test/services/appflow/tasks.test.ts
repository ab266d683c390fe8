import {
  DatadogConnectorOperator,
  GoogleAnalyticsConnectorOperator,
  InforNexusConnectorOperator,
  MarketoConnectorOperator,
  Operator,
  PardotConnectorOperator,
  S3ConnectorOperator,
  SAPODataConnectorOperator,
  SalesforceConnectorOperator,
  ServiceNowConnectorOperator,
  SlackConnectorOperator,
  TaskType,
  VeevaConnectorOperator,
  ZendeskConnectorOperator,
} from '@aws-sdk/client-appflow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPERATORS } from '../../../src/services/appflow/connectors';
import type { FlowTask } from '../../../src/services/appflow/flow';
import { recordTest } from '../../../src/services/appflow/tasks/filter';
import { planTasks } from '../../../src/services/appflow/tasks/plan';
import { transfer } from '../../../src/services/appflow/tasks/record';
import { convert, timeOf } from '../../../src/services/appflow/tasks/values';

const MAP_ALL: FlowTask = { taskType: 'Map_all', sourceFields: [], taskProperties: {} };

function one(
  taskType: string,
  operator: string,
  sourceFields: readonly string[],
  taskProperties: Readonly<Record<string, string>> = {},
  destinationField?: string,
): FlowTask {
  return { taskType, sourceFields, connectorOperator: { Salesforce: operator }, taskProperties, destinationField };
}

/** A field in a CONCAT_FORMAT. */
const mark = (field: string): string => `$\{${field}}`;

/** What a record becomes by some tasks besides Map_all. */
function become(record: Record<string, unknown>, ...tasks: FlowTask[]): unknown {
  const outcome = transfer(planTasks([MAP_ALL, ...tasks], 'Salesforce'), record);
  return outcome.kind === 'written' ? outcome.record : outcome.kind;
}

function keeps(
  operator: string,
  properties: Record<string, string>,
  value: unknown,
  connector = 'Salesforce',
): boolean {
  const task = { ...one('Filter', operator, ['f'], properties), connectorOperator: { [connector]: operator } };
  const { filters } = planTasks([{ ...MAP_ALL }, task], connector);
  return recordTest(filters, { ignoreCase: connector === 'Salesforce' })({ f: value });
}

describe('operators', () => {
  it.each(
    Object.entries({
      CustomConnector: Operator,
      Datadog: DatadogConnectorOperator,
      GoogleAnalytics: GoogleAnalyticsConnectorOperator,
      InforNexus: InforNexusConnectorOperator,
      Marketo: MarketoConnectorOperator,
      Pardot: PardotConnectorOperator,
      S3: S3ConnectorOperator,
      Salesforce: SalesforceConnectorOperator,
      SAPOData: SAPODataConnectorOperator,
      ServiceNow: ServiceNowConnectorOperator,
      Slack: SlackConnectorOperator,
      Veeva: VeevaConnectorOperator,
      Zendesk: ZendeskConnectorOperator,
    }),
  )('of %s are those that its enum has', (connector, operators) => {
    expect([...(OPERATORS[connector] ?? [])].sort()).toEqual(Object.values(operators).sort());
  });

  it('of another connector than the source are refused by name', () => {
    const task = { ...MAP_ALL, connectorOperator: { Slack: 'NO_OP' } };
    expect(() => planTasks([task], 'Salesforce')).toThrow(
      'a connector operator of Slack → one of the source, Salesforce',
    );
  });

  it('that the connector does not offer are refused by name', () => {
    const task: FlowTask = { taskType: 'Filter', sourceFields: ['f'], connectorOperator: { Zendesk: 'CONTAINS' } };
    expect(() => planTasks([task, MAP_ALL], 'Zendesk')).toThrow('has the operator "CONTAINS" → one of ADDITION');
  });
});

describe('every task type of the API', () => {
  it.each(Object.values(TaskType))('%s is run, or refused by name', (taskType) => {
    const task = one(taskType, 'NO_OP', ['a']);
    const plan = () => planTasks([MAP_ALL, task], 'Salesforce');
    if (taskType === 'Passthrough') expect(plan).toThrow('the task type "Passthrough" isn\'t run by Lakewright');
    else
      expect(() => {
        try {
          plan();
        } catch (error) {
          if (/isn't run by Lakewright/.test(String(error))) throw error;
        }
      }).not.toThrow();
  });

  it('has only properties that are known', () => {
    const task = one('Map', 'NO_OP', ['a'], { SUBFIELD_CATEGORY_MAP: 'x' });
    expect(() => planTasks([task], 'Salesforce')).toThrow(
      'the property "SUBFIELD_CATEGORY_MAP" → one of SOURCE_DATA_TYPE',
    );
  });
});

describe('filters', () => {
  it.each([
    ['EQUAL_TO', { DATA_TYPE: 'string', VALUE: 'Berlin' }, 'berlin', true],
    ['EQUAL_TO', { DATA_TYPE: 'string', VALUES: 'Paris, Berlin' }, 'Berlin', true],
    ['EQUAL_TO', { DATA_TYPE: 'string', VALUE: 'Berlin' }, null, false],
    ['NOT_EQUAL_TO', { DATA_TYPE: 'string', VALUE: 'Berlin' }, null, true],
    ['NOT_EQUAL_TO', { DATA_TYPE: 'string', VALUES: 'Berlin,Paris' }, 'Paris', false],
    ['NOT_EQUAL_TO', { DATA_TYPE: 'string', VALUES: 'Berlin,Paris' }, 'Rome', true],
    ['CONTAINS', { DATA_TYPE: 'string', VALUE: 'erl' }, 'BERLIN', true],
    ['CONTAINS', { DATA_TYPE: 'string', VALUES: 'x,y' }, 'any', true],
    ['EQUAL_TO', { DATA_TYPE: 'boolean', VALUE: 'true' }, true, true],
    ['EQUAL_TO', { DATA_TYPE: 'boolean', VALUE: 'true' }, 'false', false],
    ['GREATER_THAN', { DATA_TYPE: 'double', VALUE: '10' }, 9, false],
    ['GREATER_THAN', { DATA_TYPE: 'double', VALUE: '10' }, '10.5', true],
    ['GREATER_THAN_OR_EQUAL_TO', { DATA_TYPE: 'int', VALUE: '10' }, 10, true],
    ['LESS_THAN', { DATA_TYPE: 'currency', VALUE: '10' }, 10, false],
    ['LESS_THAN_OR_EQUAL_TO', { DATA_TYPE: 'currency', VALUE: '10' }, 10, true],
    ['BETWEEN', { DATA_TYPE: 'double', LOWER_BOUND: '1', UPPER_BOUND: '3' }, 3, true],
    ['BETWEEN', { DATA_TYPE: 'double', LOWER_BOUND: '1', UPPER_BOUND: '3' }, 3.01, false],
    ['GREATER_THAN', { DATA_TYPE: 'datetime', VALUE: '1767225600000' }, '2026-01-01T00:00:00.001+0000', true],
    ['GREATER_THAN', { DATA_TYPE: 'datetime', VALUE: '2026-01-01T00:00:00Z' }, '2026-01-01T01:00:00+02:00', false],
    ['LESS_THAN', { DATA_TYPE: 'date', VALUE: '2026-01-02' }, '2026-01-01', true],
    ['LESS_THAN', { DATA_TYPE: 'date', VALUE: '2026-01-02' }, null, false],
  ])('%s %j of %j is %s', (operator, properties, value, expected) => {
    expect(keeps(operator, properties as unknown as Record<string, string>, value)).toBe(expected);
  });

  it('look at upper and lower case, except those of Salesforce', () => {
    expect(keeps('EQUAL_TO', { DATA_TYPE: 'string', VALUE: 'a' }, 'A')).toBe(true);
    expect(keeps('EQUAL_TO', { DATA_TYPE: 'string', VALUE: 'a' }, 'A', 'ServiceNow')).toBe(false);
  });

  it.each([
    ['GREATER_THAN', { DATA_TYPE: 'string', VALUE: 'a' }, 'how a source orders texts'],
    ['CONTAINS', { DATA_TYPE: 'double', VALUE: '1' }, 'CONTAINS is for texts'],
    ['LESS_THAN', { DATA_TYPE: 'double', VALUE: 'ten' }, '"ten" is no double'],
    ['BETWEEN', { DATA_TYPE: 'double', VALUE: '1' }, 'LOWER_BOUND and UPPER_BOUND'],
    ['EQUAL_TO', { DATA_TYPE: 'string' }, 'VALUE or VALUES'],
  ])('%s %j is refused', (operator, properties, message) => {
    expect(() => keeps(operator, properties as unknown as Record<string, string>, 1)).toThrow(message);
  });
});

describe('masks and cuts', () => {
  const mask = (operator: string, more: Record<string, string> = {}) =>
    one('Mask', operator, ['f'], { MASK_LENGTH: '2', MASK_VALUE: '#', ...more });

  it('hide the first, the last or all characters, and keep the length', () => {
    expect(become({ f: 'secret' }, mask('MASK_FIRST_N'))).toEqual({ f: '##cret' });
    expect(become({ f: 'secret' }, mask('MASK_LAST_N'))).toEqual({ f: 'secr##' });
    expect(become({ f: 'secret' }, mask('MASK_ALL'))).toEqual({ f: '######' });
    expect(become({ f: 12345 }, mask('MASK_LAST_N'))).toEqual({ f: '123##' });
  });

  it('show nothing of a value that is shorter than the mask', () => {
    expect(become({ f: 'x' }, mask('MASK_FIRST_N'))).toEqual({ f: '#' });
    expect(become({ f: 'x' }, mask('MASK_LAST_N'))).toEqual({ f: '#' });
    expect(become({ f: null }, mask('MASK_ALL'))).toEqual({ f: null });
  });

  it('never let a masked character through, for any text and length', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        (text, count, first) => {
          const operator = first ? 'MASK_FIRST_N' : 'MASK_LAST_N';
          const { f } = become({ f: text }, mask(operator, { MASK_LENGTH: String(count) })) as { f: string };
          const [before, after] = [[...text], [...f]];
          expect(after.length).toBe(before.length);
          const hidden = first ? after.slice(0, count) : after.slice(Math.max(0, after.length - count));
          expect(hidden.every((character) => character === '#')).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are done before fields are joined, whatever the order of the tasks', () => {
    const merge = one('Merge', 'NO_OP', ['a', 'f'], { CONCAT_FORMAT: `${mark('a')} ${mark('f')}` }, 'joined');
    expect(become({ a: 'x', f: 'secret' }, merge, one('Map', 'NO_OP', ['joined']), mask('MASK_ALL'))).toMatchObject({
      joined: 'x ######',
    });
  });

  it('of what a Merge makes are done after it', () => {
    const merge = one('Merge', 'NO_OP', ['a', 'f'], {}, 'joined');
    const masked = one('Mask', 'MASK_ALL', ['joined'], { MASK_VALUE: '*' });
    expect(become({ a: 'x', f: 'y' }, masked, merge, one('Map', 'NO_OP', ['joined']))).toMatchObject({ joined: '**' });
  });

  it('cut a text to its first characters', () => {
    expect(become({ f: 'ab😀cd' }, one('Truncate', 'NO_OP', ['f'], { TRUNCATE_LENGTH: '3' }))).toEqual({ f: 'ab😀' });
  });

  it.each([
    [one('Mask', 'MASK_FIRST_N', ['f'], { MASK_VALUE: '*' }), 'MASK_LENGTH "" → a whole number above 0'],
    [one('Mask', 'MASK_ALL', ['f'], { MASK_VALUE: '**' }), 'the MASK_VALUE "**" → one character'],
    [one('Mask', 'NO_OP', ['f']), 'the operator "NO_OP" → one of MASK_ALL'],
    [one('Truncate', 'NO_OP', ['f'], { TRUNCATE_LENGTH: '-1' }), 'TRUNCATE_LENGTH "-1"'],
  ])('%j is refused', (task, message) => {
    expect(() => become({ f: 'x' }, task)).toThrow(message);
  });
});

describe('validations', () => {
  const validate = (operator: string, action = 'DropRecord') =>
    one('Validate', operator, ['f'], { VALIDATION_ACTION: action });

  it.each([
    ['VALIDATE_NON_NULL', [0, 'x', false], [null, '', undefined]],
    ['VALIDATE_NON_ZERO', [1, '2', null, 'x'], [0, '0', '0.0']],
    ['VALIDATE_NON_NEGATIVE', [0, '3', null, 'x'], [-1, '-0.5']],
    ['VALIDATE_NUMERIC', [1, '-2.5e3', null], ['x', '1,5', true]],
  ])('%s lets pass %j and leaves out %j', (operator, good, bad) => {
    for (const f of good) expect(become({ f }, validate(operator))).not.toBe('dropped');
    for (const f of bad) expect(become({ f }, validate(operator))).toBe('dropped');
  });

  it('see what the source says, not what a mask makes of it', () => {
    const mask = one('Mask', 'MASK_ALL', ['f']);
    expect(become({ f: '12' }, mask, validate('VALIDATE_NUMERIC'))).toEqual({ f: '**' });
  });

  it('can fail the run', () => {
    expect(() => become({ f: null }, validate('VALIDATE_NON_NULL', 'DropDataset'))).toThrow(
      'VALIDATE_NON_NULL on "f" doesn\'t hold: the value is null',
    );
    expect(() => become({ f: null }, validate('VALIDATE_NON_NULL', 'Warn'))).toThrow('the VALIDATION_ACTION "Warn" →');
  });
});

describe('fields that are worked out', () => {
  const arithmetic = (operator: string) => [
    one('Arithmetic', operator, ['a', 'b'], { MATH_OPERATION_FIELDS_ORDER: 'a,b' }, 'a,b'),
    one('Map', 'NO_OP', ['a,b'], { SOURCE_DATA_TYPE: 'string', DESTINATION_DATA_TYPE: 'double' }, 'c'),
  ];

  it.each([
    ['ADDITION', 7],
    ['SUBTRACTION', 3],
    ['MULTIPLICATION', 10],
    ['DIVISION', 2.5],
  ])('%s of two fields', (operator, c) => {
    expect(become({ a: '5', b: 2 }, ...arithmetic(operator))).toMatchObject({ c });
  });

  it('have no value where one is missing or divided by zero, and fail where one is no number', () => {
    expect(become({ a: null, b: 2 }, ...arithmetic('ADDITION'))).toMatchObject({ c: null });
    expect(become({ a: 1, b: 0 }, ...arithmetic('DIVISION'))).toMatchObject({ c: null });
    expect(() => become({ a: 'x', b: 2 }, ...arithmetic('ADDITION'))).toThrow(
      'ADDITION of "a", which is "x" and no number',
    );
  });

  it('join texts by a format with or without marks', () => {
    const join = (format: string) =>
      become(
        { First: 'Ada', Last: null, LastName: 'L' },
        one('Merge', 'NO_OP', ['First', 'Last', 'LastName'], { CONCAT_FORMAT: format }, 'x'),
        one('Map', 'NO_OP', ['x']),
      );
    expect(join(`${mark('LastName')}, ${mark('First')}`)).toMatchObject({ x: 'L, Ada' });
    expect(join('First-Last-LastName')).toMatchObject({ x: 'Ada--L' });
    expect(() => join(mark('Middle'))).toThrow('names "Middle" → one of First, Last, LastName');
  });
});

describe('mappings', () => {
  it('rename and convert', () => {
    const map = one('Map', 'NO_OP', ['n'], { SOURCE_DATA_TYPE: 'string', DESTINATION_DATA_TYPE: 'integer' }, 'm');
    expect(transfer(planTasks([map], 'Salesforce'), { n: '42' })).toMatchObject({ record: { m: 42 } });
    expect(() => transfer(planTasks([map], 'Salesforce'), { n: '4.2' })).toThrow(
      '"n" is "4.2", which is no integer for "m"',
    );
  });

  it('reach into objects, and leave them whole where the type stays', () => {
    const map = [
      one('Map', 'NO_OP', ['Owner.Name'], {}, 'owner'),
      one('Map', 'NO_OP', ['Address'], { SOURCE_DATA_TYPE: 'address', DESTINATION_DATA_TYPE: 'address' }),
    ];
    const record = { Owner: { Name: 'Ada' }, Address: { city: 'Rome' } };
    expect(transfer(planTasks(map, 'Salesforce'), record)).toMatchObject({
      record: { owner: 'Ada', Address: { city: 'Rome' } },
    });
  });

  it('leave out what Map_all excludes', () => {
    const all = { ...MAP_ALL, taskProperties: { EXCLUDE_SOURCE_FIELDS_LIST: '["b"]' } };
    expect(transfer(planTasks([all], 'Salesforce'), { a: 1, b: 2 })).toMatchObject({ record: { a: 1 } });
  });

  it.each([
    [[one('Filter', 'PROJECTION', ['a'])], 'the flow has no Map and no Map_all task'],
    [
      [one('Map', 'NO_OP', ['a'], {}, 'x'), one('Map', 'NO_OP', ['b'], {}, 'x')],
      'two Map tasks write the destination field "x"',
    ],
    [
      [one('Filter', 'PROJECTION', ['a']), one('Map', 'NO_OP', ['b'])],
      "reads a field that the projection doesn't ask for",
    ],
    [[one('Map', 'NO_OP', ['a', 'b'])], 'exactly one source field (Merge joins several)'],
    [
      [one('Map', 'NO_OP', ['a']), one('Partition', 'NO_OP', [], { ORDERED_PARTITION_KEYS_LIST: '["z"]' })],
      'the partition key "z" is no mapped field',
    ],
  ])('%j is refused', (tasks, message) => {
    expect(() => planTasks(tasks, 'Salesforce')).toThrow(message);
  });
});

describe('values', () => {
  it('keep every digit of a large integer', () => {
    expect(convert('9007199254740993', 'integer')).toBe('9007199254740993');
    expect(convert('12', 'integer')).toBe(12);
  });

  it('are the time that a Date makes of them', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }), (date) => {
        const iso = date.toISOString();
        for (const text of [iso, iso.replace('Z', '+0000'), iso.replace('T', ' ').slice(0, -1)])
          expect(timeOf(text)).toBe(date.getTime());
      }),
      { numRuns: 100 },
    );
  });
});
