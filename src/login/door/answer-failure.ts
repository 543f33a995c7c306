/** Turns what a part of the login threw, of any type, into an answer. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LogError } from '../../base/log-error.ts'
import { toFailure } from '../http/failure.ts'
import { sendJson, sendPage } from '../http/reply.ts'
import { renderPage, type WayOn } from '../pages/pages.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** Addresses that programs call. */
const isProgram = (path: string): boolean => /^\/(oauth|userinfo|\.well-known)(\/|$|\?)/.test(path)

/** Heads the page when the tenant itself could not be found. */
const NO_TENANT = 'Log in'

export const answerFailure = (
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  {
    tenant,
    next,
    logError,
  }: { readonly tenant: Tenant | undefined; readonly next: WayOn } & { readonly logError: LogError },
): void => {
  const failure = toFailure(error)
  const path = request.url ?? ''
  if (failure.status >= 500) {
    logError(error, { what: `${request.method} ${path.split('?', 1)[0]}`, tenant: tenant?.tenantId ?? '' })
  }
  // What was set before belongs to an answer that is not given.
  response.removeHeader('Set-Cookie')
  // A body that was not read to its end would be taken for the next request.
  if (failure.status === 413) response.setHeader('Connection', 'close')
  const { status, code, title, message, retryAfter } = failure
  if (isProgram(path)) {
    const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }
    sendJson(response, status, { error: code, error_description: message }, headers)
    return
  }
  const html = renderPage('error', tenant?.name ?? NO_TENANT, { message, code: undefined, next }, title)
  sendPage(response, status, html, { retryAfter })
}
