/** `/healthz` says that the process answers; `/readyz` that it can do its work, which needs the database. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/** Milliseconds after which a database that does not answer counts as lost. */
const PATIENCE_MS = 1000

export interface HealthPorts {
  /** Asks the database the least there is to ask; rejects when it does not answer. */
  pingDatabase(): Promise<unknown>
}

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

const withinPatience = async (work: Promise<unknown>): Promise<boolean> => {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, PATIENCE_MS, false)
  const done = work.then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([done, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Answers the two paths; false for any other request. */
export const createHealthHandler =
  (ports: HealthPorts) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const path = request.url?.split('?', 1)[0]
    if (path === '/healthz') {
      answer(response, 200, { status: 'ok' })
      return true
    }
    if (path !== '/readyz') return false
    const ready = await withinPatience(ports.pingDatabase())
    answer(response, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', database: ready ? 'ok' : 'lost' })
    return true
  }
