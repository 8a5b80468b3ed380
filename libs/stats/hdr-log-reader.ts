/** One line of an HDR log. */
export interface HdrLogEntry {
  /** `WRITE-st`; empty when the line has none. */
  tag: string;
  /** Epoch milliseconds. */
  startMs: number;
  lengthMs: number;
  /** As written, in the writer's unit: milliseconds in logs of cassandra-stress. */
  max: number;
  /** What Histogram.decode takes. */
  histogram: Uint8Array;
}

export interface HdrLog {
  version: string;
  /** Epoch milliseconds. */
  startMs: number;
  entries: HdrLogEntry[];
}

const VERSION = /^#\[Histogram log format version ([\d.]+)\]/;
const BASE_TIME = /^#\[BaseTime: ([\d.]+) /;
const START_TIME = /^#\[StartTime: ([\d.]+) /;
const LINE = /^(?:Tag=([^,]+),)?([\d.]+),([\d.]+),([\d.]+),([A-Za-z0-9+/=]+)$/;

const milliseconds = (seconds: string): number => Math.round(Number(seconds) * 1000);

/**
 * Reads an HDR log of HdrHistogram's formats 1.0 to 1.3. Times of lines count from BaseTime where there is one. Throws
 * RangeError with the line's number for a line that is none of the format's.
 */
export function readHdrLog(text: string): HdrLog {
  const log: HdrLog = { version: '', startMs: 0, entries: [] };
  let baseMs = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.startsWith('#')) {
      log.version = VERSION.exec(line)?.[1] ?? log.version;
      baseMs = milliseconds(BASE_TIME.exec(line)?.[1] ?? String(baseMs / 1000));
      log.startMs = milliseconds(START_TIME.exec(line)?.[1] ?? String(log.startMs / 1000));
      continue;
    }
    if (line === '' || line.startsWith('"StartTimestamp"')) continue;
    const [, tag = '', start, length, max, payload] = LINE.exec(line) ?? [];
    if (start === undefined || length === undefined || max === undefined || payload === undefined)
      throw new RangeError(
        `line ${index + 1} of the HDR log: expected [Tag=,]start,length,max,histogram, found other text`,
      );
    log.entries.push({
      tag,
      startMs: baseMs + milliseconds(start),
      lengthMs: milliseconds(length),
      max: Number(max),
      histogram: new Uint8Array(Buffer.from(payload, 'base64')),
    });
  }
  return log;
}
