import { arrayMacros } from './macros/arrays';
import { castMacros } from './macros/casts';
import { numberMacros } from './macros/numbers';
import { textMacros } from './macros/texts';
import { timeMacros } from './macros/times';
import { binaryScalars } from './scalars/binary';
import { bingTileScalars } from './scalars/bing-tile';
import { momentScalars } from './scalars/central-moments';
import { distributionScalars } from './scalars/distribution';
import { geometryScalars } from './scalars/geometry';
import { hashScalars } from './scalars/hash';
import { icebergHashScalars } from './scalars/iceberg-hash';
import { ipAddressScalars } from './scalars/ip-address';
import { isoTimeScalars } from './scalars/iso-time';
import { formatScalars } from './scalars/java-format';
import { uuidScalars } from './scalars/java-uuid';
import { jodaTimeScalars } from './scalars/joda-time';
import { jsonScalars } from './scalars/json';
import { jsonCastScalars } from './scalars/json-cast';
import { mysqlTimeScalars } from './scalars/mysql-time';
import { regexpScalars } from './scalars/regexp';
import { sketchScalars } from './scalars/sketches';
import { sortScalars } from './scalars/sort-order';
import { sqlJsonScalars } from './scalars/sql-json';
import { textScalars } from './scalars/text';
import { unitScalars } from './scalars/units';
import { urlScalars } from './scalars/url';
import { wideDecimalScalars } from './scalars/wide-decimal';
import type { SupportFunctions } from './support';

/** Everything named `lw_…` that function templates and emitted SQL call. */
export const vocabulary: SupportFunctions = {
  // A macro is created after those that it calls.
  macros: [...numberMacros, ...arrayMacros, ...textMacros, ...castMacros, ...timeMacros],
  scalars: [
    ...textScalars,
    ...unitScalars,
    ...formatScalars,
    ...binaryScalars,
    ...hashScalars,
    ...distributionScalars,
    ...wideDecimalScalars,
    ...sketchScalars,
    ...momentScalars,
    ...geometryScalars,
    ...bingTileScalars,
    ...regexpScalars,
    ...urlScalars,
    ...sortScalars,
    ...jsonScalars,
    ...jsonCastScalars,
    ...sqlJsonScalars,
    ...mysqlTimeScalars,
    ...jodaTimeScalars,
    ...isoTimeScalars,
    ...icebergHashScalars,
    ...ipAddressScalars,
    ...uuidScalars,
  ],
};
