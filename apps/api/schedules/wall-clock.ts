/** Milliseconds by which the clocks of a time zone are before UTC, at an instant in epoch milliseconds. */
export type OffsetMs = (atMs: number) => number;

/** The clocks of a time zone. Throws RangeError when there is no such zone. */
export function offsetOf(timeZone: string): OffsetMs {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (atMs) => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const wallMs = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return wallMs - Math.floor(atMs / 1000) * 1000;
  };
}

/** The first millisecond after `fromMs` at which the clocks are no longer at `offsetMs`, as they are not at `toMs`. */
export function changeBetween(fromMs: number, toMs: number, offsetMs: number, offset: OffsetMs): number {
  let before = fromMs;
  let after = toMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offset(middle) === offsetMs) before = middle;
    else after = middle;
  }
  return after;
}
