/** A way to PostgreSQL that a test can shut, as if the database were gone, and open again at the same address. */

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import pg from 'pg'

export interface DatabaseGate {
  readonly connectionString: string
  /** Breaks every connection and refuses new ones. */
  shut(): Promise<void>
  open(): Promise<void>
}

const openUpstream = ({ host, port }: pg.Client): Socket =>
  host.startsWith('/') ? connect({ path: `${host}/.s.PGSQL.${port}` }) : connect({ host, port })

/** Opens a gate on a free port of the loopback interface. */
export const openDatabaseGate = async (connectionString: string): Promise<DatabaseGate> => {
  const target = new pg.Client({ connectionString })
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let port = 0

  const open = async (): Promise<void> => {
    server = createServer(downstream => {
      const upstream = openUpstream(target)
      for (const [socket, other] of [
        [downstream, upstream],
        [upstream, downstream],
      ] as const) {
        sockets.add(socket)
        socket.on('error', () => other.destroy())
        socket.on('close', () => {
          sockets.delete(socket)
          other.destroy()
        })
        socket.pipe(other)
      }
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    port = typeof address === 'object' && address ? address.port : 0
  }

  const shut = async (): Promise<void> => {
    const closed = server && once(server, 'close')
    server?.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }

  await open()
  const credentials = `${encodeURIComponent(target.user ?? '')}:${encodeURIComponent(String(target.password ?? ''))}`
  return { connectionString: `postgresql://${credentials}@127.0.0.1:${port}/${target.database}`, open, shut }
}
