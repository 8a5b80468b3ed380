import { hasLabels } from '#libs/contract/placement.js';

/** So many with these labels: asked for, or there. */
export interface Share {
  labels: Readonly<Record<string, string>>;
  count: number;
}

/**
 * Gives each demand supplies that have its labels: `given[demand][supply]`, as many as there can be (augmenting paths).
 * What an earlier demand has got is never taken from it by a later one, only exchanged, and a supply that comes earlier is
 * preferred.
 */
export function allot(demands: readonly Share[], supplies: readonly Share[]): number[][] {
  const given = demands.map(() => supplies.map(() => 0));
  const free = supplies.map(({ count }) => count);
  const add = (demand: number, supply: number, count: number): void => {
    const row = given[demand];
    if (row) row[supply] = (row[supply] ?? 0) + count;
  };
  const serve = (demand: number, seen: Set<number>): boolean => {
    for (const [supply, { labels }] of supplies.entries()) {
      if (seen.has(supply) || !hasLabels(labels, demands[demand]?.labels ?? {})) continue;
      seen.add(supply);
      const isFree = (free[supply] ?? 0) > 0;
      const other = isFree
        ? -1
        : demands.findIndex((_, at) => at !== demand && (given[at]?.[supply] ?? 0) > 0 && serve(at, seen));
      if (!isFree && other < 0) continue;
      if (isFree) free[supply] = (free[supply] ?? 0) - 1;
      else add(other, supply, -1);
      add(demand, supply, 1);
      return true;
    }
    return false;
  };
  for (const [demand, { count }] of demands.entries())
    for (let served = 0; served < count && serve(demand, new Set()); served++);
  return given;
}

/** How many of what it wants a demand has got. */
export const servedOf = (given: readonly (readonly number[])[], demand: number): number =>
  given[demand]?.reduce((sum, count) => sum + count, 0) ?? 0;

/** Executors as supplies: those that are alike in the labels that anybody asks for are one. */
export function suppliesOf(executors: readonly { labels: Readonly<Record<string, string>> }[]): Share[] {
  const byLabels = new Map<string, Share>();
  for (const { labels } of executors) {
    const key = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const share = byLabels.get(key);
    if (share) share.count++;
    else byLabels.set(key, { labels, count: 1 });
  }
  return [...byLabels.values()];
}
