/** The body of a Request or a Response, without streams: it is there as a whole or not at all. */

import { Headers } from 'headers-polyfill'
import { bytesOf } from './bytes.ts'
import type { Current } from './current.ts'

const EMPTY = new ArrayBuffer(0)

type Content = string | Uint8Array<ArrayBuffer> | undefined

const toContent = (body: unknown): Content => {
  if (body === undefined || body === null) return undefined
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? bytesOf(body) : String(body)
}

/** The type that a body has by itself, as the fetch standard gives it. */
const typeOf = (body: unknown): string | undefined => {
  if (typeof body === 'string') return 'text/plain;charset=UTF-8'
  const isQuery = Object.prototype.toString.call(body) === '[object URLSearchParams]'
  return isQuery ? 'application/x-www-form-urlencoded;charset=UTF-8' : undefined
}

export interface Init {
  readonly method?: unknown
  readonly headers?: unknown
  readonly body?: unknown
  readonly redirect?: unknown
  readonly signal?: unknown
  readonly status?: unknown
  readonly statusText?: unknown
}

export const toHeaders = (init: unknown): Headers => new Headers(init as ConstructorParameters<typeof Headers>[0]) // it reads whatever it is given

/** The class that Request and Response extend. */
export const createBody = ({ bridge }: Current) =>
  class Body {
    readonly headers: Headers
    readonly body = null
    #content: Content
    #used = false
    constructor(body: unknown, headers: unknown) {
      this.headers = toHeaders(headers)
      this.#content = toContent(body)
      const type = typeOf(body)
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type)
    }
    get bodyUsed(): boolean {
      return this.#used
    }
    /** What is sent or copied; does not use the body up. */
    static contentOf(of: Body): Content {
      return of.#content
    }
    async arrayBuffer(): Promise<ArrayBuffer> {
      return (await this.bytes()).buffer
    }
    async bytes(): Promise<Uint8Array<ArrayBuffer>> {
      const content = this.#take()
      if (typeof content !== 'string') return content ?? new Uint8Array(EMPTY)
      return new Uint8Array(bridge.compute('utf8', content) as ArrayBuffer) // the child answers with bytes
    }
    async text(): Promise<string> {
      const content = this.#take()
      if (content === undefined || typeof content === 'string') return content ?? ''
      return String(bridge.compute('decode', 'utf-8', false, false, content.buffer))
    }
    async json(): Promise<unknown> {
      return JSON.parse(await this.text())
    }
    #take(): Content {
      if (this.#used) throw new TypeError('the body has been read already')
      this.#used = this.#content !== undefined
      return this.#content
    }
  }
