/** Events that were not written: how many, by network and type, in bounded memory. */

import { toCidr } from '../../base/network.ts'
import type { TenantId } from '../../model/ids.ts'
import type { LogType } from '../events/index.ts'
import type { LogEvent } from './log-event.ts'

/** Networks that are told apart between two reports; the rest of a tenant's is one line. */
const MAX_NETWORKS = 100

interface Line {
  readonly tenantId: TenantId
  /** Undefined for those beyond the networks that are told apart. */
  readonly network: string | undefined
  /** Milliseconds since 1970. */
  since: number
  until: number
  /** The address of the last one. */
  ip: string | undefined
  readonly counts: Map<LogType, number>
}

const keyOf = (tenantId: TenantId, network: string | undefined): string => `${tenantId}\n${network ?? ''}`

/** What a report says of a network. */
const toEvent = ({ tenantId, network, since, until, ip, counts }: Line): LogEvent => ({
  tenant_id: tenantId,
  type: 'log_events_left_out',
  date: until,
  ...(network !== undefined && ip !== undefined ? { ip } : {}),
  details: {
    network: network === undefined ? null : toCidr(network),
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    count: [...counts.values()].reduce((sum, count) => sum + count, 0),
    types: Object.fromEntries(counts),
  },
})

export interface LeftOut {
  add(event: LogEvent, network: string): void
  readonly isEmpty: boolean
  /**
   * Hands what was counted to `write`, an event for each network; what could not be written is counted again.
   *
   * @throws the first failure of `write`
   */
  report(write: (event: LogEvent) => Promise<unknown>): Promise<void>
}

export const createLeftOut = (): LeftOut => {
  let lines = new Map<string, Line>()

  const lineOf = (tenantId: TenantId, network: string | undefined, at: number): Line => {
    const known = lines.get(keyOf(tenantId, network))
    if (known) return known
    if (network !== undefined && lines.size >= MAX_NETWORKS) return lineOf(tenantId, undefined, at)
    const line: Line = { tenantId, network, since: at, until: at, ip: undefined, counts: new Map() }
    lines.set(keyOf(tenantId, network), line)
    return line
  }

  const merge = ({ tenantId, network, since, until, ip, counts }: Line): void => {
    const line = lineOf(tenantId, network, since)
    line.since = Math.min(line.since, since)
    line.until = Math.max(line.until, until)
    line.ip ??= ip
    for (const [type, count] of counts) line.counts.set(type, (line.counts.get(type) ?? 0) + count)
  }

  return {
    add({ tenant_id: tenantId, type, date, ip }, network) {
      merge({ tenantId, network, since: date, until: date, ip, counts: new Map([[type, 1]]) })
    },
    get isEmpty() {
      return lines.size === 0
    },
    async report(write) {
      const taken = [...lines.values()]
      lines = new Map()
      const outcomes = await Promise.allSettled(taken.map(line => write(toEvent(line))))
      const failures = outcomes.flatMap((outcome, index) => {
        const line = taken[index]
        if (outcome.status === 'fulfilled' || !line) return []
        merge(line)
        return [outcome.reason]
      })
      if (failures.length > 0) throw failures[0]
    },
  }
}
