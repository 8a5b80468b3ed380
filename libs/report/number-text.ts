const NONE = '-';

/** A count with its thousands apart. */
export const countText = (value: number | null): string =>
  value === null ? NONE : Math.round(value).toLocaleString('en-US');

/** A rate: whole from 100 on. */
export const rateText = (value: number | null): string =>
  value === null ? NONE : value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 });

/** Milliseconds with the three digits that histograms hold; a dash where too few samples support it. */
export const msText = (value: number | null): string => {
  if (value === null) return NONE;
  const size = Math.abs(value);
  if (size >= 100) return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
};

export const shareText = (share: number | null): string =>
  share === null ? NONE : `${(100 * share).toLocaleString('en-US', { maximumFractionDigits: 2 })} %`;

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toLocaleString('en-US', { maximumFractionDigits: power === 0 ? 0 : 2 })} ${UNITS[power]}`;
}

/** Seconds, or minutes and hours of long ones. */
export function durationText(seconds: number): string {
  if (seconds < 120) return `${Number(seconds.toFixed(1))} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest = `${minutes} min ${Math.round(seconds % 60)} s`;
  return hours === 0 ? rest : `${hours} h ${rest}`;
}

export const instantText = (atMs: number | null): string =>
  atMs === null ? NONE : `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
