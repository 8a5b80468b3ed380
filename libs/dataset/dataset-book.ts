import type { Packing } from './decompress.js';

/** Where the files of a registered dataset are, with what is needed to read them. */
export type ListedPlace =
  | { type: 'folder'; folder: string }
  | { type: 's3'; endpoint: string; region: string; bucket: string; pathStyle: boolean; folder: string };

export interface ListedFile {
  /** Below the folder, or the rest of the key. */
  name: string;
  bytes: number;
  modifiedMs: number;
  rows: number | null;
  sha256: string | null;
  etag: string | null;
}

export interface ListedSecrets {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** A registered dataset, as who reads it needs it. */
export interface ListedDataset {
  id: string;
  place: ListedPlace;
  packing: Packing | null;
  /** Null where none were given with it. */
  secrets: ListedSecrets | null;
  files: readonly ListedFile[];
}

/** What a finished generate run has made. */
export interface GeneratedDataset {
  id: string;
  /** Below the data root. */
  folder: string;
  header: boolean;
  columns: readonly string[];
  seed: number;
  /** Of the specification, without the number of files. */
  fingerprint: string;
  sizes: { minBytes: number; maxBytes: number; meanBytes: number; bins: readonly SizedRows[] };
  files: readonly ListedFile[];
  createdAtMs: number;
}

interface SizedRows {
  fromBytes: number;
  toBytes: number;
  rows: number;
}

/** Datasets by their id. */
export interface DatasetBook {
  /** With its secrets; null when there is none. */
  listed(id: string): Promise<ListedDataset | null>;
  /**
   * Idempotent: the same dataset is kept once, in the project of the run that made it. Datasets that another specification
   * has replaced in its folder are dropped. Throws CodedError CONFLICT as `requireFolder` does.
   */
  keepGenerated(made: GeneratedDataset, runId: string): Promise<void>;
  /** Throws CodedError CONFLICT for a folder, below the data root, with a dataset of another project than the run's. */
  requireFolder(folder: string, runId: string): Promise<void>;
}
