import type { QueryReport, QuerySpec } from './query.schema.js';

/** Why a run that was carried out fails all the same: a sentence; undefined when it does not. */
export function queryVerdict(
  { check }: Pick<QuerySpec, 'check'>,
  { missing, different }: Pick<QueryReport, 'missing' | 'different'>,
): string | undefined {
  if (!check.fail || missing + different === 0) return undefined;
  return `${missing} rows were not found and ${different} differ from the CSV: see the mismatches, and load what is missing`;
}
