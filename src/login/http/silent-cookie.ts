/**
 * The session as a frame of another site sends it: a copy of its cookie with `SameSite=None`, which counts for silent
 * logins (`prompt=none`) and for nothing else. The session's own cookie stays `Lax`: no other site logs a user in or
 * out, or opens a page as the user.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { cookieName, readCookie } from './cookies.ts'

/** The session's id and its signature. */
const FORMAT = /^([\w-]{1,128})\.([\w-]{1,128})$/

/** `name=value; attributes` as an answer sets it. */
const parseCookie = (cookie: string): { readonly value: string; readonly attributes: readonly string[] } => {
  const [pair = '', ...attributes] = cookie.split(';')
  return { value: pair.slice(pair.indexOf('=') + 1), attributes: attributes.map(attribute => attribute.trim()) }
}

/**
 * Adds the copy to an answer that sets or removes the session's cookie. Browsers take `SameSite=None` on https only, so
 * without it there is none; on plain http there is development, where application and server are one site.
 */
export const copySessionCookie = (response: ServerResponse, secure: boolean): void => {
  const cookies = response.getHeader('Set-Cookie')
  if (!secure || !Array.isArray(cookies)) return
  const [session, silent] = [cookieName('session', secure), cookieName('silent', secure)]
  const find = (name: string) => cookies.find(cookie => cookie.startsWith(`${name}=`))
  const [cookie, signature] = [find(session), find(`${session}.sig`)]
  if (cookie === undefined || find(silent) !== undefined) return
  const { value, attributes } = parseCookie(cookie)
  const others = attributes.filter(attribute => !/^samesite=/i.test(attribute))
  const copied = value === '' ? '' : `${value}.${parseCookie(signature ?? '').value}`
  response.setHeader('Set-Cookie', [...cookies, [`${silent}=${copied}`, ...others, 'SameSite=None'].join('; ')])
}

/** The request's cookies with the session's in place of its copy; unchanged when the session came itself, or neither. */
export const withSilentSession = (request: IncomingMessage, secure: boolean): string | undefined => {
  const { cookie } = request.headers
  const session = cookieName('session', secure)
  if (!secure || readCookie(request, session) !== undefined) return cookie
  const [, id, signature] = FORMAT.exec(readCookie(request, cookieName('silent', secure)) ?? '') ?? []
  return id && signature ? `${cookie}; ${session}=${id}; ${session}.sig=${signature}` : cookie
}

/**
 * True when the address alone says that a login is silent: only then the copy of the session counts. A pushed request has a
 * prompt of its own, which wins over that of the address (RFC 9126 section 4), so it is none.
 *
 * @param parameters those of an authorization request
 */
export const isSilentRequest = (parameters: URLSearchParams): boolean =>
  parameters.getAll('prompt').join() === 'none' && !parameters.has('request_uri') && !parameters.has('request')
