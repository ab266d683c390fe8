import { describe, expect, test } from 'vitest';
import {
  AppFlowConnection,
  AppFlowField,
  AppFlowFilter,
  type AppFlowIngestionProps,
  AppFlowMapping,
  AppFlowSource,
  AppFlowTransform,
  AppFlowValidation,
  AppFlowValue,
  OnInvalidRecord,
} from '../src';
import { flow } from './app-flow.support';

const tasks = (props: Partial<AppFlowIngestionProps>) => flow(props).properties().Tasks;
const id = AppFlowMapping.fields(AppFlowField.of('Id'));
const Salesforce = (operator: string) => ({ ConnectorOperator: { Salesforce: operator } });

describe('what AppFlow is told to do', () => {
  test('the projection comes first and has every field that is read, each once', () => {
    const made = tasks({
      mapping: AppFlowMapping.fields(
        AppFlowField.of('Id'),
        AppFlowField.of('Email', { column: 'email', sourceType: 'email', columnType: 'string' }),
        AppFlowField.concatenation('full_name', ['FirstName', 'LastName']),
        AppFlowField.quotient('share', 'Paid', 'Owed'),
      ),
      filters: [AppFlowFilter.equalTo('Country', AppFlowValue.text('DE')), AppFlowFilter.contains('Email', '@')],
      transforms: [AppFlowTransform.maskFirst('Email', 3)],
      validations: [AppFlowValidation.nonNull('Id', OnInvalidRecord.TERMINATE)],
    });
    expect(made).toEqual([
      {
        TaskType: 'Filter',
        SourceFields: ['Id', 'Email', 'FirstName', 'LastName', 'Paid', 'Owed', 'Country'],
        ...Salesforce('PROJECTION'),
      },
      task('Filter', ['Country'], 'EQUAL_TO', { DATA_TYPE: 'string', VALUE: 'DE' }),
      task('Filter', ['Email'], 'CONTAINS', { DATA_TYPE: 'string', VALUE: '@' }),
      { TaskType: 'Map', SourceFields: ['Id'], DestinationField: 'Id', ...Salesforce('NO_OP') },
      task('Map', ['Email'], 'NO_OP', { SOURCE_DATA_TYPE: 'email', DESTINATION_DATA_TYPE: 'string' }, 'email'),
      task('Merge', ['FirstName', 'LastName'], 'NO_OP', { CONCAT_FORMAT: CONCAT }, 'FirstName,LastName'),
      task('Map', ['FirstName,LastName'], 'NO_OP', types('string'), 'full_name'),
      task('Arithmetic', ['Paid', 'Owed'], 'DIVISION', { MATH_OPERATION_FIELDS_ORDER: 'Paid,Owed' }, 'Paid,Owed'),
      task('Map', ['Paid,Owed'], 'NO_OP', types('double'), 'share'),
      task('Mask', ['Email'], 'MASK_FIRST_N', { MASK_LENGTH: '3', MASK_VALUE: '*' }),
      task('Validate', ['Id'], 'VALIDATE_NON_NULL', { VALIDATION_ACTION: 'DropDataset' }),
    ]);
  });

  test('all fields but some: AppFlow makes the projection itself', () => {
    expect(tasks({ mapping: AppFlowMapping.all({ excluding: ['Fax', 'Photo'] }) })).toEqual([
      task('Map_all', [], 'NO_OP', { EXCLUDE_SOURCE_FIELDS_LIST: '["Fax","Photo"]' }),
    ]);
  });

  test.each([
    [AppFlowTransform.maskAll('Id', { character: '#' }), 'Mask', 'MASK_ALL', { MASK_LENGTH: '5', MASK_VALUE: '#' }],
    [AppFlowTransform.maskLast('Id', 4), 'Mask', 'MASK_LAST_N', { MASK_LENGTH: '4', MASK_VALUE: '*' }],
    [AppFlowTransform.truncate('Id', 10), 'Truncate', 'NO_OP', { TRUNCATE_LENGTH: '10' }],
  ])('values are treated on their way: $_task.operator $_task.taskType', (transform, type, operator, properties) => {
    expect(tasks({ transforms: [transform] })).toContainEqual(task(type, ['Id'], operator, properties));
  });

  const drop = OnInvalidRecord.DROP;
  test.each([
    [AppFlowValidation.nonZero('Id', drop), 'VALIDATE_NON_ZERO'],
    [AppFlowValidation.nonNegative('Id', drop), 'VALIDATE_NON_NEGATIVE'],
    [AppFlowValidation.numeric('Id', drop), 'VALIDATE_NUMERIC'],
  ])('records are checked on their way: $_task.operator', (validation, operator) => {
    const properties = { VALIDATION_ACTION: 'DropRecord' };
    expect(tasks({ validations: [validation] })).toContainEqual(task('Validate', ['Id'], operator, properties));
  });

  const [one, two] = [AppFlowValue.number(1), AppFlowValue.number(2, 'double')];
  const time = new Date('2026-01-01T00:00:00Z');
  test.each([
    [AppFlowFilter.notEqualTo('F', one, two), 'NOT_EQUAL_TO', { DATA_TYPE: 'double', VALUES: '1,2' }],
    [AppFlowFilter.equalTo('F', AppFlowValue.truth(false)), 'EQUAL_TO', { DATA_TYPE: 'boolean', VALUE: 'false' }],
    [AppFlowFilter.greaterThan('F', one), 'GREATER_THAN', { DATA_TYPE: 'double', VALUE: '1' }],
    [AppFlowFilter.greaterThanOrEqualTo('F', one), 'GREATER_THAN_OR_EQUAL_TO', { DATA_TYPE: 'double', VALUE: '1' }],
    [AppFlowFilter.lessThan('F', one), 'LESS_THAN', { DATA_TYPE: 'double', VALUE: '1' }],
    [
      AppFlowFilter.lessThanOrEqualTo('F', AppFlowValue.time(time)),
      'LESS_THAN_OR_EQUAL_TO',
      { DATA_TYPE: 'datetime', VALUE: '1767225600000' },
    ],
    [AppFlowFilter.between('F', one, two), 'BETWEEN', { DATA_TYPE: 'double', LOWER_BOUND: '1', UPPER_BOUND: '2' }],
  ])('records are filtered by $_task.operator', (filter, operator, properties) => {
    expect(tasks({ filters: [filter], mapping: id })).toContainEqual(task('Filter', ['F'], operator, properties));
  });

  test('sums, differences and products have their operators', () => {
    const { sum, difference, product } = AppFlowField;
    const operators = [sum('c', 'a', 'b'), difference('c', 'a', 'b'), product('c', 'a', 'b')].map(
      (field) => tasks({ mapping: AppFlowMapping.fields(field) })[1].ConnectorOperator.Salesforce,
    );
    expect(operators).toEqual(['ADDITION', 'SUBTRACTION', 'MULTIPLICATION']);
  });

  test("each connector has its own operator's key", () => {
    const connection = AppFlowConnection.fromName('theirs');
    const keys = [
      AppFlowSource.serviceNow({ connection, object: 'o' }),
      AppFlowSource.zendesk({ connection, object: 'o' }),
      AppFlowSource.slack({ connection, object: 'o' }),
      AppFlowSource.sapOData({ connection, objectPath: 'o' }),
      AppFlowSource.custom({ connection, object: 'o', apiVersion: 'v1' }),
    ].map((source) => Object.keys(tasks({ source })[0].ConnectorOperator));
    expect(keys.flat()).toEqual(['ServiceNow', 'Zendesk', 'Slack', 'SAPOData', 'CustomConnector']);
  });
});

