/** What a rank test says of two samples. */
export interface RankTest {
  /** Of the second sample: in how many pairs its value is the larger, ties as half. */
  u: number;
  /** Two-sided: how likely a U at least this far from the middle is when both samples are of one distribution. */
  pValue: number;
  isExact: boolean;
  /** Cliff's delta: P(second > first) - P(second < first), -1 to 1. */
  delta: number;
}

/** Above it the normal distribution is as good, and cheaper. */
const LARGEST_EXACT = 20;

/**
 * Mann and Whitney's U (1947): exact where no two values are equal and both samples are small, else by the normal
 * distribution with corrections for ties and continuity (Hollander and Wolfe, Nonparametric Statistical Methods, section
 * 4.1). The effect size is Cliff's delta (1993), 2 U / (n m) - 1. Values within a sample are taken to be independent.
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): RankTest {
  const [n, m] = [first.length, second.length];
  const { rankSum, tieTerm } = ranks(first, second);
  const u = rankSum - (m * (m + 1)) / 2;
  const isExact = tieTerm === 0 && n <= LARGEST_EXACT && m <= LARGEST_EXACT;
  const pValue = isExact ? exact(u, n, m) : byNormal(u, n, m, tieTerm);
  return { u, pValue: Math.min(1, pValue), isExact, delta: (2 * u) / (n * m) - 1 };
}

/** Sum of the second sample's ranks among all values, equal ones sharing theirs; and the sum of t^3 - t over ties. */
function ranks(first: readonly number[], second: readonly number[]): { rankSum: number; tieTerm: number } {
  const all = [...first.map((value) => ({ value, second: 0 })), ...second.map((value) => ({ value, second: 1 }))];
  all.sort((one, other) => one.value - other.value);
  let [rankSum, tieTerm] = [0, 0];
  for (let from = 0; from < all.length;) {
    let to = from;
    let ofSecond = 0;
    while (to < all.length && all[to]?.value === all[from]?.value) ofSecond += all[to++]?.second ?? 0;
    const ties = to - from;
    rankSum += ofSecond * (from + (ties + 1) / 2);
    tieTerm += ties ** 3 - ties;
    from = to;
  }
  return { rankSum, tieTerm };
}

/** By the number of orders with each U: ways(n, m, u) = ways(n - 1, m, u - m) + ways(n, m - 1, u). */
function exact(u: number, n: number, m: number): number {
  let rows: number[][] = Array.from({ length: m + 1 }, () => [1]);
  for (let i = 1; i <= n; i++) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= m; j++) {
      const ways = Array.from({ length: i * j + 1 }, (_, at) => (rows[j]?.[at - j] ?? 0) + (next[j - 1]?.[at] ?? 0));
      next.push(ways);
    }
    rows = next;
  }
  const ways = rows[m] ?? [1];
  const all = ways.reduce((sum, count) => sum + count, 0);
  const lower = Math.min(u, n * m - u);
  const tail = ways.slice(0, Math.floor(lower) + 1).reduce((sum, count) => sum + count, 0);
  return (2 * tail) / all;
}

function byNormal(u: number, n: number, m: number, tieTerm: number): number {
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - tieTerm / (all * (all - 1)));
  if (variance <= 0) return 1;
  const z = (Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return 2 * upperTail(Math.max(0, z));
}

/** P(Z > z) for z >= 0, to within 7.5e-8: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * z);
  const polynomial =
    t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}

export type EffectSize = 'negligible' | 'small' | 'medium' | 'large';

/** Limits of Romano, Kromrey, Coraggio and Skowronek (2006): 0.147, 0.33, 0.474. */
export function effectSize(delta: number): EffectSize {
  const size = Math.abs(delta);
  if (size < 0.147) return 'negligible';
  if (size < 0.33) return 'small';
  return size < 0.474 ? 'medium' : 'large';
}
