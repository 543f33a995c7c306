/** `/healthz` says that the process answers; `/readyz` that it can do its work, which needs a database that takes writes. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/** Milliseconds after which a database that does not answer counts as lost. */
const PATIENCE_MS = 1_000

/** Milliseconds for which an answer of the database is repeated: any stranger may ask, and asking writes a little. */
const REMEMBERED_MS = 2_000

export type DatabaseState = 'ok' | 'lost' | 'not_writable'

export interface HealthPorts {
  /** Asks the database whether it can be read and written; rejects when there is no telling. */
  probeDatabase(): Promise<DatabaseState>
  /** Milliseconds of a clock that never goes back; default the process's. */
  now?(): number
}

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

const withinPatience = async (work: Promise<DatabaseState>): Promise<DatabaseState> => {
  const { promise: late, resolve } = Promise.withResolvers<DatabaseState>()
  const timer = setTimeout(resolve, PATIENCE_MS, 'lost')
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** One probe at a time, and what it found for a while after it; however many ask. */
const createReadiness = ({ probeDatabase, now = () => performance.now() }: HealthPorts) => {
  let latest: { readonly state: Promise<DatabaseState>; endedAt?: number } | undefined
  const probe = () => {
    const begun: NonNullable<typeof latest> = { state: probeDatabase().catch(() => 'lost' as const) }
    void begun.state.then(() => {
      begun.endedAt = now()
    })
    return begun
  }
  return (): Promise<DatabaseState> => {
    const isCurrent = latest && (latest.endedAt === undefined || now() - latest.endedAt < REMEMBERED_MS)
    latest = latest && isCurrent ? latest : probe()
    return withinPatience(latest.state)
  }
}

/** Answers the two paths; false for any other request. */
export const createHealthHandler = (ports: HealthPorts) => {
  const readiness = createReadiness(ports)
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const path = request.url?.split('?', 1)[0]
    if (path === '/healthz') {
      answer(response, 200, { status: 'ok' })
      return true
    }
    if (path !== '/readyz') return false
    const database = await readiness()
    const isReady = database === 'ok'
    answer(response, isReady ? 200 : 503, { status: isReady ? 'ok' : 'unavailable', database })
    return true
  }
}
