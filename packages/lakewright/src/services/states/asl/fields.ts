import type { StateType } from './definition';

export const COMMON = ['Type', 'Comment', 'QueryLanguage'];
const FLOW = ['Next', 'End'];
const IO = ['InputPath', 'OutputPath', 'Output', 'Assign'];
const RESULT = ['Parameters', 'Arguments', 'ResultPath', 'ResultSelector', 'Retry', 'Catch'];

/** The fields of each type. Source: states-language.net and the Developer Guide's page of each state. */
export const FIELDS: Readonly<Record<StateType, readonly string[]>> = {
  Pass: [...FLOW, ...IO, 'Result', 'ResultPath', 'Parameters'],
  Task: [
    ...[...FLOW, ...IO, ...RESULT, 'Resource', 'TimeoutSeconds', 'TimeoutSecondsPath', 'HeartbeatSeconds'],
    ...['HeartbeatSecondsPath', 'Credentials'],
  ],
  Choice: [...IO, 'Choices', 'Default'],
  Wait: [...FLOW, ...IO, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Succeed: IO,
  Fail: ['Error', 'ErrorPath', 'Cause', 'CausePath'],
  Parallel: [...FLOW, ...IO, ...RESULT, 'Branches'],
  Map: [
    ...[...FLOW, ...IO, ...RESULT, 'ItemProcessor', 'Iterator', 'ItemsPath', 'Items', 'ItemSelector', 'ItemReader'],
    ...['ItemBatcher', 'ResultWriter', 'MaxConcurrency', 'MaxConcurrencyPath', 'Label'],
    ...[
      'ToleratedFailureCount',
      'ToleratedFailureCountPath',
      'ToleratedFailurePercentage',
      'ToleratedFailurePercentagePath',
    ],
  ],
};
export const ONLY_JSON_PATH = [
  'InputPath',
  'OutputPath',
  'Parameters',
  'ResultPath',
  'ResultSelector',
  'ItemsPath',
  'SecondsPath',
];
export const ONLY_JSONATA = ['Arguments', 'Output', 'Items'];
export const MACHINE_FIELDS = [
  'StartAt',
  'States',
  'Comment',
  'QueryLanguage',
  'TimeoutSeconds',
  'Version',
  'ProcessorConfig',
];
