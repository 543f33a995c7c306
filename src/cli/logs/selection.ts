/** Which events a command is about: the flags that say so, and the query that they make. */

import { CliFailure, EXIT } from '../terminal/cli-failure.ts'
import type { Flags, Given } from '../terminal/flags.ts'

export const SELECTION_FLAGS = {
  query: { takes: 'Q', short: 'q', doc: 'events that a query finds, such as \'type:f* AND client_name:"Shop"\'' },
  types: { takes: 'LIST', short: 't', doc: 'events of these types only, such as s,fp' },
} as const satisfies Flags

const TYPE = /^[\w-]{1,64}$/

/** The query that both flags together ask for; undefined when they ask for every event. */
export const toQuery = ({ query, types }: Given<typeof SELECTION_FLAGS>): string | undefined => {
  const names = types?.split(',').map(name => name.trim()) ?? []
  const strange = names.find(name => !TYPE.test(name))
  if (strange !== undefined) {
    throw new CliFailure(`--types takes codes such as s,fp, not ${JSON.stringify(strange.slice(0, 80))}.`, EXIT.usage)
  }
  const parts = [
    ...(query?.trim() ? [query] : []),
    ...(names.length > 0 ? [names.map(name => `type:"${name}"`).join(' OR ')] : []),
  ]
  return parts.length > 1 ? parts.map(part => `(${part})`).join(' AND ') : parts[0]
}
