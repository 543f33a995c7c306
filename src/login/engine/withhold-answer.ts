/** Lets an answer of the OIDC engine out only when everything that it stands for is done. */

import type { EventEmitter } from 'node:events'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { LogError } from '../../base/log-error.ts'
import { cookieName, dropCookie } from '../http/cookies.ts'
import { type Failure, toFailure } from '../http/failure.ts'
import { pagePolicy, redirectStatus } from '../http/reply.ts'
import { copySessionCookie } from '../http/silent-cookie.ts'
import { wayAfter } from '../lead-on/way-on.ts'
import { renderPage, type WayOn } from '../pages/pages.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { exchangeOf } from './engine-context.ts'
import { sendFailureMessage } from './web-message.ts'

type Context = Pick<
  KoaContextWithOIDC,
  'req' | 'res' | 'status' | 'body' | 'type' | 'path' | 'set' | 'remove' | 'accepts'
> & {
  /** Absent until the engine has found who answers the request. */
  readonly oidc?: KoaContextWithOIDC['oidc']
}

/** Addresses at which people, not programs, read the answer. */
const isPage = ({ path }: Context): boolean => /^\/(authorize|oidc\/session)(\/|$)/i.test(path)

/** Headers for each answer of the engine. A script runs only if the engine adds its hash, as for `form_post`. */
const setSecurityHeaders = (context: Context): void => {
  context.set('X-Content-Type-Options', 'nosniff')
  context.set('Referrer-Policy', 'same-origin')
  context.set('X-Frame-Options', 'DENY')
  if (isPage(context)) context.set('Content-Security-Policy', `${pagePolicy('http:')}; script-src 'strict-dynamic'`)
}

/** Replaces an answer, with everything in it that would let the browser in. */
const replaceAnswer = (context: Context, exchange: Exchange, failure: Failure, next: WayOn): void => {
  for (const name of ['Location', 'Set-Cookie', 'ETag']) context.res.removeHeader(name)
  context.status = failure.status
  context.set('Cache-Control', 'no-store')
  if (failure.retryAfter !== undefined) context.set('Retry-After', String(failure.retryAfter))
  const error = { error: failure.code, error_description: failure.message }
  if (!isPage(context)) {
    context.body = error
    return
  }
  if (sendFailureMessage(context, error)) return
  context.set('X-Frame-Options', 'DENY')
  context.set('Content-Security-Policy', pagePolicy())
  context.type = 'html'
  context.body = renderPage(
    'error',
    exchange.tenant.name,
    { message: failure.message, code: failure.code, next },
    failure.title,
  )
}

/**
 * Wraps the engine. An error that the engine would call `server_error`, or work held by the exchange that fails, turns
 * the answer into 503 or 500: no code, no token and no session leaves for a login that is not in the log.
 */
export const withholdAnswers = (
  provider: Provider,
  { logError }: { readonly logError: LogError },
  directory: Pick<Directory, 'client'>,
): void => {
  provider.on('server_error', (context, error) => {
    exchangeOf(context).failure ??= error
  })
  const engine: EventEmitter = provider
  engine.on('error', error => logError(error, { what: 'answer of the OIDC engine' }))
  provider.use(async (context, next) => {
    const exchange = exchangeOf(context)
    setSecurityHeaders(context)
    try {
      await next()
      await exchange.settle()
      if (exchange.failure !== undefined) throw exchange.failure
      dropCookie(context.res, cookieName('interaction', exchange.secure))
      copySessionCookie(context.res, exchange.secure)
      if (context.status === 303) context.status = redirectStatus(context.method)
    } catch (error) {
      const failure = toFailure(error)
      logError(error, { what: `${context.method} ${context.path}`, tenant: exchange.tenant.tenantId })
      replaceAnswer(context, exchange, failure, await wayAfter(failure, exchange, directory))
    }
  })
}
