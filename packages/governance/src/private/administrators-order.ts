import { CfnElement, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { constructOf } from './principals';
import { refuse } from './refuse';
import { referencesOf } from './token-text';

/**
 * Refuses an administrator of a stack that needs the stack of `LakeFormation`, which needs the administrator: neither could
 * be deployed first.
 */
export function checkOrder(lakeFormation: IConstruct, officers: iam.IGrantable[]): void {
  const home = Stack.of(lakeFormation);
  for (const officer of officers.flatMap((one) => constructOf(one) ?? [])) {
    const stack = Stack.of(officer);
    if (stack === home || !stack.node.scopes.every((scope) => scope !== home)) continue;
    const because = needs(stack, home);
    if (!because) continue;
    refuse(
      'CircularAdministrator',
      `administrator "${officer.node.path}", whose stack needs "${home.node.path}": ${because}`,
      `"${home.node.path}" makes it an administrator, and so is deployed after it`,
      `make the role in "${home.node.path}" or in a stack that needs nothing of the lake, or put LakeFormation into a stack ` +
        'that comes after both',
    );
  }
}

function needs(stack: Stack, home: Stack): string | undefined {
  if (stack.dependencies.includes(home)) return 'the stacks were given that order';
  for (const element of stack.node.findAll().filter(CfnElement.isCfnElement)) {
    if (Stack.of(element) !== stack) continue;
    const target = referencesOf(element, content(element)).find((one) => Stack.of(one) === home && one !== home);
    if (target) return `"${element.node.path}" refers to "${target.node.path}"`;
  }
  return undefined;
}

/** The element's part of the template, with its tokens. */
function content(element: CfnElement): unknown {
  return (element as CfnElement & { _toCloudFormation(): unknown })._toCloudFormation();
}
