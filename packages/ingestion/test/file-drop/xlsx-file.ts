import { strToU8, type Zippable, zipSync } from 'fflate';

/** A cell: a value of its own, or XML of its own. */
export type TestCell = string | number | boolean | null | { xml: string };

export interface TestSheet {
  readonly name: string;
  readonly rows: TestCell[][];
  readonly merged?: string[];
  /** Rows are numbered from here. */
  readonly from?: number;
}

export interface TestBook {
  readonly date1904?: boolean;
  /** Texts are kept in the cells, not in the shared table. */
  readonly inline?: boolean;
  /** The prefix that some programs give all elements, with its colon. */
  readonly prefix?: string;
  /** Changes the parts before they are packed. */
  readonly change?: (parts: Record<string, string>) => void;
}

/** Styles: 1 is the built-in date, 2 a format of one's own with a time, 3 a format with letters in a literal. */
const STYLES = `<styleSheet><numFmts count="2"><numFmt numFmtId="170" formatCode="dd/mm/yyyy\\ hh:mm;@"/><numFmt numFmtId="171" formatCode="[Red]0.00&quot; days&quot;"/></numFmts>
<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>`;

/** The bytes of a workbook, written part by part as ECMA-376 says. */
export function xlsx(sheets: TestSheet[], { date1904, inline, prefix = '', change }: TestBook = {}): Uint8Array {
  const strings: string[] = [];
  const cell = (value: TestCell, row: number, column: number): string => {
    const r = `${columnName(column)}${row}`;
    if (value === null) return '';
    if (typeof value === 'object') return value.xml.replaceAll('@', r);
    if (typeof value === 'number') return `<c r="${r}"><v>${value}</v></c>`;
    if (typeof value === 'boolean') return `<c r="${r}" t="b"><v>${value ? 1 : 0}</v></c>`;
    if (inline) return `<c r="${r}" t="inlineStr"><is><t xml:space="preserve">${xml(value)}</t></is></c>`;
    strings.push(value);
    return `<c r="${r}" t="s"><v>${strings.length - 1}</v></c>`;
  };
  const parts: Record<string, string> = {
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': `<Relationships>${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets>${sheets
      .map(({ name }, i) => `<sheet name="${xml(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`)
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${sheets
      .map((_, i) => relation(`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`))
      .join(
        '',
      )}${relation('rId90', 'styles', '/xl/styles.xml')}${relation('rId91', 'sharedStrings', 'sharedStrings.xml')}</Relationships>`,
    'xl/styles.xml': STYLES,
  };
  for (const [i, { rows, merged = [], from = 1 }] of sheets.entries()) {
    const data = rows.map((cells, row) => {
      const written = cells.map((value, column) => cell(value, row + from, column + 1)).join('');
      return `<row r="${row + from}">${written}</row>`;
    });
    const merges =
      merged.length > 0 ? `<mergeCells>${merged.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>` : '';
    parts[`xl/worksheets/sheet${i + 1}.xml`] =
      `<worksheet><sheetData>${data.join('')}</sheetData>${merges}</worksheet>`;
  }
  parts['xl/sharedStrings.xml'] =
    `<sst>${strings.map((each) => `<si><t xml:space="preserve">${xml(each)}</t></si>`).join('')}</sst>`;
  change?.(parts);
  const files: Zippable = {};
  for (const [name, xml] of Object.entries(parts)) {
    const prefixed = name.startsWith('xl/') && !name.includes('_rels') ? withPrefix(xml, prefix) : xml;
    files[name] = strToU8(`<?xml version="1.0" encoding="UTF-8"?>${prefixed}`);
  }
  return zipSync(files, { level: 1 });
}

function withPrefix(xml: string, prefix: string): string {
  return prefix === '' ? xml : xml.replace(/<(\/?)(\w)/g, `<$1${prefix}$2`);
}

function relation(id: string, type: string, target: string): string {
  const base = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  return `<Relationship Id="${id}" Type="${base}/${type}" Target="${target}"/>`;
}

function xml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/"/g, '&quot;')
    .replace(/\p{Cc}/gu, (character) =>
      character === '\n' || character === '\t' ? character : `_x00${hex(character)}_`,
    );
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0');
}

function columnName(column: number): string {
  return (column > 26 ? columnName(Math.floor((column - 1) / 26)) : '') + String.fromCharCode(65 + ((column - 1) % 26));
}
