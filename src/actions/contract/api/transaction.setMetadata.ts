/** api.transaction.setMetadata: a value for the Actions that follow in this login, also after a redirect. */

import { LIMITS } from '../limits.ts'
import { propertyName, scalarOrNull } from './kind.ts'
import { argument, type CallState, method } from './method.ts'

type Metadata = Record<string, unknown>

/** The object that authors read as `event.transaction.metadata`; made when the event came without one. */
const metadataOf = ({ event }: CallState): Metadata => {
  const holder: { transaction?: { metadata?: Metadata } } = event
  holder.transaction ??= {}
  holder.transaction.metadata ??= {}
  return holder.transaction.metadata
}

export const transactionSetMetadata = method({
  path: 'transaction.setMetadata',
  doc: 'Keeps a value for this login. It shows at once in event.transaction.metadata, here and in later Actions.',
  triggers: ['post-login'],
  parameters: [
    argument('key', propertyName(LIMITS.transactionKeyChars), 'Name of the value.'),
    argument('value', scalarOrNull, 'The value, at most 8 KB; null removes it.'),
  ],
  returns: 'void',
  answer: (call, [key, value]) => {
    if (typeof value === 'string' && value.length > LIMITS.transactionValueBytes) {
      throw new TypeError('api.transaction.setMetadata: a value has at most 8 KB')
    }
    const metadata = metadataOf(call)
    const next = { ...metadata, [key]: value }
    if (JSON.stringify(next).length > LIMITS.transactionBytes) {
      throw new TypeError('api.transaction.setMetadata: the metadata of a transaction has at most 16 KB')
    }
    if (value === null) delete metadata[key]
    else metadata[key] = value
    call.record([key, value])
  },
  effects: ([key, value]) => [{ kind: 'transaction_metadata', key, value }],
})
