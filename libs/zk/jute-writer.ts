import { PERMISSION } from './protocol.js';

/** Who may do what with a znode; `permissions` is a sum of PERMISSION. */
export interface AccessRule {
  permissions: number;
  scheme: string;
  id: string;
}

/** Everybody may do everything. */
export const OPEN_ACCESS: readonly AccessRule[] = [{ permissions: PERMISSION.ALL, scheme: 'world', id: 'anyone' }];
/** Whoever created it (and has authenticated) may do everything, nobody else anything. */
export const CREATOR_ACCESS: readonly AccessRule[] = [{ permissions: PERMISSION.ALL, scheme: 'auth', id: '' }];

/** Builds the body of a request, off the hot path. Big-endian; strings and buffers have an int32 length before them. */
export class JuteWriter {
  private readonly parts: Buffer[] = [];

  bool(value: boolean): this {
    this.parts.push(Buffer.from([value ? 1 : 0]));
    return this;
  }
  int(value: number): this {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    this.parts.push(part);
    return this;
  }
  long(value: bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigInt64BE(value);
    this.parts.push(part);
    return this;
  }
  string(text: string): this {
    return this.bytes(Buffer.from(text));
  }
  bytes(bytes: Uint8Array): this {
    this.int(bytes.length);
    return this.raw(bytes);
  }
  raw(bytes: Uint8Array): this {
    this.parts.push(Buffer.from(bytes));
    return this;
  }
  strings(list: readonly string[]): this {
    this.int(list.length);
    for (const text of list) this.string(text);
    return this;
  }
  access(rules: readonly AccessRule[]): this {
    this.int(rules.length);
    for (const { permissions, scheme, id } of rules) this.int(permissions).string(scheme).string(id);
    return this;
  }

  body(): Buffer {
    return Buffer.concat(this.parts);
  }
  /** The body as a packet: its length before it. */
  packet(): Buffer {
    const body = this.body();
    return new JuteWriter().bytes(body).body();
  }
}
