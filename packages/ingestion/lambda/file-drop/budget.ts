import { FileError } from './file-error';

/** How much may be unpacked from one object, archives in archives included: declared sizes are not believed. */
export class Budget {
  private spent = 0;

  public constructor(private readonly limit: number) {}

  public spend(bytes: number): void {
    this.spent += bytes;
    if (this.spent <= this.limit) return;
    throw new FileError(
      'UnpacksTooLarge',
      `more than ${this.limit} bytes come out of it`,
      'what an object unpacks to has a limit, so that an archive that was made to fill the disk does no harm',
      'split the file, or raise maxUnpackedSize',
    );
  }
}
