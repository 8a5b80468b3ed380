/** Of the UUID epoch (1582-10-15) from 1970, in 100 ns steps. */
const EPOCH_STEPS = 122_192_928_000_000_000n;
const STEPS_PER_MICRO = 10n;

/** The smallest timeuuid of an instant, as ScyllaDB orders them: by time, then the other bytes as signed ones. */
export function firstTimeuuid(epochMs: number): string {
  const steps = (BigInt(Math.floor(epochMs * 1000)) * STEPS_PER_MICRO + EPOCH_STEPS).toString(16).padStart(15, '0');
  return `${steps.slice(7)}-${steps.slice(3, 7)}-1${steps.slice(0, 3)}-8080-808080808080`;
}

/** When a timeuuid was made, epoch microseconds. */
export function microsOf(timeuuid: string): number {
  const [low = '', middle = '', high = ''] = timeuuid.split('-');
  return Number((BigInt(`0x${high.slice(1)}${middle}${low}`) - EPOCH_STEPS) / STEPS_PER_MICRO);
}
