import { z } from 'zod';
import { Annotation, Artifact } from '#libs/contract/artifact.js';
import { RunId } from '../runs/runs.schema.js';

export const ArtifactName = RunId.extend({ name: z.string().min(1).max(255) });
export type ArtifactName = z.infer<typeof ArtifactName>;

export const ArtifactPage = z.object({ items: z.array(Artifact) }).meta({ id: 'ArtifactPage' });
export type ArtifactPage = z.infer<typeof ArtifactPage>;

export const AnnotationPage = z.object({ items: z.array(Annotation) }).meta({ id: 'AnnotationPage' });
export type AnnotationPage = z.infer<typeof AnnotationPage>;

export const CreateAnnotation = z
  .strictObject({
    at: z.iso.datetime({ offset: true }).optional().describe('Now when absent'),
    label: z.string().min(1).max(500),
  })
  .meta({ id: 'CreateAnnotation' });
export type CreateAnnotation = z.infer<typeof CreateAnnotation>;

const MOST_RUNS = 10;

export const ReportQuery = z.strictObject({
  with: z
    .string()
    .max(1024)
    .default('')
    .transform((text) => text.split(',').filter((id) => id !== ''))
    .refine((ids) => ids.length < MOST_RUNS, `expected at most ${MOST_RUNS - 1} other runs`)
    .describe('Other runs, separated by commas'),
});
export type ReportQuery = z.infer<typeof ReportQuery>;
