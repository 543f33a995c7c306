/** What the OIDC engine knows of a login, in the words of the steps. */

import type { KoaContextWithOIDC } from 'oidc-provider'
import type { LoginFacts, RefreshTokenFacts, SessionFacts } from '../pipeline/login-facts.ts'
import { LIFETIME } from '../transaction/lifetime.ts'
import { transactionParameters } from './authorize-parameters.ts'
import { isOfRememberedBrowser, sessionNotAfter } from './carry-plan.ts'
import { exchangeOf } from './engine-context.ts'
import { originOf } from './origin.ts'

const MS = 1000

/** The API of a request; without one, tokens are for `/userinfo`. */
const audienceOf = (resources: Iterable<string> | undefined): string | undefined => [...(resources ?? [])][0]

const sessionFacts = ({ oidc }: KoaContextWithOIDC, loggedInAt: number, now: number): SessionFacts | undefined => {
  const { session, client } = oidc
  if (!session) return undefined
  const notAfter = sessionNotAfter(session) ?? Number.POSITIVE_INFINITY
  const expiresAt = Math.min(loggedInAt + LIFETIME.sessionAbsolute, notAfter)
  const clientIds = new Set([...Object.keys(session.authorizations ?? {}), ...(client ? [client.clientId] : [])])
  return {
    id: session.uid,
    expiresAt: expiresAt * MS,
    idleExpiresAt: Math.min(Math.floor(now / MS) + LIFETIME.sessionIdle, expiresAt) * MS,
    clientIds: [...clientIds],
    cookieMode: session.transient ? 'non-persistent' : 'persistent',
    origin: originOf(session),
  }
}

/** Of a request to `/authorize`. */
export const authorizationFacts = (context: KoaContextWithOIDC): LoginFacts => {
  const { oidc } = context
  const { startedAt } = exchangeOf(context)
  const loggedInAt = oidc.session?.loginTs ?? Math.floor(startedAt / MS)
  return {
    params: transactionParameters(oidc.params ?? {}),
    body: {},
    scopes: [...oidc.requestParamScopes],
    audience: audienceOf(Object.keys(oidc.resourceServers ?? {})),
    authenticatedAt: loggedInAt * MS,
    session: sessionFacts(context, loggedInAt, startedAt),
    refreshToken: undefined,
    resumedState: oidc.entities.Interaction?.uid,
  }
}

type RefreshToken = NonNullable<KoaContextWithOIDC['oidc']['entities']['RefreshToken']>

const refreshTokenFacts = ({ oidc }: KoaContextWithOIDC, token: RefreshToken): RefreshTokenFacts => {
  const createdAt = token.iiat ?? token.iat
  return {
    id: token.grantId ?? '',
    createdAt: createdAt * MS,
    expiresAt: (createdAt + LIFETIME.refreshTokenAbsolute) * MS,
    idleExpiresAt: (token.exp ?? createdAt + LIFETIME.refreshTokenIdle) * MS,
    sessionId: token.sessionUid,
    // Each exchange issues another token of the family.
    lastExchangedAt: token.rotations ? token.iat * MS : undefined,
    origin: originOf(oidc.entities.Grant),
    isOfRememberedBrowser: isOfRememberedBrowser(oidc.entities.Grant),
  }
}

/** Fields of a refresh that open something. */
const SECRET_FIELDS: ReadonlySet<string> = new Set(['refresh_token', 'client_secret', 'client_assertion'])

const publicFields = (body: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(body).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && !SECRET_FIELDS.has(entry[0]),
    ),
  )

/** Of a refresh. */
export const refreshFacts = (context: KoaContextWithOIDC, token: RefreshToken): LoginFacts => {
  const asked = [...context.oidc.requestParamScopes]
  const { resource } = token
  return {
    params: exchangeOf(context).transaction?.params ?? {},
    body: publicFields(context.oidc.body ?? {}),
    scopes: asked.length > 0 ? asked : (token.scope ?? '').split(' ').filter(Boolean),
    audience: typeof resource === 'string' ? resource : audienceOf(resource),
    authenticatedAt: (token.authTime ?? token.iiat ?? token.iat) * MS,
    session: undefined,
    refreshToken: refreshTokenFacts(context, token),
    resumedState: undefined,
  }
}
