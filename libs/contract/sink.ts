import { z } from 'zod';

/** The PostgreSQL database that changes arrive in. `password` is write-only, as a target's. */
export const Sink = z
  .strictObject({
    host: z.string().min(1).max(255),
    port: z.int().min(1).max(65_535).default(5432),
    database: z.string().min(1).max(63).default('warehouse'),
    username: z.string().min(1).max(63).optional(),
    password: z.string().max(1024).optional().meta({ writeOnly: true }),
    tls: z
      .strictObject({
        caPem: z.string().optional(),
        verify: z.boolean().default(true).describe('False trusts any certificate'),
      })
      .optional(),
  })
  .meta({ id: 'Sink' });
export type Sink = z.infer<typeof Sink>;

/** What the API answers: the same without secrets. */
export const SinkView = Sink.omit({ password: true, tls: true })
  .extend({ hasPassword: z.boolean(), hasTls: z.boolean() })
  .meta({ id: 'SinkView' });
type SinkView = z.infer<typeof SinkView>;

export const viewSink = ({ password, tls, ...rest }: Sink): SinkView => ({
  ...rest,
  hasPassword: password !== undefined,
  hasTls: tls !== undefined,
});
