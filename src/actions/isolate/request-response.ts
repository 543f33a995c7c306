/** Request and Response. */

import { Headers } from 'headers-polyfill'
import { Body, copyOf, createBodyPorts, hasContent, type Init, takeFrom, toHeaders } from './body.ts'
import type { Current } from './current.ts'

export const createBodies = (current: Current) => {
  const ports = createBodyPorts(current)

  class Request extends Body {
    readonly url: string
    readonly method: string
    readonly redirect: string
    readonly signal: unknown
    constructor(input: unknown, init: Init = {}) {
      const from = input instanceof Request ? input : undefined
      super(ports, init.body ?? (from && takeFrom(from)), init.headers ?? from?.headers)
      this.url = from?.url ?? String(input)
      this.method = String(init.method ?? from?.method ?? 'GET').toUpperCase()
      this.redirect = String(init.redirect ?? from?.redirect ?? 'follow')
      this.signal = init.signal ?? from?.signal
      if (hasContent(this) && /^(GET|HEAD)$/.test(this.method)) {
        throw new TypeError(`a request with method ${this.method} has no body`)
      }
    }
    clone(): Request {
      const { url, ...init } = this
      return new Request(url, { ...init, body: copyOf(this) })
    }
  }

  class Response extends Body {
    readonly status: number
    readonly statusText: string
    readonly url: string = ''
    readonly redirected: boolean = false
    readonly type = 'default'
    constructor(body?: unknown, init: Init = {}) {
      super(ports, body, init.headers)
      this.status = init.status === undefined ? 200 : Number(init.status)
      this.statusText = init.statusText === undefined ? '' : String(init.statusText)
    }
    get ok(): boolean {
      return this.status >= 200 && this.status < 300
    }
    clone(): Response {
      return Object.assign(new Response(copyOf(this), this), { url: this.url, redirected: this.redirected })
    }
    static json(value: unknown, init: Init = {}): Response {
      const headers = toHeaders(init.headers)
      if (!headers.has('content-type')) headers.set('content-type', 'application/json')
      return new Response(JSON.stringify(value), { ...init, headers })
    }
    static redirect(address: unknown, status: unknown = 302): Response {
      return new Response(undefined, { status, headers: { location: String(address) } })
    }
    static error(): Response {
      return new Response(undefined, { status: 0 })
    }
  }

  return { Headers, Request, Response, takeFrom }
}
