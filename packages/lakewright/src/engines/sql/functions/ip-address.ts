import type { FunctionArea } from './entry';

/** IP addresses: 16 bytes (`runtime/scalars/ip-address.ts`). */
export const ipAddress: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/ipaddress.html',
  scalar: {
    'contains(varchar, ipaddress): boolean': 'lw_ip_in($1, $2)',
  },
};
