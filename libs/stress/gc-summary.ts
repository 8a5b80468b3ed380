import type { ServerGc } from '#libs/contract/interval.js';
import { gcDeviationMs } from '#libs/stats/server-gc.js';
import { fixed, fixedGrouped } from './java-format.js';

const UNITS = [
  ['GiB', 1 << 30],
  ['MiB', 1 << 20],
  ['KiB', 1 << 10],
] as const;

function memory(bytes: number): string {
  const [unit, size] = UNITS.find(([, least]) => bytes >= least) ?? UNITS[2];
  return `${fixed(bytes / size, 3)} ${unit}`;
}

/** The summary's lines on garbage collection; `NaN ms` where there was none is the original's. */
export const gcSummary = (gc: ServerGc | undefined): string[] => [
  `Total GC count            : ${fixedGrouped(gc?.collections ?? 0, 0)}`,
  `Total GC memory           : ${memory(gc?.bytes ?? 0)}`,
  `Total GC time             : ${fixedGrouped((gc?.sumMs ?? 0) / 1000, 1, 6)} seconds`,
  `Avg GC time               : ${fixedGrouped((gc?.sumMs ?? 0) / (gc?.collections ?? 0), 1, 6)} ms`,
  `StdDev GC time            : ${fixedGrouped(gcDeviationMs(gc), 1, 6)} ms`,
];
