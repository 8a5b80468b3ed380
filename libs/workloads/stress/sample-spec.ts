import type { z } from 'zod';
import { StoredStressSpec, StressPlanSpec } from './stress.schema.js';

/** A write of ten rows by one thread, with the defaults of everything else, of which a test changes what it is about. */
export const sampleSpec = (fields: Partial<z.input<typeof StressPlanSpec>> = {}): StoredStressSpec =>
  StoredStressSpec.parse({
    operation: 'write',
    stop: { type: 'operations', count: 10 },
    rate: { model: 'closed', threads: 1 },
    command: 'write n=10',
    ...fields,
  });
