/** What an authorization request leads to, until its session is stored: then all of it is written, or nothing. */

import type { KoaContextWithOIDC } from 'oidc-provider'
import type { NewOidcPayload } from '../../store/logins/oidc-payload-store.ts'
import type { Exchange } from '../transaction/exchange.ts'

/** @param loginsCount undefined for what is no login */
type Afterwards = (loginsCount: number | undefined) => void

interface Writes {
  readonly before: (() => Promise<unknown>)[]
  readonly issued: NewOidcPayload[]
  readonly afterwards: Afterwards[]
}

const writes = new WeakMap<Exchange, Writes>()

const writesOf = (exchange: Exchange): Writes => {
  const known = writes.get(exchange) ?? { before: [], issued: [], afterwards: [] }
  writes.set(exchange, known)
  return known
}

const ROUTES: readonly string[] = ['authorization', 'resume']

/** True for a request to `/authorize`, also a resumed one: it ends by storing its session. */
export const isAuthorization = ({ oidc }: Pick<KoaContextWithOIDC, 'oidc'>): boolean => ROUTES.includes(oidc.route)

/** Keeps a grant, a code or a token until the session is stored. */
export const keepIssued = (exchange: Exchange, issued: NewOidcPayload): void => {
  writesOf(exchange).issued.push(issued)
}

/** What is to happen before: it keeps something else. */
export const beforeAuthorization = (exchange: Exchange, work: () => Promise<unknown>): void => {
  writesOf(exchange).before.push(work)
}

/** What is to happen when everything is written. */
export const afterAuthorization = (exchange: Exchange, work: Afterwards): void => {
  writesOf(exchange).afterwards.push(work)
}

/** Hands over what was kept, once. */
export const takeWrites = async (exchange: Exchange): Promise<Pick<Writes, 'issued' | 'afterwards'>> => {
  const taken = writesOf(exchange)
  for (const work of taken.before) await work()
  writes.delete(exchange)
  return taken
}
