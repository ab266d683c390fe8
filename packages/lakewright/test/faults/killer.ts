import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

/** Ends processes from outside, at a moment that files show, without their consent. */
export class Killer {
  public kills = 0;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param parent whose children are ended
   * @param words what stands in their command lines
   * @param moment true when it is time; looked at again after each kill
   * @param most kills
   */
  public constructor(parent: number, words: string[], moment: () => boolean, most = Number.POSITIVE_INFINITY) {
    this.timer = setInterval(() => {
      if (this.kills >= most || !moment()) return;
      for (const pid of processes(words, parent)) {
        process.kill(pid, 'SIGKILL');
        this.kills++;
      }
    }, 5);
  }

  public stop(): number {
    clearInterval(this.timer);
    return this.kills;
  }
}

/** Processes that live, by words of their command lines; those that a process has started, or any. */
export function processes(words: string[], parent?: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8', maxBuffer: 1e8 });
  return lines.split('\n').flatMap((line) => {
    const [, pid, ppid, stat, args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const isWanted =
      (parent ?? Number(ppid)) === Number(ppid) && !stat?.startsWith('Z') && words.every((word) => args.includes(word));
    return isWanted ? [Number(pid)] : [];
  });
}

/** Whether data files lie in a folder, at any depth. */
export function hasData(folder: string): boolean {
  try {
    return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.parquet'));
  } catch {
    return false; // it is gone, or goes right now
  }
}
