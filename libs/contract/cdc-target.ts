import { z } from 'zod';
import { Sink } from './sink.js';
import { Target } from './target.js';

/** Where changes are written and where they arrive; an embedded pipeline needs neither. */
export const CdcTarget = Target.extend({
  contactPoints: z.array(z.string().min(1).max(255)).max(64).default([]),
  sink: Sink.optional(),
}).meta({ id: 'CdcTarget' });
export type CdcTarget = z.infer<typeof CdcTarget>;
