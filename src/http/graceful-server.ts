/** An HTTP server that can stop in good order: no new connections, what is in flight finished, then closed. */

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartupError } from '../base/startup-error.ts'

/** Milliseconds. Slow requests are cut off, so that idle connections cannot use a server up (slow loris). */
const TIMEOUT = { headers: 15_000, request: 30_000, keepAlive: 10_000 } as const

/** Milliseconds between looks for connections that have become idle while the server stops. */
const IDLE_CHECK_MS = 20

const MAX_HEADER_BYTES = 32 * 1024

export interface GracefulServer {
  readonly port: number
  /** Stops accepting and settles when every answer is out, or after `deadlineMs`, when the rest is cut. */
  close(deadlineMs: number): Promise<void>
}

const REASONS: Record<string, (port: number, host: string) => string> = {
  EADDRINUSE: (port, host) => `Port ${port} on ${host} is in use: stop what listens there, or set PORT to another one.`,
  EACCES: (port, host) =>
    `Port ${port} on ${host} needs more rights than this process has: set PORT to one above 1023.`,
  EADDRNOTAVAIL: (_, host) => `This machine has no address ${host}: set HOST to one that it has, such as 127.0.0.1.`,
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = REASONS[error.code ?? '']
      reject(reason ? new StartupError(reason(port, host)) : error)
    })
    server.listen(port, host, resolve)
  })

/**
 * Starts listening.
 *
 * @throws StartupError when the port or the address cannot be had
 */
export const startGracefulServer = async (
  listener: RequestListener,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<GracefulServer> => {
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: TIMEOUT.keepAlive }, listener)
  server.headersTimeout = TIMEOUT.headers
  server.requestTimeout = TIMEOUT.request
  await listen(server, port, host)
  const address = server.address() as AddressInfo // a TCP server that listens has one
  return {
    port: address.port,
    close: deadlineMs =>
      new Promise(resolve => {
        const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs)
        // A connection whose last answer is out is kept alive for a next request that must not come any more.
        const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
        server.close(() => {
          clearTimeout(deadline)
          clearInterval(idle)
          resolve()
        })
      }),
  }
}
