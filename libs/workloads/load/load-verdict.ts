import type { LoadReport } from './load.schema.js';

/** Why a load that was carried out fails all the same: a sentence; undefined when it does not. */
export function loadVerdict({ verification }: Pick<LoadReport, 'verification'>): string | undefined {
  if (verification === undefined) return undefined;
  const { checked, missing, different } = verification;
  return missing + different === 0
    ? undefined
    : `of ${checked} rows that were read back ${missing} are missing and ${different} differ from the files: see the mismatches; keys that come more than once in the files, a ttl, and write times before those in the table are reasons, too`;
}

/** Why what was read back proves less than was asked for; undefined when it does not. */
export function unverified({ verification }: Pick<LoadReport, 'verification'>): string | undefined {
  if (verification === undefined || (verification.unanswered === 0 && verification.complete)) return undefined;
  const { checked, unanswered, complete } = verification;
  return `${unanswered} of ${checked} rows that were to be read back had no answer in time${complete ? '' : ', and the check was stopped'}: whether they are there is not known`;
}
