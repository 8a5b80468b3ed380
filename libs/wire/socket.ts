import net from 'node:net';
import tls from 'node:tls';

const RECEIVE_BYTES = 256 * 1024;

export interface SocketOptions {
  host: string;
  port: number;
  /** Where it is to come from; any port when undefined. */
  localPort?: number | undefined;
  connectTimeoutMs: number;
  tls?: tls.ConnectionOptions | undefined;
  /** Reads go there, where it is not TLS; several sockets of a thread may share one. Its own buffer when absent. */
  receiveBuffer?: Buffer | undefined;
}

/** What comes from a socket, from when it is connected. */
export interface SocketEvents {
  /** The first `length` bytes of `chunk`, which is used again after the call. */
  receive(chunk: Buffer, length: number): void;
  /** Once, with what ended it. */
  lost(cause: Error): void;
}

/**
 * Connects a socket that reads into one buffer, by TLS where asked. `connected` answers who is told of all that comes.
 * Rejects with the socket's error.
 */
export function openSocket<E extends SocketEvents>(
  options: SocketOptions,
  connected: (socket: net.Socket) => E,
): Promise<E> {
  return new Promise((resolve, reject) => {
    let events: E | undefined;
    const onRead = (length: number, buffer: Uint8Array): boolean => {
      events?.receive(Buffer.isBuffer(buffer) ? buffer : Buffer.from(buffer), length);
      return true;
    };
    const { host, port, localPort } = options;
    const from = localPort === undefined ? {} : { localPort };
    const socket = options.tls
      ? tls.connect({ ...options.tls, ...from, host, port })
      : net.connect({
          ...from,
          host,
          port,
          noDelay: true,
          onread: { buffer: options.receiveBuffer ?? Buffer.allocUnsafeSlow(RECEIVE_BYTES), callback: onRead },
        });
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection within ${options.connectTimeoutMs} ms`)),
      options.connectTimeoutMs,
    );
    socket.once(options.tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.setNoDelay(true);
      events = connected(socket);
      resolve(events);
    });
    if (options.tls) socket.on('data', (data: Buffer) => events?.receive(data, data.length));
    let cause = new Error('the server closed the connection');
    socket.on('error', (error) => {
      cause = error;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      reject(cause);
      events?.lost(cause);
    });
  });
}
