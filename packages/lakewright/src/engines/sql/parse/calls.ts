import { SqlError } from '../errors';
import { VARCHAR } from '../types/build';
import type { TrinoType } from '../types/type';
import type {
  Expression,
  FrameBound,
  FunctionCall,
  JsonBehaviour,
  JsonItem,
  JsonQuery,
  JsonQueryBehaviour,
  WindowReference,
  WindowSpec,
} from './ast';
import { booleanExpression, columnReference, sortItem, toExpression, valueExpression } from './expressions';
import { identifier, qualifiedName, stringText } from './literals';
import { plainCall } from './plain-call';
import type { TreeNode } from './tree';
import { typeOf } from './types';

/** Function calls, and the special syntax that is a function call in disguise. */
export function functionLike(node: TreeNode): Expression {
  const { position } = node;
  const call = (name: string, args: readonly Expression[]): FunctionCall => plainCall(name, args, position);
  switch (node.kind) {
    case 'FunctionCall':
      return functionCall(node);
    case 'Coalesce':
      return call('coalesce', node.all('expression').map(toExpression));
    case 'Extract':
      return {
        kind: 'extract',
        field: identifier(node.child('identifier')).toLowerCase(),
        operand: valueExpression(node.child('valueExpression')),
        position,
      };
    case 'Position':
      return call('strpos', node.all('valueExpression').map(valueExpression).reverse());
    case 'Substring':
      return call('substr', node.all('valueExpression').map(valueExpression));
    case 'Normalize': {
      const form = node.maybe('normalForm')?.text.toUpperCase() ?? 'NFC';
      return call('normalize', [
        valueExpression(node.child('valueExpression')),
        { kind: 'string', value: form, position },
      ]);
    }
    case 'Trim': {
      const side = node.maybe('trimsSpecification');
      const name = side?.has('KW_LEADING') ? 'ltrim' : side?.has('KW_TRAILING') ? 'rtrim' : 'trim';
      const characters = node.maybeLabelled('trimChar');
      const source = valueExpression(node.labelled('trimSource'));
      return call(name, characters ? [source, valueExpression(characters)] : [source]);
    }
    case 'CurrentDate':
      return call('current_date', []);
    case 'CurrentUser':
      return call('current_user', []);
    case 'CurrentCatalog':
      return call('current_catalog', []);
    case 'CurrentSchema':
      return call('current_schema', []);
    case 'CurrentTimestamp':
    case 'LocalTimestamp':
    case 'CurrentTime':
    case 'LocalTime':
      return {
        kind: 'current time',
        what: CURRENT_TIME[node.kind],
        precision: Number(node.token('precision') ?? 3),
        position,
      };
    case 'GroupingOperation':
      return { kind: 'grouping', columns: node.all('qualifiedName').map(columnReference), position };
    case 'ListAgg':
      return listagg(node);
    case 'JsonExists':
      return {
        kind: 'json_exists',
        ...jsonPath(node),
        onError: (node.maybe('jsonExistsErrorBehavior')?.text.toUpperCase() ?? 'FALSE') as 'FALSE',
        position,
      };
    case 'JsonValue': {
      const type = node.maybe('type');
      return {
        kind: 'json_value',
        ...jsonPath(node),
        type: type ? typeOf(type) : VARCHAR,
        onEmpty: jsonBehaviour(node.maybeLabelled('emptyBehavior')),
        onError: jsonBehaviour(node.maybeLabelled('errorBehavior')),
        position,
      };
    }
    case 'JsonQuery':
      return jsonQuery(node);
    case 'JsonArray':
    case 'JsonObject':
      return jsonConstructor(node);
    default:
      return node.notCovered(`expression ${node.kind}`);
  }
}

const CURRENT_TIME = {
  CurrentTimestamp: 'current_timestamp',
  LocalTimestamp: 'localtimestamp',
  CurrentTime: 'current_time',
  LocalTime: 'localtime',
} as const;

function functionCall(node: TreeNode): Expression {
  if (node.maybeLabelled('label') || node.maybe('processingMode')) node.notCovered('row pattern function');
  const function_ = node.child('functionName');
  const parts = function_.maybe('qualifiedName') ? qualifiedName(function_) : [function_.text];
  const [name = ''] = parts;
  if (parts.length > 1) {
    throw new SqlError('FUNCTION_NOT_FOUND', `Function '${parts.join('.')}' not registered`, node.position);
  }
  const over = node.maybe('over');
  const nulls = node.maybe('nullTreatment');
  return {
    kind: 'call',
    name: name.toLowerCase().replace(/^"(.*)"$/, '$1'),
    args: node.all('expression').map(toExpression),
    star: node.has('ASTERISK'),
    distinct: isDistinct(node),
    orderBy: node.all('sortItem').map(sortItem),
    filter: filterOf(node),
    over: over && windowReference(over),
    nulls: nulls && (nulls.has('KW_IGNORE') ? 'ignore' : 'respect'),
    position: node.position,
  };
}

function listagg(node: TreeNode): Expression {
  const { position } = node;
  const overflow = node.maybe('listAggOverflowBehavior');
  const separator = node.maybe('string');
  const filler = overflow?.maybe('string');
  const truncation: Expression[] = [
    { kind: 'string', value: filler ? stringText(filler) : '...', position },
    { kind: 'boolean', value: overflow?.maybe('listAggCountIndication')?.has('KW_WITH') ?? false, position },
  ];
  return {
    kind: 'call',
    name: 'listagg',
    args: [
      toExpression(node.child('expression')),
      { kind: 'string', value: separator ? stringText(separator) : '', position },
      ...(overflow && !overflow.has('KW_ERROR') ? truncation : []),
    ],
    star: false,
    distinct: isDistinct(node),
    orderBy: node.all('sortItem').map(sortItem),
    filter: filterOf(node),
    position: node.position,
  };
}

