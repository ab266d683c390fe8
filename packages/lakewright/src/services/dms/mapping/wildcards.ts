/**
 * Whether a name fits a locator's pattern: `%` is any text, `_` one character, `[_]` an underscore. Case matters.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Wildcards.html
 */
export function fits(pattern: string, name: string): boolean {
  const source = pattern.replaceAll(/\[_\]|\[%\]|[%_]|[^%_[]+|\[/g, (part) => {
    if (part === '%') return '[^]*';
    if (part === '_') return '[^]';
    const text = part === '[_]' || part === '[%]' ? part[1] : part;
    return (text as string).replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'u').test(name);
}

/** Whether a pattern may fit more than one name. */
export const isPattern = (pattern: string): boolean => /[%_]/.test(pattern.replaceAll(/\[[_%]\]/g, ''));
