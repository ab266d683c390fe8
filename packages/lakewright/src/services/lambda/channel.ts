import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { createInterface } from 'node:readline';

/** The connection to one function's process: lines of JSON in both directions. */
export interface Connection {
  send(message: object): void;
  onMessage(listener: (message: Readonly<Record<string, unknown>>) => void): void;
}

/** The loopback port to which the processes of functions connect; each presents a token that only it was given. */
export class Channel {
  private server?: net.Server;
  private listening?: Promise<number>;
  private readonly expected = new Map<string, (connection: Connection) => void>();
  private readonly sockets = new Set<net.Socket>();

  public port(): Promise<number> {
    this.listening ??= new Promise((resolve, reject) => {
      const server = net.createServer((socket) => this.accept(socket));
      this.server = server;
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port));
    });
    return this.listening;
  }

  /** A token, and the connection of the process that presents it. */
  public expect(): { readonly token: string; readonly connected: Promise<Connection> } {
    const token = randomUUID();
    const connected = new Promise<Connection>((resolve) => this.expected.set(token, resolve));
    return { token, connected };
  }

  public close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server?.close();
    this.expected.clear();
  }

  private accept(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => this.sockets.delete(socket));
    let listener: ((message: Readonly<Record<string, unknown>>) => void) | undefined;
    let known = false;
    const early: Readonly<Record<string, unknown>>[] = [];
    const connection: Connection = {
      send: (message) => void socket.write(`${JSON.stringify(message)}\n`),
      onMessage: (given) => {
        listener = given;
        for (const message of early.splice(0)) given(message);
      },
    };
    createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      const message = parse(line);
      if (!known) {
        const welcome = this.expected.get(String(message?.hello));
        if (!welcome) return void socket.destroy();
        this.expected.delete(String(message?.hello));
        known = true;
        welcome(connection);
      } else if (message) {
        if (listener) listener(message);
        else early.push(message);
      }
    });
  }
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
