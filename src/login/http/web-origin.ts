/** Which web origins an application's callbacks stand for. */

const WEB = ['http:', 'https:']

/**
 * True when one of the callbacks is at the origin. A callback with a scheme of its own is at none: addresses of such
 * schemes have the opaque origin, which is written `null`, and so has every sandboxed frame of any site (HTML Standard
 * section 7.1.1).
 *
 * @param origin as the header `Origin` says it
 */
export const isOriginOfCallback = (callbacks: readonly string[], origin: string): boolean =>
  callbacks.some(callback => {
    const url = URL.parse(callback)
    return url !== null && WEB.includes(url.protocol) && url.origin === origin
  })
