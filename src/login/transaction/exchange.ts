/** One request and its answer, with what every part of the login needs to know of it. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JsonObject } from '../../base/json.ts'
import { type CookieKind, cookieName, readCookie } from '../http/cookies.ts'
import { auth0Client, clientAddress, headerOf } from '../http/request-facts.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { TenantKeys } from '../tenant/tenant-keys.ts'
import { emptyPlan, type LoginPlan } from './login-plan.ts'
import type { LoginTransaction } from './transaction.ts'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly tenant: Tenant
  readonly keys: TenantKeys
  readonly ip: string
  readonly userAgent: string | undefined
  /** Host name of the request, without the port. */
  readonly hostname: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Cookies are sent over https only. */
  readonly secure: boolean
  readonly auth0Client: JsonObject | undefined
  /** The login transaction that the request begins or belongs to, as soon as it is known. */
  transaction: LoginTransaction | undefined
  /** The row of a transaction that the request begins, while it is written: what changes it waits. */
  newRow: Promise<void> | undefined
  /** What the steps of the login under way have decided so far. */
  plan: LoginPlan
  /** The hash of the browser's device cookie, for events of a browser without a transaction. */
  deviceHash: string | undefined
  /** The reason for which the answer is withheld and replaced by an error. */
  failure: unknown
  cookie(kind: CookieKind): string | undefined
  header(name: string): string | undefined
  /**
   * Makes the answer wait for this work. When it fails, the answer is withheld: what a login has done must be in the
   * log, and what it has promised must be stored, before the browser is told.
   */
  hold(work: Promise<unknown>): void
  /** Settles when everything that the answer waits for is done. @throws the first failure */
  settle(): Promise<void>
}

export interface ExchangeFacts {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly hostname: string
  readonly tenant: Tenant
  readonly keys: TenantKeys
  readonly trustedProxyHops: number
  readonly startedAt: number
}

export const createExchange = (facts: ExchangeFacts): Exchange => {
  const { request, response, url, hostname, tenant, keys, startedAt } = facts
  const secure = tenant.issuer.startsWith('https:')
  const held: Promise<unknown>[] = []
  const header = (name: string): string | undefined => headerOf(request, name)
  return {
    request,
    response,
    url,
    tenant,
    keys,
    hostname,
    startedAt,
    secure,
    ip: clientAddress(request, facts.trustedProxyHops),
    userAgent: header('user-agent'),
    auth0Client: auth0Client(header('auth0-client') ?? url.searchParams.get('auth0Client') ?? undefined),
    transaction: undefined,
    newRow: undefined,
    plan: emptyPlan(),
    deviceHash: undefined,
    failure: undefined,
    cookie: kind => readCookie(request, cookieName(kind, secure)),
    header,
    hold(work) {
      // A failure is met in `settle`; until then it must not count as unhandled.
      work.catch(() => {})
      held.push(work)
    },
    async settle() {
      for (let work = held.shift(); work; work = held.shift()) await work
    },
  }
}
