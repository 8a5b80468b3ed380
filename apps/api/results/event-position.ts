/**
 * How far a reader has come in a run's events; the `id` of each event. Intervals are sent as several rows (one per
 * operation, and total): `rows` says how many of interval `interval` were sent, so that a reader that was cut off in
 * between gets the rest and nothing twice.
 */
export interface EventPosition {
  statuses: number;
  interval: number;
  rows: number;
  logId: number;
}

export const START: EventPosition = { statuses: 0, interval: 0, rows: 0, logId: 0 };

export const formatPosition = ({ statuses, interval, rows, logId }: EventPosition): string =>
  `s${statuses}-i${interval}.${rows}-l${logId}`;

/** The position of a Last-Event-ID; from the start when it is none of ours. */
export function parsePosition(id: string | undefined): EventPosition {
  const match = /^s(\d{1,9})-i(\d{1,12})\.(\d{1,6})-l(\d{1,15})$/.exec(id ?? '');
  if (match === null) return START;
  const [statuses = 0, interval = 0, rows = 0, logId = 0] = match.slice(1).map(Number);
  return { statuses, interval, rows, logId };
}
