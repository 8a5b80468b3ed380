import type { JuteReader } from './jute-reader.js';
import { JuteWriter, OPEN_ACCESS, type AccessRule } from './jute-writer.js';
import { CODE, CREATE_MODE, type CreateMode, OPCODE } from './protocol.js';
import { readStat, type Stat } from './stat.js';

/** One part of a transaction; a version that is left out is any. */
export type MultiOperation =
  | { type: 'create'; path: string; data?: Uint8Array; mode?: CreateMode; access?: readonly AccessRule[] }
  | { type: 'delete'; path: string; version?: number }
  | { type: 'set'; path: string; data: Uint8Array; version?: number }
  | { type: 'check'; path: string; version: number };

/** What became of one part. In a transaction that was not carried out the others have code RUNTIME_INCONSISTENCY or OK. */
export interface MultiResult {
  code: number;
  /** Of what was created. */
  path?: string;
  /** Of what was set. */
  stat?: Stat;
}

const ERROR = -1;
const EMPTY = new Uint8Array();

type Writer<T extends MultiOperation['type']> = (
  body: JuteWriter,
  path: string,
  operation: Extract<MultiOperation, { type: T }>,
) => void;

const OPCODES = { create: OPCODE.CREATE, delete: OPCODE.DELETE, set: OPCODE.SET_DATA, check: OPCODE.CHECK } as const;

const WRITERS: { [T in MultiOperation['type']]: Writer<T> } = {
  create: (body, path, { data = EMPTY, access = OPEN_ACCESS, mode = 'persistent' }) =>
    body.string(path).bytes(data).access(access).int(CREATE_MODE[mode]),
  delete: (body, path, { version = -1 }) => body.string(path).int(version),
  set: (body, path, { data, version = -1 }) => body.string(path).bytes(data).int(version),
  check: (body, path, { version }) => body.string(path).int(version),
};

function write<T extends MultiOperation['type']>(
  type: T,
  body: JuteWriter,
  path: string,
  operation: Extract<MultiOperation, { type: T }>,
): void {
  WRITERS[type](body, path, operation);
}

/** Body of a transaction. `full` makes the server's path of one below the chroot. */
export function multiBody(operations: readonly MultiOperation[], full: (path: string) => string): Buffer {
  const body = new JuteWriter();
  for (const operation of operations) {
    body.int(OPCODES[operation.type]).bool(false).int(ERROR);
    write(operation.type, body, full(operation.path), operation);
  }
  return body.int(ERROR).bool(true).int(ERROR).body();
}

const READERS: Readonly<Record<number, (reader: JuteReader, shown: (path: string) => string) => MultiResult>> = {
  [OPCODE.CREATE]: (reader, shown) => ({ code: CODE.OK, path: shown(reader.string()) }),
  [OPCODE.DELETE]: () => ({ code: CODE.OK }),
  [OPCODE.SET_DATA]: (reader) => ({ code: CODE.OK, stat: readStat(reader) }),
  [OPCODE.CHECK]: () => ({ code: CODE.OK }),
  [ERROR]: (reader) => ({ code: reader.int() }),
};

/** Reads the answer of a transaction: one result for each part. Throws for a result of an unknown kind. */
export function readMulti(reader: JuteReader, shown: (path: string) => string): MultiResult[] {
  const results: MultiResult[] = [];
  for (;;) {
    const type = reader.int();
    const done = reader.bool();
    reader.int();
    if (done) return results;
    const read = READERS[type];
    if (!read) throw new Error(`a transaction with a result of unknown kind ${type}`);
    results.push(read(reader, shown));
  }
}
