/** Cookies: their names, reading them from a request, writing them to an answer. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/** Every cookie that the login sets, without its prefix. */
export const COOKIE = {
  /** The single sign-on session. */
  session: 'ec_session',
  /** A copy of it for silent logins in frames of other sites; on https only. */
  silent: 'ec_silent',
  /** One login under way; the OIDC engine sets it, it is never read, and it does not leave the server. */
  interaction: 'ec_interaction',
  /** The right to continue one authorization request, at its path only. */
  resume: 'ec_resume',
  /** Ties login transactions to this browser until it is closed. */
  browser: 'ec_browser',
  /** Recognises the device for experiments. */
  device: 'ec_device',
  /** Names the application for which the browser last began a login. */
  application: 'ec_application',
  /** Spares a user the second factor in this browser. */
  remembered: 'ec_remembered',
} as const

export type CookieKind = keyof typeof COOKIE

/** Those that are sent to one path only, which the `__Host-` prefix forbids. */
const PATH_BOUND: readonly CookieKind[] = ['interaction', 'resume']

/**
 * The name as the browser sees it. On https a prefix makes browsers refuse a cookie that a neighbouring
 * subdomain or a plain-http page tries to plant (RFC 6265bis section 4.1.3).
 */
export const cookieName = (kind: CookieKind, secure: boolean): string => {
  if (!secure) return COOKIE[kind]
  return `${PATH_BOUND.includes(kind) ? '__Secure-' : '__Host-'}${COOKIE[kind]}`
}

/** The value of a cookie; undefined when it is absent. Of several with one name the first counts. */
export const readCookie = (request: IncomingMessage, name: string): string | undefined => {
  for (const pair of request.headers.cookie?.split(';') ?? []) {
    const separator = pair.indexOf('=')
    if (separator > 0 && pair.slice(0, separator).trim() === name) return pair.slice(separator + 1).trim()
  }
  return undefined
}

/** Takes a cookie out of an answer that has not been sent. */
export const dropCookie = (response: ServerResponse, name: string): void => {
  const cookies = response.getHeader('Set-Cookie')
  if (!Array.isArray(cookies)) return
  response.setHeader(
    'Set-Cookie',
    cookies.filter(cookie => !cookie.startsWith(`${name}=`)),
  )
}

export interface CookieOptions {
  readonly secure: boolean
  /** Seconds; absent = until the browser is closed. */
  readonly maxAge?: number
}

/**
 * Adds a cookie that scripts cannot read and that other sites' forms and frames do not send.
 * @param value of letters, digits, `-`, `_` and `.` only
 */
export const addCookie = (
  response: ServerResponse,
  name: string,
  value: string,
  { secure, maxAge }: CookieOptions,
): void => {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax']
  if (maxAge !== undefined) attributes.push(`Max-Age=${maxAge}`)
  if (secure) attributes.push('Secure')
  response.appendHeader('Set-Cookie', [`${name}=${value}`, ...attributes].join('; '))
}
