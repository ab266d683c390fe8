import type { ApiShape } from '../../api-shape';
import type { Operation } from '../../service';
import type { CatalogContext } from '../catalog/context';
import { alreadyExists, entityNotFound, invalidInput, notLocal } from '../errors';
import { compact, pick, requiredString } from '../input';
import { page } from '../paging';
import { StateMap } from '../state-map';

const KINDS = {
  CsvClassifier: [
    'Name',
    'Delimiter',
    'QuoteSymbol',
    'ContainsHeader',
    'Header',
    'DisableValueTrimming',
    'AllowSingleColumn',
    'CustomDatatypeConfigured',
    'CustomDatatypes',
    'Serde',
  ],
  JsonClassifier: ['Name', 'JsonPath'],
} as const;

type Kind = keyof typeof KINDS;

/** Custom classifiers: CSV and JSON paths are run; grok and XML are refused by name. */
export class Classifiers {
  private readonly stored: StateMap<ApiShape>;

  public constructor(private readonly context: CatalogContext) {
    this.stored = new StateMap(context.lake.workspace, 'glue-classifiers');
  }

  /** The structures (`{CsvClassifier: {…}}`) of the named classifiers, in that order. */
  public named(names: readonly string[]): ApiShape[] {
    return names.map((name) => this.require(name));
  }

  /** Creates or replaces: what a template declares. */
  public put(input: ApiShape): void {
    const { kind, body } = checked(input);
    const former = this.stored.get(body.Name)?.[kind];
    this.store(kind, body, former);
  }

  public operations(): Record<string, Operation> {
    return {
      CreateClassifier: async (input) => {
        const { kind, body } = checked(input);
        if (this.stored.get(body.Name)) throw alreadyExists(`Classifier with name ${body.Name}`);
        this.store(kind, body);
        return {};
      },

      UpdateClassifier: async (input) => {
        const kind = kindOf(input);
        const former = this.require(input[kind].Name)[kind];
        if (!former) throw invalidInput(`The classifier ${input[kind].Name} is not a ${kind}.`);
        const { body } = checked({ [kind]: { ...former, ...input[kind] } });
        this.store(kind, body, former);
        return {};
      },

      GetClassifier: async (input) => ({ Classifier: this.require(input.Name) }),

      GetClassifiers: async (input) => {
        const { items, NextToken } = page(this.stored.entries(), ([name]) => name, input, 1000);
        return compact({ Classifiers: items.map(([, classifier]) => classifier), NextToken });
      },

      DeleteClassifier: async (input) => {
        this.require(input.Name);
        this.stored.delete(input.Name);
        return {};
      },
    };
  }

  private require(name: ApiShape): ApiShape {
    const classifier = this.stored.get(requiredString(name, 'name'));
    if (!classifier) throw entityNotFound(`Classifier ${name} not found.`);
    return classifier;
  }

  private store(kind: Kind, body: ApiShape, former?: ApiShape): void {
    const now = this.context.now();
    this.stored.put(body.Name, {
      [kind]: {
        ...body,
        CreationTime: former?.CreationTime ?? now,
        LastUpdated: now,
        Version: (former?.Version ?? 0) + 1,
      },
    });
  }
}

function kindOf(input: ApiShape): Kind {
  if (input.GrokClassifier) throw notLocal('a grok classifier', 'Use a CSV or JSON classifier, or declare the table.');
  if (input.XMLClassifier)
    throw notLocal('an XML classifier', 'Convert the files to JSON lines, or declare the table.');
  const kinds = (Object.keys(KINDS) as Kind[]).filter((kind) => input[kind]);
  if (kinds.length !== 1) throw invalidInput('Exactly one of CsvClassifier and JsonClassifier must be given.');
  return kinds[0];
}

function checked(input: ApiShape): { kind: Kind; body: ApiShape } {
  const kind = kindOf(input);
  const body = pick(input[kind], KINDS[kind]);
  requiredString(body.Name, `${kind}.name`);
  if (kind === 'JsonClassifier') requiredString(body.JsonPath, 'jsonClassifier.jsonPath', 10_240);
  for (const member of ['Delimiter', 'QuoteSymbol']) {
    if (body[member] !== undefined && [...String(body[member])].length !== 1) {
      throw invalidInput(`The ${member} of the classifier ${body.Name} must be one character, got "${body[member]}".`);
    }
  }
  if (body.Delimiter !== undefined && body.Delimiter === body.QuoteSymbol) {
    throw invalidInput(`The QuoteSymbol of the classifier ${body.Name} must differ from its Delimiter.`);
  }
  oneOf(body, 'ContainsHeader', ['UNKNOWN', 'PRESENT', 'ABSENT']);
  oneOf(body, 'Serde', ['OpenCSVSerDe', 'LazySimpleSerDe', 'None']);
  return { kind, body };
}

function oneOf(body: ApiShape, member: string, allowed: readonly string[]): void {
  if (body[member] === undefined || allowed.includes(body[member])) return;
  throw invalidInput(`${member} of the classifier ${body.Name} is "${body[member]}"; allowed: ${allowed.join(', ')}.`);
}
