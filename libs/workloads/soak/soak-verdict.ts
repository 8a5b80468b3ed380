import type { SoakReport, SoakSpec } from './soak.schema.js';

/** Why a run that was carried out fails all the same: a sentence; undefined when it does not. */
export function soakVerdict(
  { failOnMismatch }: Pick<SoakSpec, 'failOnMismatch'>,
  { missing, different }: Pick<SoakReport, 'missing' | 'different'>,
): string | undefined {
  if (!failOnMismatch || missing + different === 0) return undefined;
  return `${missing} rows that had been acknowledged were not found and ${different} were other than written: see the mismatches`;
}