const isDistinct = (node: TreeNode): boolean => node.maybe('setQuantifier')?.has('KW_DISTINCT') ?? false;

function filterOf(node: TreeNode): Expression | undefined {
  const filter = node.maybe('filter');
  return filter && booleanExpression(filter.child('whereClause').child('booleanExpression'));
}

export function windowReference(node: TreeNode): WindowReference {
  const name = node.maybeLabelled('windowName');
  return name ? { name: identifier(name), position: name.position } : windowSpec(node.child('windowSpecification'));
}

export function windowSpec(node: TreeNode): WindowSpec {
  const base = node.maybeLabelled('existingWindowName');
  const frame = node.maybe('windowFrame');
  if (frame?.has('KW_PATTERN')) node.notCovered('row pattern in a window');
  const extent = frame?.child('frameExtent');
  const end = extent?.maybeLabelled('end');
  return {
    base: base && identifier(base),
    partitionBy: (node.maybe('partitionBy')?.all('expression') ?? []).map(toExpression),
    orderBy: node.all('sortItem').map(sortItem),
    frame: extent && {
      unit: extent.token('frameType') as 'ROWS' | 'RANGE' | 'GROUPS',
      start: frameBound(extent.labelled('start')),
      end: end && frameBound(end),
      position: extent.position,
    },
    position: node.position,
  };
}

function frameBound(node: TreeNode): FrameBound {
  const direction = node.token('boundType') as 'PRECEDING' | 'FOLLOWING';
  switch (node.kind) {
    case 'CurrentRowBound':
      return { kind: 'current row' };
    case 'UnboundedFrame':
      return { kind: 'unbounded', direction };
    case 'BoundedFrame':
      return { kind: 'offset', direction, offset: toExpression(node.child('expression')) };
    default:
      return node.notCovered(node.kind);
  }
}

function jsonPath(node: TreeNode): Pick<JsonQuery, 'input' | 'path' | 'passing'> {
  const call = node.child('jsonPathInvocation');
  return {
    input: jsonInput(call.child('jsonValueExpression')),
    path: stringText(call.maybeLabelled('path') ?? call.child('string')),
    passing: call.all('jsonArgument').map((argument) => {
      const name = argument.child('identifier');
      // A name without quotes is in capitals, as the path sees it.
      const isQuoted = name.text.startsWith('"');
      return {
        ...jsonInput(argument.child('jsonValueExpression')),
        name: isQuoted ? identifier(name) : name.text.toUpperCase(),
      };
    }),
  };
}

function jsonInput(node: TreeNode): JsonItem {
  const value = toExpression(node.child('expression'));
  if (node.maybe('jsonRepresentation')?.has('KW_ENCODING')) node.notCovered('FORMAT JSON ENCODING');
  // What the SQL/JSON functions give is JSON wherever another takes it.
  const isJson = ['json_query', 'json_array', 'json_object'].includes(value.kind);
  return { value, format: isJson || node.has('KW_FORMAT') };
}

function jsonBehaviour(node: TreeNode | undefined): JsonBehaviour {
  if (!node) return { kind: 'NULL' };
  const value = node.maybe('expression');
  if (value) return { kind: 'DEFAULT', value: toExpression(value) };
  return { kind: node.text.toUpperCase() === 'ERROR' ? 'ERROR' : 'NULL' };
}

function jsonQuery(node: TreeNode): Expression {
  const wrapper = node.maybe('jsonQueryWrapperBehavior')?.text.toUpperCase() ?? 'WITHOUT';
  const quotes = node.has('KW_QUOTES') ? (node.has('KW_OMIT') ? 'OMIT' : 'KEEP') : undefined;
  return {
    kind: 'json_query',
    ...jsonPath(node),
    wrapper: wrapper.startsWith('WITHOUT')
      ? 'WITHOUT'
      : wrapper.includes('CONDITIONAL') && !wrapper.includes('UNCONDITIONAL')
        ? 'CONDITIONAL'
        : 'UNCONDITIONAL',
    quotes,
    type: returningType(node),
    onEmpty: jsonQueryBehaviour(node.maybeLabelled('emptyBehavior')),
    onError: jsonQueryBehaviour(node.maybeLabelled('errorBehavior')),
    position: node.position,
  };
}

function jsonQueryBehaviour(node: TreeNode | undefined): JsonQueryBehaviour {
  if (node?.has('KW_EMPTY')) return node.has('KW_OBJECT') ? 'EMPTY OBJECT' : 'EMPTY ARRAY';
  return node?.has('KW_ERROR') ? 'ERROR' : 'NULL';
}

function returningType(node: TreeNode): TrinoType | undefined {
  const type = node.maybe('type');
  return type && typeOf(type);
}

function jsonConstructor(node: TreeNode): Expression {
  const { position } = node;
  if (node.kind === 'JsonArray') {
    // Without ON NULL, arrays leave NULL out and objects keep it.
    const absentOnNull = node.has('KW_ABSENT') || !node.has('KW_ON');
    const items = node.all('jsonValueExpression').map(jsonInput);
    return { kind: 'json_array', items, absentOnNull, type: returningType(node), position };
  }
  return {
    kind: 'json_object',
    members: node.all('jsonObjectMember').map((member) => ({
      key: toExpression(member.child('expression')),
      ...jsonInput(member.child('jsonValueExpression')),
    })),
    absentOnNull: node.has('KW_ABSENT'),
    uniqueKeys: node.has('KW_UNIQUE') && !node.has('KW_WITHOUT'),
    type: returningType(node),
    position,
  };
}
