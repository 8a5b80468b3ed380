import type { Pacing } from '#libs/contract/interval.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const counted = (all: readonly Pacing[]): Pick<Pacing, 'decreases' | 'backoffs' | 'backoffMs' | 'verified'> => ({
  decreases: sum(all.map((one) => one.decreases)),
  backoffs: sum(all.map((one) => one.backoffs)),
  backoffMs: sum(all.map((one) => one.backoffMs)),
  verified: sum(all.map((one) => one.verified)),
});

const there = (all: readonly (Pacing | undefined)[]): Pacing[] => all.filter((one) => one !== undefined);

/** The same interval of several lanes or executors; undefined when none of them holds back. */
export function mergePacing(all: readonly (Pacing | undefined)[]): Pacing | undefined {
  const present = there(all);
  if (present.length === 0) return undefined;
  return {
    limit: sum(present.map((one) => one.limit)),
    lowest: sum(present.map((one) => one.lowest)),
    inFlight: sum(present.map((one) => one.inFlight ?? 0)),
    poolKeys: sum(present.map((one) => one.poolKeys)),
    isReading: present.some((one) => one.isReading),
    ...counted(present),
  };
}

/** Intervals that follow each other: states are those at the end. Undefined when none holds back. */
export function pacingInTime(all: readonly (Pacing | undefined)[]): Pacing | undefined {
  const present = there(all);
  const last = present.at(-1);
  if (last === undefined) return undefined;
  return { ...last, lowest: Math.min(...present.map((one) => one.lowest)), ...counted(present) };
}
