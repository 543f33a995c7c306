/** What an authorization request may ask to be answered with, beside a code. */

import type { Provider, ResponseType } from 'oidc-provider'

/** Response types (OAuth 2.0 Multiple Response Types section 3) that a client has by each set of grants. */
const BY_GRANTS: readonly (readonly [grants: readonly string[], types: readonly ResponseType[]])[] = [
  [['authorization_code'], ['code']],
  [['implicit'], ['id_token', 'id_token token']],
  [['authorization_code', 'implicit'], ['code id_token']],
]

/** Every response type, for discovery. */
export const RESPONSE_TYPES = BY_GRANTS.flatMap(([, types]) => types)

/** The response types of a client with these grants. */
export const responseTypesOf = (grants: readonly string[]): readonly ResponseType[] =>
  BY_GRANTS.filter(([needed]) => needed.every(grant => grants.includes(grant))).flatMap(([, types]) => types)

/** True when a token comes through the browser's address or a form: every response type but `code`. */
export const isFrontChannel = (responseType: string): boolean => responseType !== 'code'

/**
 * What is wrong with an authorization request that names its key: a token that comes through the browser comes without a
 * proof, so it could not be bound, and a client that asks for a bound token gets no other.
 */
export const boundTokenProblem = (responseType: string, dpopJkt: unknown): string | undefined =>
  dpopJkt && responseType.split(' ').includes('token')
    ? `response_type ${responseType} gives tokens that are bound to no key: leave out dpop_jkt, or ask for a code`
    : undefined

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * What is wrong with a callback that tokens come to through the browser: without https any network on the way reads them
 * (OpenID Connect Core 1.0 section 3.2.2.1). Loopback is no way; development happens there.
 */
export const frontChannelProblem = (responseType: string, redirectUri: string): string | undefined => {
  const { protocol, hostname = '' } = URL.parse(redirectUri) ?? {}
  if (!isFrontChannel(responseType) || protocol !== 'http:' || LOOPBACK.includes(hostname)) return undefined
  return `response_type ${responseType} needs a redirect_uri with https, or on localhost`
}

/** Where the engine keeps how clients are read; its types leave it out. */
interface ClientSchema {
  prototype: { invalidate(message: string, code?: string): void }
}

/** Rules of the engine that would take all logins from a client with one such callback; ours looks at each request. */
const PER_REQUEST = ['implicit-force-https', 'implicit-forbid-localhost']

/** Lets clients with `implicit` have callbacks on loopback, and others that are good for codes only. */
export const readCallbacksPerRequest = (provider: Provider): void => {
  const schema = Reflect.get(provider.Client, 'Schema') as ClientSchema // the hook that the engine documents for this
  const { invalidate } = schema.prototype
  schema.prototype.invalidate = function (this: ClientSchema['prototype'], message, code) {
    if (!PER_REQUEST.includes(code ?? '')) invalidate.call(this, message, code)
  }
}
