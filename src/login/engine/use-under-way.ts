/**
 * Codes and refresh tokens that requests of this server are using right now. One that comes twice at the same moment, as
 * from an application that sends a request twice, is refused and no more. One that comes later is a theft to the engine,
 * which ends everything that the first use has led to: it must not do so while that is still being made.
 */

import type { Adapter } from 'oidc-provider'
import type { Exchange } from '../transaction/exchange.ts'
import { atEnd } from './engine-context.ts'

const underWay = new Map<string, number>()

const keyOf = (model: string, id: string): string => `${model} ${id}`

/** Notes that the exchange uses a secret, until the exchange is over. */
export const noteUse = (exchange: Exchange, model: string, id: string): void => {
  const key = keyOf(model, id)
  underWay.set(key, (underWay.get(key) ?? 0) + 1)
  atEnd(exchange, () => {
    const others = (underWay.get(key) ?? 1) - 1
    if (others === 0) underWay.delete(key)
    else underWay.set(key, others)
  })
}

/** Finds a code or a token; one whose use is under way is not said to be used yet: the statement that uses it decides. */
export const findUsable =
  (model: string, find: Adapter['find']): Adapter['find'] =>
  async id => {
    const found = await find(id)
    if (!found || !underWay.has(keyOf(model, id))) return found
    const { consumed: _, ...unused } = found
    return unused
  }
