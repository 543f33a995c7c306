/** A way to PostgreSQL that breaks connections after the server has done the work and before its answer arrives. */

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'

export interface CuttingProxy {
  readonly connectionString: string
  /** How many answers were lost. */
  readonly cuts: () => number
  readonly close: () => Promise<void>
}

const openUpstream = (client: pg.Client): Socket =>
  client.host.startsWith('/')
    ? connect({ path: `${client.host}/.s.PGSQL.${client.port}` })
    : connect({ host: client.host, port: client.port })

/** PostgreSQL's message type of the tag that ends a statement, which a row's answer carries (protocol 3.0). */
const COMMAND_COMPLETE = 'C'.charCodeAt(0)

const hasCompleted = (chunk: Buffer): boolean => chunk.includes(Buffer.from([COMMAND_COMPLETE, 0, 0, 0]))

/**
 * @param isCut asked for each completed statement: true loses its answer and the connection
 */
export const openCuttingProxy = async (connectionString: string, isCut: () => boolean): Promise<CuttingProxy> => {
  const target = new pg.Client({ connectionString })
  const sockets = new Set<Socket>()
  let cuts = 0
  const server = createServer(downstream => {
    const upstream = openUpstream(target)
    const cut = (): void => {
      downstream.destroy()
      upstream.destroy()
    }
    for (const socket of [downstream, upstream]) {
      sockets.add(socket)
      socket.on('error', cut)
      socket.on('close', cut)
    }
    downstream.on('data', chunk => upstream.write(chunk))
    upstream.on('data', chunk => {
      if (hasCompleted(chunk) && isCut()) {
        cuts += 1
        cut()
      } else downstream.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a port')
  const credentials = `${encodeURIComponent(target.user ?? '')}:${encodeURIComponent(String(target.password ?? ''))}`
  return {
    connectionString: `postgresql://${credentials}@127.0.0.1:${address.port}/${target.database}`,
    cuts: () => cuts,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
