/** A destination for tests: an HTTP server that remembers what it was sent, byte for byte. */

import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { createEgress, type Egress } from '../../base/egress.ts'
import { LOCAL } from './sink-contract.ts'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string
  /** The connection breaks instead. */
  readonly dies?: true
  /** Nothing comes back, and the connection stays. */
  readonly hangs?: true
}

export interface Receiver {
  readonly origin: string
  readonly port: number
  readonly requests: readonly Received[]
}

/** Starts a receiver; it stops with the test. */
export const startReceiver = async (
  t: TestContext,
  answer: (request: Received, count: number) => Answer | Promise<Answer> = () => ({ status: 200 }),
): Promise<Receiver> => {
  const requests: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
    }
    requests.push(received)
    const { status, headers, body, dies, hangs } = await answer(received, requests.length)
    if (dies) return request.socket.destroy()
    if (hangs) return
    response.writeHead(status, headers).end(body)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server has such an address
  return { origin: `http://127.0.0.1:${port}`, port, requests }
}

export interface Detour extends Egress {
  /** The addresses that were asked for. */
  readonly urls: readonly string[]
}

/** Sends to a receiver what is meant for a destination whose address is fixed. */
export const detourTo = (t: TestContext, { origin }: Receiver): Detour => {
  const egress = createEgress(LOCAL)
  t.after(() => egress.close())
  const urls: string[] = []
  return {
    urls,
    send: request => {
      urls.push(request.url)
      const { pathname, search } = new URL(request.url)
      return egress.send({ ...request, url: `${origin}${pathname}${search}` })
    },
    close: () => egress.close(),
  }
}
