/** Finds our exchange from the OIDC engine's context, and back. */

import type { IncomingMessage } from 'node:http'
import { type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { Exchange } from '../transaction/exchange.ts'

/** Exchanges by the request object that the engine was given; it hands the same object to every hook. */
const exchanges = new WeakMap<object, Exchange>()

export const attachExchange = (request: IncomingMessage, exchange: Exchange): void => {
  exchanges.set(request, exchange)
}

/** @throws TypeError for a request that did not come through the login's door */
export const exchangeOf = (context: { readonly req: object }): Exchange => {
  const exchange = exchanges.get(context.req)
  if (!exchange) throw new TypeError('the OIDC engine serves a request without an exchange')
  return exchange
}

/** The exchange of the engine's action under way; undefined outside of one. */
export const currentExchange = (): Exchange | undefined => {
  const context = Provider.ctx
  return context && exchanges.get(context.req)
}

const endings = new WeakMap<Exchange, (() => void)[]>()

/** Does something when the engine has served the exchange, however that ends. */
export const atEnd = (exchange: Exchange, work: () => void): void => {
  endings.set(exchange, [...(endings.get(exchange) ?? []), work])
}

/** The engine has served the exchange. */
export const endExchange = (exchange: Exchange): void => {
  for (const work of endings.get(exchange) ?? []) work()
  endings.delete(exchange)
}

/** A parameter of the request when it is a text. */
export const paramOf = (context: KoaContextWithOIDC, name: string): string | undefined => {
  const value = context.oidc.params?.[name]
  return typeof value === 'string' ? value : undefined
}

/** The user whom `findAccount` found for this request. */
export const userOf = (context: KoaContextWithOIDC): UserRecord | undefined =>
  context.oidc.account?.user as UserRecord | undefined // set by `findAccount`, which is ours

/** The client as events name it. */
export const clientOf = (context: KoaContextWithOIDC): { readonly id: string; readonly name: string } | undefined => {
  const { client } = context.oidc
  return client && { id: client.clientId, name: client.clientName ?? '' }
}
