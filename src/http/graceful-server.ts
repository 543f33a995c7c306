/** An HTTP server that can stop in good order: no new connections, what is in flight finished, then closed. */

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartupError } from '../base/startup-error.ts'

/** Milliseconds after which a connection is cut off, so that slow and silent ones cannot use a server up (slow loris). */
export interface ConnectionLimits {
  /** From the connection, or from the end of the request before, to the end of the headers. */
  readonly headers: number
  /** To the end of the body. */
  readonly request: number
  /** Between an answer and the next request. */
  readonly keepAlive: number
  /** Without a byte in either direction, such as from a peer that vanished while its answer was sent. */
  readonly silent: number
  /** Between two looks for requests that are late: by so much a limit can be passed. */
  readonly check: number
}

const LIMITS: ConnectionLimits = { headers: 15_000, request: 30_000, keepAlive: 10_000, silent: 120_000, check: 1_000 }

/** Milliseconds between looks for connections that have become idle while the server stops. */
const IDLE_CHECK_MS = 20

const MAX_HEADER_BYTES = 32 * 1024

export interface GracefulServer {
  readonly port: number
  /** Stops accepting and settles when every answer is out, or after `deadlineMs`, when the rest is cut. */
  close(deadlineMs: number): Promise<void>
}

type Reason = (port: number, host: string, error: Error) => string

const unusable: Reason = (port, host, { message }) =>
  `The server cannot listen on port ${port} of ${host} (${message}): set HOST and PORT to an address of this machine that is free.`

const noSuchHost: Reason = (_, host) =>
  `HOST ${host} is no name that this machine can look up: set HOST to an address that it has, such as 127.0.0.1.`

const REASONS: Record<string, Reason> = {
  EADDRINUSE: (port, host) => `Port ${port} on ${host} is in use: stop what listens there, or set PORT to another one.`,
  EACCES: (port, host) =>
    `Port ${port} on ${host} needs more rights than this process has: set PORT to one above 1023.`,
  ENOTFOUND: noSuchHost,
  EAI_AGAIN: noSuchHost,
  EADDRNOTAVAIL: (_, host) => `This machine has no address ${host}: set HOST to one that it has, such as 127.0.0.1.`,
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = REASONS[error.code ?? ''] ?? unusable
      reject(new StartupError(reason(port, host, error)))
    })
    server.listen(port, host, resolve)
  })

/** Node reads the interval of its looks only here: by default it looks every 30 s, also for shorter limits. */
const createLimitedServer = (listener: RequestListener, limits: ConnectionLimits): Server => {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: limits.check,
  }
  const server = createServer(options, listener)
  server.timeout = limits.silent
  return server
}

export interface ServerPlace {
  readonly port: number
  readonly host: string
  /** In place of the usual ones. */
  readonly limits?: Partial<ConnectionLimits>
}

/**
 * Starts listening.
 *
 * @throws StartupError when the port or the address cannot be had
 */
export const startGracefulServer = async (
  listener: RequestListener,
  { port, host, limits }: ServerPlace,
): Promise<GracefulServer> => {
  const server = createLimitedServer(listener, { ...LIMITS, ...limits })
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
