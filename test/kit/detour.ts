/**
 * Loaded into a server before anything else (`node --import`): hosts of the internet are ports of this machine. `DETOUR` is
 * JSON, from the name of a host to a port. Certificates are checked as ever.
 */

import dns from 'node:dns'
import { Agent } from 'node:https'
import { syncBuiltinESMExports } from 'node:module'

const ports = new Map<string, number>(Object.entries(JSON.parse(process.env.DETOUR ?? '{}')))

const { lookup } = dns
const detour = (hostname: string, options: object, done: (error: null, addresses: object[]) => void): void => {
  if (ports.has(hostname)) done(null, [{ address: '127.0.0.1', family: 4 }])
  else Reflect.apply(lookup, dns, [hostname, options, done])
}
Object.assign(dns, { lookup: detour })
syncBuiltinESMExports()

const { createConnection } = Agent.prototype
Object.assign(Agent.prototype, {
  createConnection(this: Agent, options: { readonly host?: string }, ...rest: readonly unknown[]) {
    const port = ports.get(options.host ?? '')
    return Reflect.apply(createConnection, this, [port ? { ...options, port } : options, ...rest])
  },
})