describe('refused input', () => {
  const slack = AppFlowSource.slack({ connection: AppFlowConnection.fromName('theirs'), object: 'C01' });
  const text = AppFlowValue.text('a');
  test.each<[string, () => unknown, RegExp]>([
    ['no fields', () => AppFlowMapping.fields(), /^EmptyMapping: /],
    [
      'two fields for one column',
      () => AppFlowMapping.fields(AppFlowField.of('a'), AppFlowField.of('b', { column: 'a' })),
      /^DuplicateDestinationField: column "a" twice/,
    ],
    [
      'two computations of the same fields',
      () => AppFlowMapping.fields(AppFlowField.sum('c', 'a', 'b'), AppFlowField.product('d', 'a', 'b')),
      /^InvalidComputation: .*"a,b"/,
    ],
    ['a concatenation of one', () => AppFlowField.concatenation('c', ['a']), /^InvalidComputation: /],
    [
      'a mask on a field that is not mapped',
      () => tasks({ mapping: id, transforms: [AppFlowTransform.maskAll('Email')] }),
      /^UnmappedField: MASK_ALL on "Email"/,
    ],
    [
      'a check of a field that is left out',
      () =>
        tasks({
          mapping: AppFlowMapping.all({ excluding: ['Email'] }),
          validations: [AppFlowValidation.nonNull('Email', OnInvalidRecord.DROP)],
        }),
      /^UnmappedField: VALIDATE_NON_NULL on "Email"/,
    ],
    [
      'a cut of a field that is only computed with',
      () =>
        tasks({
          mapping: AppFlowMapping.fields(AppFlowField.sum('c', 'a', 'b')),
          transforms: [AppFlowTransform.truncate('a', 2)],
        }),
      /^UnmappedField: Truncate on "a"/,
    ],
    [
      'two masks on one field',
      () => tasks({ transforms: [AppFlowTransform.maskAll('Id'), AppFlowTransform.maskFirst('Id', 1)] }),
      /^DuplicateTransform: "Mask of Id" twice/,
    ],
    [
      'a comparison that the application does not offer',
      () => tasks({ source: slack, filters: [AppFlowFilter.contains('text', 'a')] }),
      /^FilterNotOffered: a filter CONTAINS on "text" of Slack → its filters are BETWEEN, EQUAL_TO/,
    ],
    ['a filter without values', () => AppFlowFilter.equalTo('F'), /^InvalidFilter: /],
    [
      'values of two types',
      () => AppFlowFilter.equalTo('F', text, AppFlowValue.number(1)),
      /^InvalidFilter: .*"string, double"/,
    ],
    ['a comma in one of several values', () => AppFlowFilter.contains('F', 'a', 'b,c'), /^InvalidFilter: .*"b,c"/],
    ['an order of texts', () => AppFlowFilter.greaterThan('F', text), /^InvalidFilter: .*GREATER_THAN "a" \(string\)/],
    [
      'bounds the wrong way round',
      () => AppFlowFilter.between('F', AppFlowValue.number(2), AppFlowValue.number(1)),
      /^InvalidFilter: "F" between "2"/,
    ],
    ['a mask of two characters', () => AppFlowTransform.maskAll('F', { character: '**' }), /^InvalidTransform: /],
    ['a mask of no length', () => AppFlowTransform.maskLast('F', 0), /^InvalidTransform: length "0"/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

const CONCAT = ['FirstName', 'LastName'].map((name) => `\${${name}}`).join(' ');

function task(
  TaskType: string,
  SourceFields: string[],
  operator: string,
  properties: Record<string, string>,
  DestinationField?: string,
) {
  return {
    TaskType,
    SourceFields,
    ...Salesforce(operator),
    TaskProperties: Object.entries(properties).map(([Key, Value]) => ({ Key, Value })),
    ...(DestinationField === undefined ? {} : { DestinationField }),
  };
}

function types(column: string) {
  return { SOURCE_DATA_TYPE: 'string', DESTINATION_DATA_TYPE: column };
}
