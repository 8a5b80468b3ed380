import { z } from 'zod';

/** A file that a run has left. */
export const Artifact = z
  .object({
    name: z.string(),
    type: z.string().describe('Media type'),
    bytes: z.int(),
    createdAtMs: z.int().describe('Of its first part, epoch milliseconds'),
  })
  .meta({ id: 'Artifact' });
export type Artifact = z.infer<typeof Artifact>;

/** Something that happened at a time of a run. */
export const Annotation = z
  .object({
    id: z.int(),
    atMs: z.int().describe('Epoch milliseconds'),
    label: z.string(),
    source: z.string().describe('Who said it: executor:<id>, or who called the API'),
  })
  .meta({ id: 'Annotation' });
export type Annotation = z.infer<typeof Annotation>;
