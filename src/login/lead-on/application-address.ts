/** The address at which people go on in an application when nothing of a login is carried there. */

import type { ClientRecord } from '../../store/tenants/client-store.ts'

const WEB = ['http:', 'https:']

/** RFC 8252 section 7.1: a scheme of an application's own is a domain name backwards, so it has a dot. */
const APP_SCHEME = /^[a-z][a-z\d+-]*\.[a-z\d+.-]+:$/

/**
 * An application with a scheme of its own is opened by its callback without an answer; a web application has its
 * front page at the callback's origin.
 */
const addressOfCallback = (callback: string): string | undefined => {
  const url = URL.parse(callback)
  if (!url) return undefined
  if (WEB.includes(url.protocol)) return `${url.origin}/`
  return APP_SCHEME.test(url.protocol) ? `${url.protocol}//${url.host}${url.pathname}` : undefined
}

/** With the issuer, as third-party initiated logins name it (OpenID Connect Core 1.0 section 4). */
const withIssuer = (address: string, issuer: string): string | undefined => {
  const url = URL.parse(address)
  url?.searchParams.set('iss', issuer)
  return url?.href
}

/**
 * Where an application's users go on: its `initiate_login_uri`, else the origin of a callback. It carries no answer of
 * a login, so any number of visits do no harm.
 *
 * @param callback of the login under way, which was checked when it began: on a loopback address its port may be new
 * @returns undefined for an application without a page
 */
export const applicationAddress = (
  { initiateLoginUri, callbacks }: Pick<ClientRecord, 'initiateLoginUri' | 'callbacks'>,
  issuer: string,
  callback?: string,
): string | undefined => {
  const begun = initiateLoginUri === undefined ? undefined : withIssuer(initiateLoginUri, issuer)
  if (begun !== undefined) return begun
  return [...(callback === undefined ? [] : [callback]), ...callbacks]
    .map(addressOfCallback)
    .find(address => address !== undefined)
}
