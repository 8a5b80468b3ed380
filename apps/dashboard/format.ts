const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** 1,234,567. */
export const formatCount = (value: number): string => count.format(value);

/** 12.3K: for axes and tiles. */
export const formatCompact = (value: number): string =>
  Math.abs(value) >= 10_000 ? compact.format(value) : formatFigure(value);

/** Three significant digits, and no more than the value has: 0.123, 12.3, 123, 1,234. */
export function formatFigure(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return count.format(value);
  return String(Number(value.toPrecision(3)));
}

/** A latency in milliseconds with its unit, which no line break parts; a dash where too few samples support it. */
export function formatMs(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value >= 10_000) return `${formatFigure(value / 1000)}\u00a0s`;
  if (value > 0 && value < 0.1) return `${formatFigure(value * 1000)}\u00a0µs`;
  return `${formatFigure(value)}\u00a0ms`;
}

/** 0:05, 2:30, 1:02:03, 2 d 1:00:00. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  const clock =
    days > 0 || hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  return days > 0 ? `${days} d ${clock}` : clock;
}

/** 2026-11-21 15:04:05 by the reader's clock. */
export function formatTime(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

/** How long ago: 12 s, 5 min, 3 h, 2 d. */
export function formatAgo(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${formatFigure(bytes / 1024 ** power)} ${UNITS[power]}`;
}

/** The first block of a UUID: enough to tell runs apart in a list. */
export const shortId = (id: string): string => id.slice(0, 8);
