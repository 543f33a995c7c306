/** Sites with https and names of their own, for tests of what browsers do between one site and another. */

import { request as forward, type RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { createAuthority } from './certificates.ts'

export interface HttpsSite {
  /** With the trailing slash. */
  readonly address: string
  /** Answers requests from now on. */
  serve(listener: RequestListener): void
  close(): void
}

/** Switches with which Chromium finds `.test` on this machine, and takes its certificates. */
export const CHROMIUM_SWITCHES = ['--host-resolver-rules=MAP *.test 127.0.0.1', '--ignore-certificate-errors']

/** @param name such as `app.test` */
export const startHttpsSite = async (name: string): Promise<HttpsSite> => {
  const { certificate: cert, key } = createAuthority().issue([name])
  let answer: RequestListener = (_, response) => void response.writeHead(404).end()
  const server = createServer({ cert, key }, (request, response) => answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new TypeError('the site has no port')
  return {
    address: `https://${name}:${bound.port}/`,
    serve(listener) {
      answer = listener
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Hands every request to a server with plain http, as a proxy that ends https does. */
export const forwardTo =
  (address: string): RequestListener =>
  (request, response) => {
    const { method = 'GET', headers, url = '/' } = request
    const onward = forward(new URL(url, address), { method, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  }
