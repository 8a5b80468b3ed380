/** From values to places on an axis, and where its lines and numbers go. */
export interface Scale {
  /** Share of the axis, 0 to 1; values outside lie at its ends. */
  at(value: number): number;
  ticks: readonly number[];
}

const FACTORS = [1, 2, 5, 10];
const inside = (share: number): number => Math.min(1, Math.max(0, share));

/** 1, 2 or 5 times a power of ten, so that at most `count` of them make `value`. */
export function stepFor(value: number, count: number): number {
  const rough = value / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return (FACTORS.find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
}

/** From 0 to a round number of at least `highest`. */
export function linearScale(highest: number, count: number): Scale {
  const top = highest > 0 ? highest : 1;
  const step = stepFor(top, count);
  const steps = Math.ceil(top / step - 1e-9);
  return {
    at: (value) => inside(value / (steps * step)),
    ticks: Array.from({ length: steps + 1 }, (_, index) => index * step),
  };
}

/** From 0 to `highest` itself: for time, which ends where the run does. */
export function timeScale(highest: number, count: number): Scale {
  const top = highest > 0 ? highest : 1;
  const step = stepFor(top, count);
  return {
    at: (value) => inside(value / top),
    ticks: Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, index) => index * step),
  };
}

/** Between powers of ten, or two and five times those, that hold all values; those of 0 and less lie at the lower end. */
export function logScale(lowest: number, highest: number): Scale {
  const [low, high] = lowest > 0 ? [lowest, Math.max(lowest, highest)] : [1, 10];
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const factor of [1, 2, 5]) all.push(Number((factor * 10 ** power).toPrecision(3)));
  const from = Math.max(
    0,
    all.findLastIndex((tick) => tick <= low),
  );
  const found = all.findIndex((tick, index) => index > from && tick >= high);
  const ticks = all.slice(from, found < 0 ? undefined : found + 1);
  const [bottom = 1, top = 10] = [ticks[0], ticks.at(-1)];
  const span = Math.log(top / bottom);
  const shown = ticks.length > 9 ? ticks.filter((tick) => /^1(0*|e.*)$|^0\.0*1$/.test(String(tick))) : ticks;
  return { at: (value) => (value <= bottom ? 0 : inside(Math.log(value / bottom) / span)), ticks: shown };
}

/** A number beside an axis. */
export const shortNumber = (value: number): string =>
  value >= 1e6
    ? `${Number((value / 1e6).toPrecision(4))}M`
    : value >= 1e4
      ? `${Number((value / 1e3).toPrecision(4))}k`
      : String(Number(value.toPrecision(4)));
