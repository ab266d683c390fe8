const isDecimal = (code: number): boolean => /^\p{Nd}$/u.test(String.fromCharCode(code));

/** Java's `Character.digit` of one UTF-16 unit: digits of every script, letters in ASCII and full width; -1 otherwise. */
export function digitValue(text: string, index: number, radix: number): number {
  const value = unitValue(text.charCodeAt(index));
  return value < radix ? value : -1;
}

function unitValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code >= 0xff21 ? code - 0xff21 + 0x41 : code;
  if ((letter >= 0x41 && letter <= 0x5a) || (letter >= 0x61 && letter <= 0x7a)) return (letter & 0x1f) + 9;
  if (code < 0x80 || !isDecimal(code)) return -1;
  // A script's ten digits begin at …0 or …6.
  const start = code & ~0xf;
  return isDecimal(start) ? code - start : code - start - 6;
}
