import { EntitySchema } from 'typeorm';
import { big, quoted } from './column.js';

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

export const artifactPart = new EntitySchema<ArtifactPartRow>({
  name: 'ArtifactPart',
  tableName: 'artifact_parts',
  columns: {
    runId: { name: 'run_id', type: 'text', primary: true },
    name: { name: 'name', type: 'text', primary: true },
    part: { name: 'part_index', type: 'integer', primary: true },
    type: { name: 'media_type', type: 'text' },
    atMs: big('at_ms'),
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
    atMs: big('at_ms'),
    label: quoted('label'),
    source: { name: 'source', type: 'text' },
  },
  indices: [{ name: 'annotations_run', columns: ['runId', 'id'] }],
});
