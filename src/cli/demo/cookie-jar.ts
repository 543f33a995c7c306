/** The cookies of one simulated browser on one origin. */

interface Cookie {
  readonly value: string
  readonly path: string
}

const parseSetCookie = (header: string): { name: string; cookie: Cookie; expired: boolean } => {
  const [pair = '', ...attributes] = header.split(';')
  const separator = pair.indexOf('=')
  const options = new Map(
    attributes.map(attribute => {
      const [key = '', value = ''] = attribute.trim().split('=')
      return [key.toLowerCase(), value]
    }),
  )
  const expires = options.get('expires')
  return {
    name: pair.slice(0, separator).trim(),
    cookie: { value: pair.slice(separator + 1), path: options.get('path') ?? '/' },
    expired: options.get('max-age') === '0' || (expires !== undefined && new Date(expires).getTime() <= 0),
  }
}

/** Path match of RFC 6265 section 5.1.4. */
const pathMatches = (requestPath: string, cookiePath: string): boolean =>
  requestPath === cookiePath ||
  (requestPath.startsWith(cookiePath) && (cookiePath.endsWith('/') || requestPath[cookiePath.length] === '/'))

export interface CookieJar {
  /** Takes the `Set-Cookie` headers of an answer. */
  store(headers: Headers): void
  /** The `Cookie` header for a request to this path; empty when there is none. */
  header(path: string): string
}

/** An empty jar. It knows paths and deletion; domains and lifetimes do not matter to a minute's demo. */
export const createCookieJar = (): CookieJar => {
  const cookies = new Map<string, { name: string; cookie: Cookie }>()
  return {
    store(headers) {
      for (const header of headers.getSetCookie()) {
        const { name, cookie, expired } = parseSetCookie(header)
        const key = `${name};${cookie.path}`
        if (expired) cookies.delete(key)
        else cookies.set(key, { name, cookie })
      }
    },
    header(path) {
      return [...cookies.values()]
        .filter(({ cookie }) => pathMatches(path, cookie.path))
        .map(({ name, cookie }) => `${name}=${cookie.value}`)
        .join('; ')
    },
  }
}
