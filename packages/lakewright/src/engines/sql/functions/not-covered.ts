import type { FunctionArea } from './entry';

/** Machine learning, presentation in a terminal, catalogs' own functions, table functions. */
export const others: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/list.html',
  notCovered: [
    'bar',
    'classify',
    'color',
    'current_groups',
    'evaluate_classifier_predictions',
    'exclude_columns',
    'features',
    'learn_classifier',
    'learn_libsvm_classifier',
    'learn_libsvm_regressor',
    'learn_regressor',
    'objectid',
    'objectid_timestamp',
    'regress',
    'render',
    'rgb',
    'timestamp_objectid',
  ],
};
