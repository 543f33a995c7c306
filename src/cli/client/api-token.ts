/** The token with which a command reads the Management API: fetched once, renewed before it expires. */

import { isJsonObject } from '../../base/json.ts'
import { CliFailure } from '../terminal/cli-failure.ts'
import type { Connection } from './connection.ts'
import type { SendRequest } from './requests.ts'

export interface TokenSource {
  /** Requests that run side by side share one token, and one renewal of it. */
  current(): Promise<string>
  /** Forgets a token that the server refused. */
  drop(token: string): void
}

/** More than two clocks differ by and a request takes. */
const RENEW_BEFORE_MS = 30_000

interface Held {
  readonly token: Promise<string>
  value?: string
  renewAt: number
}

const ask = async (send: SendRequest, address: URL, init?: RequestInit): Promise<Record<string, unknown>> => {
  const answer = await send(address, init)
  if (answer.kind === 'unauthorized') {
    throw new CliFailure(`${address.origin} does not know the client, or its secret is wrong.`)
  }
  if (isJsonObject(answer.body)) return answer.body
  throw new CliFailure(`${address.href} answered with something unexpected.`)
}

/** The client credentials grant (RFC 6749 section 4.4). */
const fetchToken = async (send: SendRequest, { url, clientId, clientSecret }: Connection) => {
  // The audience is named after the issuer, which may have another address than the one that was asked.
  const { issuer } = await ask(send, new URL('.well-known/openid-configuration', url))
  const { access_token, expires_in } = await ask(send, new URL('oauth/token', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `${issuer}api/v2/`,
    }),
  })
  if (typeof access_token !== 'string') throw new CliFailure(`${url}oauth/token answered without a token.`)
  return { value: access_token, lifetimeMs: Number(expires_in ?? 0) * 1000 }
}

/** @param now milliseconds since 1970 */
export const createTokenSource = (send: SendRequest, connection: Connection, now: () => number): TokenSource => {
  let held: Held | undefined

  const renew = (): Held => {
    const asked = now()
    const fresh: Held = {
      renewAt: Number.POSITIVE_INFINITY,
      token: fetchToken(send, connection).then(({ value, lifetimeMs }) => {
        fresh.value = value
        fresh.renewAt = asked + lifetimeMs - RENEW_BEFORE_MS
        return value
      }),
    }
    fresh.token.catch(() => {
      if (held === fresh) held = undefined
    })
    return fresh
  }

  return {
    current() {
      if (!held || held.renewAt <= now()) held = renew()
      return held.token
    },
    drop(token) {
      if (held?.value === token) held = undefined
    },
  }
}
