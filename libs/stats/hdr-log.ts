import type { HistogramType, IntervalSnapshot } from '#libs/contract/interval.js';
import { Histogram } from './histogram.js';

/*
 * HDR log, format 1.3, as HdrHistogram's HistogramLogWriter and cassandra-stress write it: times in seconds relative to a
 * base time, the interval's maximum in milliseconds, the payload base64 of the compressed V2 encoding.
 */
const LEGEND = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"';
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TYPES: readonly HistogramType[] = ['st', 'rt', 'wt'];

const two = (value: number): string => String(value).padStart(2, '0');

/** A whole number of thousandths with three decimals, as Java's %.3f: halves up, where toFixed goes by the binary fraction. */
const thousandths = (value: number): string => {
  const whole = Math.floor(value + 0.5);
  return `${Math.floor(whole / 1000)}.${String(whole % 1000).padStart(3, '0')}`;
};

/** java.util.Date's text in UTC: `Fri Nov 20 22:06:31 UTC 2026`. */
function javaDate(epochMs: number): string {
  const date = new Date(epochMs);
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${time} UTC ${date.getUTCFullYear()}`;
}

/** Time that all timestamps of the log are relative to: the start, floored to a second. */
export const baseTimeMs = (startMs: number): number => Math.floor(startMs / 1000) * 1000;

/** The lines before the first interval. */
export function hdrLogHeader(startMs: number): string[] {
  const base = baseTimeMs(startMs);
  return [
    '#Logging op latencies for Cassandra Stress',
    '#[Histogram log format version 1.3]',
    `#[BaseTime: ${thousandths(base)} (seconds since epoch)]`,
    `#[StartTime: ${thousandths(base)} (seconds since epoch), ${javaDate(base)}]`,
    LEGEND,
  ];
}

/** Which histograms of a snapshot are wanted; all when absent. */
export interface HdrSelection {
  operation?: string | undefined;
  type?: HistogramType | undefined;
}

/** The lines of one interval: a tag `<OPERATION>-<type>` for each histogram that is not empty. */
export function hdrLogLines(snapshot: IntervalSnapshot, startMs: number, selection: HdrSelection = {}): string[] {
  const relative = thousandths(snapshot.startMs - baseTimeMs(startMs));
  const length = thousandths(snapshot.lengthMs);
  const lines: string[] = [];
  for (const name of Object.keys(snapshot.operations).sort()) {
    if (selection.operation !== undefined && selection.operation !== name) continue;
    for (const type of TYPES) {
      const bytes = snapshot.operations[name]?.[type];
      if (bytes === undefined || (selection.type !== undefined && selection.type !== type)) continue;
      const histogram = Histogram.decode(bytes);
      if (histogram.count > 0) {
        const payload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
        lines.push(`Tag=${name}-${type},${relative},${length},${thousandths(histogram.maxNs / 1000)},${payload}`);
      }
      histogram.destroy();
    }
  }
  return lines;
}
