import { z } from 'zod';
import { Instant } from '../instant.js';

const MOST_KEYS = 20;

export const ServerMetricsQuery = z.strictObject({
  key: z
    .string()
    .max(4096)
    .default('')
    .transform((text) => text.split(',').filter((key) => key !== ''))
    .refine((keys) => keys.length <= MOST_KEYS, `expected at most ${MOST_KEYS} keys`)
    .describe('Keys whose series are answered, separated by commas; none when absent'),
  server: z.string().min(1).max(300).optional().describe('host:port of one server; all when absent'),
  from: Instant.optional().describe('First moment: ISO 8601 or epoch milliseconds'),
  to: Instant.optional().describe('Last moment, included'),
});
export type ServerMetricsQuery = z.infer<typeof ServerMetricsQuery>;

const ServerSeries = z
  .object({ key: z.string(), points: z.array(z.object({ atMs: z.int(), value: z.number() })) })
  .meta({ id: 'ServerSeries' });

/** What the servers of the target said of themselves, each as it was asked. */
export const ServerMetricsList = z
  .object({
    items: z.array(
      z
        .object({
          server: z.string().describe('host:port'),
          samples: z.int(),
          keys: z.array(z.string()).describe('All that are numbers'),
          series: z.array(ServerSeries).describe('Of the keys that were asked for and are there'),
        })
        .meta({ id: 'ServerMetrics' }),
    ),
  })
  .meta({ id: 'ServerMetricsList' });
export type ServerMetricsList = z.infer<typeof ServerMetricsList>;
