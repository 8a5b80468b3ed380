import { z } from 'zod';

const ISO_8601 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** A point in time in a query: ISO 8601 or epoch milliseconds; parsed to epoch milliseconds. */
export const Instant = z
  .string()
  .max(40)
  .transform((text, context) => {
    const epochMs = /^\d{1,15}$/.test(text) ? Number(text) : ISO_8601.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isFinite(epochMs)) return epochMs;
    context.addIssue({ code: 'custom', message: 'expected ISO 8601 or epoch milliseconds' });
    return z.NEVER;
  });

const UNIT_MS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A length of time in a query: `500ms`, `10s`, `5m`, `1h`, or bare milliseconds; parsed to milliseconds. */
export const Duration = z
  .string()
  .max(20)
  .transform((text, context) => {
    const match = /^(\d{1,12})(ms|s|m|h)?$/.exec(text);
    const durationMs = Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ''] ?? Number.NaN);
    if (Number.isFinite(durationMs) && durationMs > 0) return durationMs;
    context.addIssue({ code: 'custom', message: 'expected a length of time such as 500ms, 10s or 5m' });
    return z.NEVER;
  });
