import fs from 'node:fs';
import path from 'node:path';

/**
 * A run's log streams as files, as CloudWatch groups them: `logs/aws-glue/jobs/output/<run>.log` has what the script
 * prints, `error/<run>.log` what it and Spark write to the error output.
 */
export class RunLog {
  private readonly files: Readonly<Record<'output' | 'error', number>>;

  public constructor(root: string, run: string) {
    const open = (stream: string) => {
      const folder = path.join(root, 'logs', 'aws-glue', 'jobs', stream);
      fs.mkdirSync(folder, { recursive: true });
      // Scripts print what they read.
      return fs.openSync(path.join(folder, `${run}.log`), 'a', 0o600);
    };
    this.files = { output: open('output'), error: open('error') };
  }

  public write(stream: 'output' | 'error', line: string): void {
    fs.writeSync(this.files[stream], `${line}\n`);
  }

  public close(): void {
    fs.closeSync(this.files.output);
    fs.closeSync(this.files.error);
  }
}
