import { normalQuantile } from '#libs/stress/normal-quantile.js';
import type { SizeBin, SizeDistribution } from '#libs/workloads/generate/generate.schema.js';

const KB = 1024;

/**
 * The production-like default, lower edges in KB and shares in percent: mean 8.05 KB, the peak of 22 % around 4.2 KB, and
 * a long thin tail to 151 KB (one row in a hundred is above 26 KB).
 */
const PRODUCTION: readonly (readonly [fromKb: number, percent: number])[] = [
  [3.7, 6],
  [4.1, 22],
  [4.3, 14],
  [5, 13],
  [6, 14],
  [8, 9],
  [10, 8],
  [13, 6],
  [17, 4.5],
  [22, 2.5],
  [26, 0.7],
  [40, 0.25],
  [80, 0.05],
];
const PRODUCTION_TO_KB = 151;

/** A lognormal distribution is cut into so many bins, each by the same factor wider than the one before; uniform within. */
const LOGNORMAL_BINS = 512;
const SMALLEST_SHARE = 1e-10;
/** Shown bins at most, and those that a single wide one is shown as. */
const MOST_SHOWN = 64;
const SPLIT = 16;

function production(): SizeBin[] {
  return PRODUCTION.map(([fromKb, percent], index) => ({
    fromBytes: Math.round(fromKb * KB),
    toBytes:
      Math.round((PRODUCTION[index + 1]?.[0] ?? PRODUCTION_TO_KB) * KB) - (index + 1 < PRODUCTION.length ? 1 : 0),
    share: percent / 100,
  }));
}

type Lognormal = Extract<SizeDistribution, { type: 'lognormal' }>;

function lognormal({ medianBytes, sigma, minBytes, maxBytes }: Lognormal): SizeBin[] {
  const quantile = (probability: number) => medianBytes * Math.exp(sigma * normalQuantile(probability));
  const end = maxBytes + 1;
  const edges = Array.from({ length: LOGNORMAL_BINS + 1 }, (_, index) =>
    Math.round(minBytes * (end / minBytes) ** (index / LOGNORMAL_BINS)),
  );
  const distinct = [...new Set(edges)];
  const below = distinct.map((bytes) => probabilityBelow(quantile, bytes));
  const within = (below.at(-1) ?? 1) - (below[0] ?? 0);
  const bins = distinct.slice(1).map((to, index) => ({
    fromBytes: distinct[index] ?? minBytes,
    toBytes: to - 1,
    share: ((below[index + 1] ?? 1) - (below[index] ?? 0)) / within,
  }));
  // Bounds far out in the tails: nothing would ever be drawn there.
  return bins.filter(({ share }) => share > SMALLEST_SHARE);
}

/** The inverse of a quantile function, by halving. */
function probabilityBelow(quantile: (probability: number) => number, bytes: number): number {
  let [low, high] = [1e-12, 1 - 1e-12];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (quantile(middle) < bytes) low = middle;
    else high = middle;
  }
  return low;
}

type ByType = { [D in SizeDistribution as D['type']]: D };
type Of<T extends keyof ByType> = { [P in T]: { type: P } & ByType[P] }[T];

const BINS: { [T in keyof ByType]: (distribution: Of<T>) => SizeBin[] } = {
  production,
  fixed: ({ bytes }) => [{ fromBytes: bytes, toBytes: bytes, share: 1 }],
  uniform: ({ minBytes, maxBytes }) => [{ fromBytes: minBytes, toBytes: maxBytes, share: 1 }],
  lognormal,
  histogram: ({ bins }) => {
    const sum = bins.reduce((total, { share }) => total + share, 0);
    return bins.map((bin) => ({ ...bin, share: bin.share / sum }));
  },
};

/** Any distribution as a histogram: ascending, without overlap, shares that sum to 1. */
export const sizeBins = <T extends keyof ByType>(distribution: Of<T>): SizeBin[] =>
  BINS[distribution.type](distribution);

/** Mean size in bytes of what `bins` describe. */
export const meanBytes = (bins: readonly SizeBin[]): number =>
  bins.reduce((sum, { fromBytes, toBytes, share }) => sum + (share * (fromBytes + toBytes)) / 2, 0);

/** The same distribution in few bins: narrow neighbours joined, a single wide one split. */
export function shownBins(bins: readonly SizeBin[]): SizeBin[] {
  const [only] = bins;
  if (only && bins.length === 1) return split(only);
  const joined = Math.ceil(bins.length / MOST_SHOWN);
  return Array.from({ length: Math.ceil(bins.length / joined) }, (_, index) => {
    const group = bins.slice(index * joined, (index + 1) * joined);
    return {
      fromBytes: group[0]?.fromBytes ?? 0,
      toBytes: group.at(-1)?.toBytes ?? 0,
      share: group.reduce((sum, { share }) => sum + share, 0),
    };
  });
}

function split({ fromBytes, toBytes, share }: SizeBin): SizeBin[] {
  const width = toBytes - fromBytes + 1;
  const parts = Math.min(SPLIT, width);
  const edge = (index: number) => fromBytes + Math.floor((width * index) / parts);
  return Array.from({ length: parts }, (_, index) => ({
    fromBytes: edge(index),
    toBytes: edge(index + 1) - 1,
    share: (share * (edge(index + 1) - edge(index))) / width,
  }));
}
