import type { Operation } from '../../service';
import { notLocal } from '../errors';

const ENFORCEMENT =
  'It gives whole tables to engines that filter them themselves, which no local engine is registered as: use GetTable and GetPartitions, which show what the caller may know.';
const FUNCTIONS = 'Hive functions need an engine that loads their JAR.';

/** Operations that answer with a clear refusal, since an empty or unfiltered answer would be wrong. */
const REFUSED: Readonly<Record<string, string>> = {
  GetUnfilteredTableMetadata: ENFORCEMENT,
  GetUnfilteredPartitionMetadata: ENFORCEMENT,
  GetUnfilteredPartitionsMetadata: ENFORCEMENT,
  CreateUserDefinedFunction: FUNCTIONS,
  UpdateUserDefinedFunction: FUNCTIONS,
  DeleteUserDefinedFunction: FUNCTIONS,
};

export const refusedOperations: Readonly<Record<string, Operation>> = Object.fromEntries(
  Object.entries(REFUSED).map(([name, instead]) => [
    name,
    async () => {
      throw notLocal(`glue:${name}`, instead);
    },
  ]),
);
