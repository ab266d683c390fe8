import {
  type DataLakePrincipal,
  type DataLakeSettings,
  GetDataLakeSettingsCommand,
  type LakeFormationClient,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import { type Administrator, keyOf } from './items';
import { type Fault, faultOf, isInvalidPrincipal, type Patience } from './patience';

const LISTS = { administrator: 'DataLakeAdmins', readOnlyAdministrator: 'ReadOnlyAdmins' } as const;
const KINDS = ['administrator', 'readOnlyAdministrator'] as const;

/**
 * The data lake settings: one document for the account and Region, which each write replaces as a whole.
 *
 * So each change reads it, changes the own entries, writes it, and reads it again, until what it reads is what it wanted:
 * somebody else may have written at the same time.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_PutDataLakeSettings.html
 */
export class Administrators {
  /** Those that Lake Formation doesn't know any longer. */
  public readonly skipped = new Set<string>();

  public constructor(
    private readonly lakeFormation: LakeFormationClient,
    private readonly patience: Patience,
    private readonly pause: () => Promise<void>,
  ) {}

  /** Keys of all that are there. */
  public async there(): Promise<Set<string>> {
    const settings = await this.get();
    return new Set(KINDS.flatMap((kind) => names(settings, kind).map((principal) => keyOf({ kind, principal }))));
  }

  /** `formerly`: those that were ours before; of these, one that is gone is skipped. */
  public add(items: readonly Administrator[], formerly: ReadonlySet<string>): Promise<void> {
    const edit = (settings: DataLakeSettings) =>
      edited(settings, (kind, present) => [
        ...present,
        ...items.filter((item) => item.kind === kind).map(({ principal }) => principal),
      ]);
    return this.change(edit, formerly);
  }

  public remove(items: readonly Administrator[]): Promise<void> {
    const going = new Set(items.map(keyOf));
    const edit = (settings: DataLakeSettings) =>
      edited(settings, (kind, present) => present.filter((principal) => !going.has(keyOf({ kind, principal }))));
    return this.change(edit, new Set());
  }

  /** Never lowers it: others may need what a higher version brings. */
  public raiseVersion(version: string): Promise<void> {
    const edit = (settings: DataLakeSettings): DataLakeSettings => {
      const current = Number(settings.Parameters?.CROSS_ACCOUNT_VERSION ?? '1');
      if (current >= Number(version)) return settings;
      return { ...settings, Parameters: { ...settings.Parameters, CROSS_ACCOUNT_VERSION: version } };
    };
    return this.change(edit, new Set());
  }

  private async change(
    edit: (settings: DataLakeSettings) => DataLakeSettings,
    formerly: ReadonlySet<string>,
  ): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const current = await this.get();
      if (same(current, this.withoutSkipped(edit(current)))) return;
      const wanted = this.withoutSkipped(edit(current));
      const fault = await this.put(wanted);
      if (!fault) {
        await this.pause();
      } else if (isInvalidPrincipal(fault)) {
        await this.skip(fault, attempt, current, wanted, formerly);
      } else if (!(await this.patience.again(fault, attempt))) {
        throw new Error(`SettingsRefused: ${fault.code}: ${fault.message}`);
      }
    }
  }

  /**
   * Lake Formation refuses the whole document for one principal that is gone, and names it: "Invalid principal, arn: …".
   *
   * If it names none, one is left out at a time: as long as the wrong one is in, the refused call changes nothing.
   */
  private async skip(
    fault: Fault,
    attempt: number,
    current: DataLakeSettings,
    wanted: DataLakeSettings,
    formerly: ReadonlySet<string>,
  ): Promise<void> {
    const present = new Set(KINDS.flatMap((kind) => names(current, kind)));
    const all = [...new Set(KINDS.flatMap((kind) => names(wanted, kind)))];
    const mentioned = all.filter((principal) => fault.message.includes(principal));
    // role/Ana is also a part of role/Analyst
    const named = mentioned.filter((one) => !mentioned.some((other) => other !== one && other.startsWith(one)));
    const gone = named.filter((principal) => present.has(principal));
    if (gone.length > 0) return this.leaveOut(gone);
    // a role that has just been made isn't known everywhere at once
    if (await this.patience.again(fault, attempt)) return undefined;
    if (named.length > 0 && named.every((principal) => formerly.has(principal))) return this.leaveOut(named);
    if (named.length > 0) {
      throw new Error(
        `InvalidPrincipal: "${named.join('", "')}" → Lake Formation knows roles and users that exist → correct the ARN`,
      );
    }
    for (const principal of [...all].sort((a, b) => Number(present.has(b)) - Number(present.has(a)))) {
      if (!(await this.put(without(wanted, new Set([principal]))))) return this.leaveOut([principal]);
    }
    throw new Error(
      `InvalidPrincipal: one of "${all.join('", "')}" → Lake Formation knows roles and users that exist, and doesn't say ` +
        'which of these is none → take administrators that were deleted out of the data lake settings',
    );
  }

  private leaveOut(principals: readonly string[]): undefined {
    for (const principal of principals) this.skipped.add(principal);
  }

  private withoutSkipped(settings: DataLakeSettings): DataLakeSettings {
    return without(settings, this.skipped);
  }

  private async get(): Promise<DataLakeSettings> {
    const answer = await this.patience.call(() => this.lakeFormation.send(new GetDataLakeSettingsCommand({})));
    return answer.DataLakeSettings ?? {};
  }

  private async put(DataLakeSettings: DataLakeSettings): Promise<Fault | undefined> {
    try {
      await this.lakeFormation.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
      return undefined;
    } catch (error) {
      return faultOf(error);
    }
  }
}

function names(settings: DataLakeSettings, kind: Administrator['kind']): string[] {
  return (settings[LISTS[kind]] ?? []).map(({ DataLakePrincipalIdentifier }) => DataLakePrincipalIdentifier ?? '');
}

/** All other members stay as they are. */
function edited(
  settings: DataLakeSettings,
  edit: (kind: Administrator['kind'], present: string[]) => string[],
): DataLakeSettings {
  const lists = KINDS.map((kind): [string, DataLakePrincipal[]] => [
    LISTS[kind],
    [...new Set(edit(kind, names(settings, kind)))].map((one) => ({ DataLakePrincipalIdentifier: one })),
  ]);
  return { ...settings, ...Object.fromEntries(lists) };
}

function without(settings: DataLakeSettings, principals: ReadonlySet<string>): DataLakeSettings {
  return edited(settings, (_, present) => present.filter((principal) => !principals.has(principal)));
}

function same(a: DataLakeSettings, b: DataLakeSettings): boolean {
  const text = (settings: DataLakeSettings) =>
    JSON.stringify([settings.Parameters ?? {}, ...KINDS.map((kind) => names(settings, kind).sort())]);
  return text(a) === text(b);
}
