import type { SizeBin, SizeReport } from '#libs/workloads/generate/generate.schema.js';
import { meanBytes } from './size-bins.js';
import type { SizeCounts } from './size-draw.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Asked against achieved, from what any number of files counted in `bins`. */
export function sizeReport(bins: readonly SizeBin[], parts: readonly SizeCounts[]): SizeReport {
  const filled = parts.filter(({ maxBytes }) => maxBytes > 0);
  const counts = bins.map((_, bin) => sum(filled.map((part) => part.counts[bin] ?? 0)));
  const rows = sum(counts);
  const totalBytes = sum(filled.map((part) => part.totalBytes));
  const shown = bins.map(({ fromBytes, toBytes, share }, bin) => {
    const counted = counts[bin] ?? 0;
    return { fromBytes, toBytes, askedShare: share, rows: counted, share: rows === 0 ? 0 : counted / rows };
  });
  return {
    rows,
    totalBytes,
    minBytes: filled.length === 0 ? 0 : Math.min(...filled.map((part) => part.minBytes)),
    maxBytes: Math.max(0, ...filled.map((part) => part.maxBytes)),
    meanBytes: rows === 0 ? 0 : totalBytes / rows,
    askedMeanBytes: meanBytes(bins),
    bins: shown,
    largestDifference: rows === 0 ? 0 : Math.max(...shown.map((bin) => Math.abs(bin.askedShare - bin.share))),
  };
}

/** What a report counted, so that reports can be added up. */
export const countsOf = ({ bins, totalBytes, minBytes, maxBytes }: SizeReport): SizeCounts => ({
  counts: bins.map(({ rows }) => rows),
  totalBytes,
  minBytes,
  maxBytes,
});
