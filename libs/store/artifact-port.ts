import type { Annotation, Artifact } from '#libs/contract/artifact.js';
import type { Idempotency, Made } from './platform/port.js';

/** A piece of a file, which grows while a run is on. */
export interface ArtifactPart {
  name: string;
  /** Media type. */
  type: string;
  /** From 0, without gaps. */
  part: number;
  atMs: number;
  text: string;
}

export interface ArtifactStore {
  /** Idempotent per (run, name, part). */
  append(runId: string, part: ArtifactPart): Promise<void>;
  list(runId: string): Promise<Artifact[]>;
  /** Its parts in order; nothing when there is no such file. */
  read(runId: string, name: string): AsyncGenerator<string, void, undefined>;
  /** Same key and same body: the first annotation again, `replayed`. */
  annotate(
    runId: string,
    annotation: Omit<Annotation, 'id'>,
    once?: { nowMs: number; idempotency: Idempotency | undefined },
  ): Promise<Made<Annotation>>;
  /** By time. */
  annotations(runId: string): Promise<Annotation[]>;
}
