import { array, DAY_TO_SECOND, DOUBLE, map, row, YEAR_TO_MONTH } from '../types/build';
import { makeType, type TypeArgument } from '../types/text';
import type { TrinoType } from '../types/type';
import { identifier } from './literals';
import type { TreeNode } from './tree';

/** The `type` rule of the grammar → type. */
export function typeOf(node: TreeNode): TrinoType {
  switch (node.kind) {
    case 'RowType':
      return row(
        node.all('rowField').map((field) => {
          const name = field.maybe('identifier');
          const type = typeOf(field.child('type'));
          return name ? { name: identifier(name), type } : { type };
        }),
      );
    case 'ArrayType':
    case 'LegacyArrayType':
      return array(typeOf(node.child('type')));
    case 'LegacyMapType':
      return map(typeOf(node.labelled('keyType')), typeOf(node.labelled('valueType')));
    case 'DoublePrecisionType':
      return DOUBLE;
    case 'IntervalType':
      return /^(YEAR|MONTH)$/i.test(node.labelled('from_').text) ? YEAR_TO_MONTH : DAY_TO_SECOND;
    case 'DateTimeType':
    case 'TimeType': {
      const precision = node.maybe('typeParameter');
      const zoned = node.has('KW_ZONE') && node.has('KW_WITH') ? ' with time zone' : '';
      return makeType(`${node.token('base')}${zoned}`, precision ? [Number(precision.text)] : [], node.position);
    }
    case 'GenericType':
      return makeType(identifier(node.child('identifier')), node.all('typeParameter').map(typeArgument), node.position);
    default:
      return node.notCovered(`type ${node.kind}`);
  }
}

function typeArgument(node: TreeNode): TypeArgument {
  const type = node.maybe('type');
  return type ? typeOf(type) : Number(node.text);
}
