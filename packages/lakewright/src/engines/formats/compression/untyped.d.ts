declare module 'snappyjs' {
  export function compress<T extends Uint8Array | ArrayBuffer>(bytes: T): T;
  export function uncompress<T extends Uint8Array | ArrayBuffer>(bytes: T, maxLength?: number): T;
}

declare module 'seek-bzip' {
  const Bunzip: {
    /** `output` undefined: a new buffer; `multistream`: streams one after the other. */
    decode(input: Uint8Array, output?: undefined, multistream?: boolean): Buffer;
  };
  export = Bunzip;
}
