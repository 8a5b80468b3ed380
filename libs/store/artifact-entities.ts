import { EntitySchema, type ValueTransformer } from 'typeorm';

export interface ArtifactPartRow {
  runId: string;
  name: string;
  part: number;
  type: string;
  atMs: number;
  bytes: number;
  body: string;
}

export interface AnnotationRow {
  id: number;
  runId: string;
  atMs: number;
  label: string;
  source: string;
}

/** Raw bigints are strings in PostgreSQL. */
const number: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (typeof value === 'string' ? Number(value) : value),
};

export const artifactPart = new EntitySchema<ArtifactPartRow>({
  name: 'ArtifactPart',
  tableName: 'artifact_parts',
  columns: {
    runId: { name: 'run_id', type: 'text', primary: true },
    name: { name: 'name', type: 'text', primary: true },
    part: { name: 'part_index', type: 'integer', primary: true },
    type: { name: 'media_type', type: 'text' },
    atMs: { name: 'at_ms', type: 'bigint', transformer: number },
    bytes: { name: 'byte_count', type: 'integer' },
    body: { name: 'body', type: 'text' },
  },
});

export const annotation = new EntitySchema<AnnotationRow>({
  name: 'Annotation',
  tableName: 'annotations',
  columns: {
    id: { name: 'id', type: 'integer', primary: true, generated: 'increment' },
    runId: { name: 'run_id', type: 'text' },
    atMs: { name: 'at_ms', type: 'bigint', transformer: number },
    label: { name: 'label', type: 'text' },
    source: { name: 'source', type: 'text' },
  },
  indices: [{ name: 'annotations_run', columns: ['runId', 'id'] }],
});
