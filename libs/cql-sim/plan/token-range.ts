import type { Bytes } from '../storage/bytes.js';
import { int64Of } from '../storage/bytes.js';
import type { TokenKey } from '../storage/table-data.js';
import type { Call } from './call.js';
import { required, type Restriction } from './where.js';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** The first place whose token is not below `token`. */
export function tokenLowerBound(keys: readonly TokenKey[], token: bigint): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle]?.token ?? MIN) < token) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Bound = (token: bigint) => { from?: bigint; to?: bigint };

/** Inclusive bounds of each operator. */
const BOUNDS: Partial<Record<Restriction['operator'], Bound>> = {
  '=': (token) => ({ from: token, to: token }),
  '>': (token) => ({ from: token + 1n }),
  '>=': (token) => ({ from: token }),
  '<': (token) => ({ to: token - 1n }),
  '<=': (token) => ({ to: token }),
};

/** Keys of the table in token order, narrowed by what the statement says about token(). */
export function keysInRange(keys: readonly TokenKey[], restrictions: readonly Restriction[], call: Call): TokenKey[] {
  let from = MIN;
  let to = MAX;
  for (const { operator, values } of restrictions) {
    const bound = BOUNDS[operator]?.(int64Of(required(values[0]?.(call), 'token')));
    if (bound?.from !== undefined && bound.from > from) from = bound.from;
    if (bound?.to !== undefined && bound.to < to) to = bound.to;
  }
  if (from === MIN && to === MAX) return [...keys];
  return keys.slice(tokenLowerBound(keys, from), tokenLowerBound(keys, to + 1n));
}

/** Index after `key` in token order; the key itself may be gone by now. */
export function placeAfter(keys: readonly TokenKey[], token: bigint, key: Bytes): number {
  let at = tokenLowerBound(keys, token);
  for (let here = keys[at]; here && here.token === token && here.key < key; here = keys[++at]);
  return at;
}
