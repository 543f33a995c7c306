/** Sends answers: pages under a strict policy, JSON, redirects. */

import type { ServerResponse } from 'node:http'

/** Headers that no answer of the login goes without. */
const ALWAYS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
}

const send = (
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void => {
  if (response.headersSent || response.destroyed) return
  for (const [name, value] of Object.entries({ ...ALWAYS, ...headers })) response.setHeader(name, value)
  response.statusCode = status
  response.setHeader('Content-Length', Buffer.byteLength(body))
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

/**
 * The policy of a page: nothing loads but our own style sheet and icon and, where a page says so, our own scripts.
 *
 * `form-action` cannot be 'self' alone: Chromium applies it to each redirect that follows the submission, and the login
 * form ends at the application's callback, which may send the browser further (an identity broker does, to a third
 * origin that is not known here). So https is allowed, and besides it the scheme of this request's callback, which is
 * plain http in development and the application's own scheme on a phone.
 *
 * @param scheme of the address at which the form may end besides https, with its colon
 */
export const pagePolicy = (scheme?: string, scripts: 'none' | 'own' = 'none'): string => {
  const targets = ["'self'", 'https:', ...(scheme && scheme !== 'https:' ? [scheme] : [])]
  return [
    "default-src 'none'",
    "style-src 'self'",
    ...(scripts === 'own' ? ["script-src 'self'"] : []),
    "img-src 'self'",
    `form-action ${targets.join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

export interface PageOptions {
  /** Where the page's form may lead in the end; see `pagePolicy`. */
  readonly redirectUri?: string | undefined
  /** Pages that load one of the server's scripts say so; no other page runs any. Default `none`. */
  readonly scripts?: 'none' | 'own' | undefined
  /** Seconds after which it makes sense to try again. */
  readonly retryAfter?: number | undefined
}

export const sendPage = (response: ServerResponse, status: number, html: string, options: PageOptions = {}): void =>
  send(
    response,
    status,
    {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': pagePolicy(URL.parse(options.redirectUri ?? '')?.protocol, options.scripts),
      'X-Frame-Options': 'DENY',
      ...(options.retryAfter === undefined ? {} : { 'Retry-After': String(options.retryAfter) }),
    },
    html,
  )

export const sendJson = (
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void =>
  send(response, status, { 'Content-Type': 'application/json; charset=utf-8', ...headers }, JSON.stringify(value))

/** Sends a file that never changes under its address. */
export const sendFile = (response: ServerResponse, type: string, body: Buffer): void =>
  send(response, 200, { 'Content-Type': type, 'Cache-Control': 'public, max-age=31536000, immutable' }, body)

/**
 * Status of an answer that sends the browser on: 302, as the wire has it, where it came with GET already; 303 where it
 * must not come with its form again (RFC 9110 section 15.4.4, RFC 9700 section 4.12).
 */
export const redirectStatus = (method: string | undefined): 302 | 303 =>
  method === 'GET' || method === 'HEAD' ? 302 : 303

/** Sends the browser on with GET. */
export const sendRedirect = (response: ServerResponse, location: string): void =>
  send(response, redirectStatus(response.req.method), { Location: location }, '')

/** Refuses a method and names those that exist. */
export const sendMethodNotAllowed = (response: ServerResponse, allowed: readonly string[]): void =>
  sendJson(
    response,
    405,
    { error: 'invalid_request', error_description: `Use ${allowed.join(' or ')}.` },
    { Allow: allowed.join(', ') },
  )
