import { SaxesParser } from 'saxes';
import { FileError } from '../file-error';

/** What a reader of one part of a workbook listens to; names come without their namespace prefix. */
export interface XmlListener {
  open?(name: string, attributes: Record<string, string>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** Feeds a part of a workbook to a listener; gives control back after each chunk. */
export async function* parseXml(
  bytes: AsyncIterable<Buffer>,
  part: string,
  listener: XmlListener,
): AsyncGenerator<undefined> {
  const parser = new SaxesParser({ position: false });
  parser.on('error', (error) => {
    throw new FileError(
      'CorruptFile',
      `${part} is no XML: ${error.message}`,
      'a whole workbook',
      'save and send it again',
    );
  });
  // a document type could declare entities that grow without end; workbooks have none
  parser.on('doctype', () => {
    throw new FileError(
      'CorruptFile',
      `${part} has a document type`,
      'workbooks have none',
      'save it with a spreadsheet program',
    );
  });
  parser.on('opentag', ({ name, attributes }) => {
    listener.open?.(local(name), attributes as Record<string, string>);
  });
  if (listener.text) parser.on('text', (text) => listener.text?.(text));
  parser.on('closetag', ({ name }) => listener.close?.(local(name)));
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of bytes) {
    parser.write(decoder.decode(chunk, { stream: true }));
    yield undefined;
  }
  parser.write(decoder.decode());
  parser.close();
  yield undefined;
}

/** Reads a part at once. */
export async function readXml(bytes: AsyncIterable<Buffer>, part: string, listener: XmlListener): Promise<void> {
  for await (const _ of parseXml(bytes, part, listener));
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** `_x000D_` stands for a character that XML can't have. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
