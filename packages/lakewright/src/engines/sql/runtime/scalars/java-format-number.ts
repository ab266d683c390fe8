import { javaDouble } from './java-number';

/** What stands between `%` and the letter. */
export interface Conversion {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly letter: string;
}

/** The sign, and zeros up to the width: `%+d`, `%(d`, `%05d`. */
export function signed(text: string, { flags, width = 0 }: Conversion, print: (digits: string) => string): string {
  const negative = text.startsWith('-');
  const brackets = negative && flags.includes('(');
  const sign = brackets ? '(' : negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const body = print(negative ? text.slice(1) : text);
  const zeros = flags.includes('0') ? body.padStart(width - sign.length - (brackets ? 1 : 0), '0') : body;
  return `${sign}${zeros}${brackets ? ')' : ''}`;
}

export function grouped(digits: string, { flags }: Conversion): string {
  return flags.includes(',') ? digits.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ',')) : digits;
}

/** `%x`, `%o`: the bits of a bigint. */
export function unsignedText(value: bigint, { letter, flags, width = 0 }: Conversion): string {
  const octal = letter === 'o';
  const prefix = flags.includes('#') ? (octal ? '0' : '0x') : '';
  const digits = BigInt.asUintN(64, value).toString(octal ? 8 : 16);
  return prefix + (flags.includes('0') ? digits.padStart(width - prefix.length, '0') : digits);
}

/** `%f %e %g` of a number's digits (no sign; `123.45`, `1.0E10`, `NaN`), half up. */
export function floatingText(text: string, conversion: Conversion): string {
  if (/[a-z]/i.test(text.replace(/e/i, ''))) {
    if (text === 'NaN') return text;
    // Nothing to pad with zeros.
    return signed(text, { ...conversion, flags: conversion.flags.replace('0', '') }, (word) => word);
  }
  const { precision } = conversion;
  return signed(text, conversion, (digits) => {
    const exact = decimalOf(digits);
    switch (conversion.letter.toLowerCase()) {
      case 'f':
        return grouped(fixed(exact, precision ?? 6), conversion);
      case 'e':
        return scientific(exact, precision ?? 6);
      default:
        return general(exact, precision ?? 6, conversion);
    }
  });
}

/** As Java prints it, which is what its Formatter rounds. */
export const digitsOfDouble = (value: number): string => javaDouble(value);

/** A number that isn't negative: `digits` × 10^-scale. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

function decimalOf(text: string): Decimal {
  const [mantissa = '', power = '0'] = text.split(/[eE]/);
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length - Number(power) };
}

/** The integer nearest to the number × 10^places, half up. */
function scaled({ digits, scale }: Decimal, places: number): bigint {
  const shift = places - scale;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const unit = 10n ** BigInt(-shift);
  return (2n * digits + unit) / (2n * unit);
}

function withPoint(digits: string, places: number): string {
  if (places === 0) return digits;
  const padded = digits.padStart(places + 1, '0');
  return `${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

const fixed = (number: Decimal, places: number): string => withPoint(String(scaled(number, places)), places);

/** The power of ten of the first digit. */
const magnitude = ({ digits, scale }: Decimal): number => (digits === 0n ? 0 : String(digits).length - 1 - scale);

function scientific(number: Decimal, places: number): string {
  let exponent = magnitude(number);
  let digits = String(scaled(number, places - exponent));
  if (digits.length > places + 1) {
    exponent++;
    digits = digits.slice(0, -1);
  }
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${withPoint(digits, places)}e${exponent < 0 ? '-' : '+'}${size}`;
}

/** `%g`: so many digits in all; plain from 10^-4 to 10^precision. */
function general(number: Decimal, precision: number, conversion: Conversion): string {
  const size = Math.max(1, precision);
  if (number.digits === 0n) return fixed(number, size - 1);
  const text = scientific(number, size - 1);
  const exponent = Number(text.split('e')[1]);
  return exponent >= -4 && exponent < size ? grouped(fixed(number, size - 1 - exponent), conversion) : text;
}
