/** Text of an XML element or attribute. Characters that XML 1.0 can't hold become references, as S3 does. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\p{Cc}]/gu, (character) => {
    switch (character) {
      case '&':
        return '&amp;';
      case '<':
        return '&lt;';
      case '>':
        return '&gt;';
      case '"':
        return '&quot;';
      case '\n':
      case '\t':
        return character;
      default:
        return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
    }
  });
}

/** A member's value: text, an element, or for an array several elements of one name. */
export type XmlValue = string | number | boolean | undefined | XmlMembers | readonly XmlValue[];
export interface XmlMembers {
  readonly [name: string]: XmlValue;
}

/** Members in their order; undefined ones are left out, an array repeats its element. */
export function xmlElements(members: XmlMembers): string {
  return Object.entries(members)
    .map(([name, value]) =>
      Array.isArray(value) ? value.map((item) => element(name, item)).join('') : element(name, value),
    )
    .join('');
}

export function xmlDocument(root: string, namespace: string | undefined, members: XmlMembers): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${xmlElements(members)}</${root}>`;
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  const content = typeof value === 'object' ? xmlElements(value as XmlMembers) : escapeXml(String(value));
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}
