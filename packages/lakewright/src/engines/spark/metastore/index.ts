import { type AddressInfo, createServer, type Socket } from 'node:net';
import { ServiceError } from '../../../services/service';
import { METHODS, type MetastoreLake } from './calls';
import { type Call, failure, readCall, reply, struct, text } from './thrift';

/** The Data Catalog as Hive's metastore, for one run. */
export interface Metastore {
  /** `thrift://127.0.0.1:41234` */
  readonly uri: string;
  close(): Promise<void>;
}

/**
 * Serves the Data Catalog by the protocol of Hive's metastore: Spark's own Hive catalog then has its databases and tables,
 * as on AWS, where a client of Glue stands in its place. Whoever asks is the run's role.
 */
export async function startMetastore(on: MetastoreLake): Promise<Metastore> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, on);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    uri: `thrift://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A connection's calls are answered one after another. */
function serve(socket: Socket, on: MetastoreLake): void {
  let received: Buffer = Buffer.alloc(0);
  let answered: Promise<void> = Promise.resolve();
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    try {
      for (let next = readCall(received); next !== undefined; next = readCall(received)) {
        received = received.subarray(next.length);
        const { call } = next;
        answered = answered.then(async () => {
          const bytes = await answer(call, on);
          if (!call.oneway && !socket.destroyed) socket.write(bytes);
        });
      }
    } catch {
      socket.destroy();
    }
  });
}

async function answer(call: Call, on: MetastoreLake): Promise<Buffer> {
  const method = Object.hasOwn(METHODS, call.name) ? METHODS[call.name] : undefined;
  if (method === undefined) {
    return failure(call, `Lakewright's metastore doesn't do ${call.name}`, true);
  }
  try {
    const result = await method.run(call.args, on);
    return reply(call, struct(result === undefined ? {} : { 0: result }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof ServiceError ? error.code : 'InternalServiceException';
    const kind =
      code === 'EntityNotFoundException' ? 'missing' : code === 'AlreadyExistsException' ? 'exists' : undefined;
    const field = (kind && method.raises?.[kind]) ?? method.raises?.meta;
    const said = kind === undefined ? `${message} (Service: AWSGlue; Error Code: ${code})` : message;
    if (field === undefined) return failure(call, said);
    return reply(call, struct({ [field]: struct({ 1: text(said) }) }));
  }
}
