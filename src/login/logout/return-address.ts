/** Whether a browser may be sent to an address after a logout. */

const WEB = ['http:', 'https:']

/** One label or more stand for `*`; it is allowed at the beginning of the host only. */
const hostMatches = (host: string, pattern: string): boolean => {
  if (!pattern.startsWith('*.')) return host === pattern
  const parent = pattern.slice(1)
  return host.endsWith(parent) && /^[a-z\d-]+(\.[a-z\d-]+)*$/.test(host.slice(0, -parent.length))
}

/** `*` is no character of a host, so it is parsed as a name that no host has. */
const parseAllowed = (allowed: string): { url: URL; host: string } | undefined => {
  const url = URL.parse(allowed.replace('://*.', '://wildcard-label.'))
  return url ? { url, host: url.host.replace(/^wildcard-label\./, '*.') } : undefined
}

const matches = (target: URL, allowed: string, tail: Tail): boolean => {
  const parsed = parseAllowed(allowed)
  if (!parsed) return false
  return (
    target.protocol === parsed.url.protocol &&
    hostMatches(target.host, parsed.host) &&
    target.pathname === parsed.url.pathname &&
    (tail === 'free' || (target.search === parsed.url.search && target.hash === parsed.url.hash))
  )
}

/** Whether an address may have a query and a fragment of its own, or those of the list only. */
export type Tail = 'free' | 'listed'

/**
 * True when the list allows the address. Scheme, host and path must be the same, letter by letter in the path. Addresses
 * with a user name, which look like another host, are never allowed.
 *
 * @param tail `free` for `returnTo` (contract: `/v2/logout`), `listed` for `post_logout_redirect_uri`, which is one of the
 * registered addresses (RP-Initiated Logout section 3)
 */
export const isAllowedReturn = (address: string, allowed: readonly string[], tail: Tail): boolean => {
  const target = URL.parse(address)
  if (target === null) return false
  if (target.username !== '' || target.password !== '') return false
  if (!WEB.includes(target.protocol)) return allowed.includes(address)
  return allowed.some(entry => matches(target, entry, tail))
}
