/** The body of a Request or a Response. */

import { Headers } from 'headers-polyfill'
import type { Bridge } from '../contract/bridge.ts'
import {
  type Content,
  type ContentReader,
  createContentReader,
  drain,
  isDisturbed,
  type Stream,
} from './body-content.ts'
import type { Bytes } from './bytes.ts'
import type { Current } from './current.ts'

/** What is kept of a stream that is read to its end. */
const MAX_BYTES = 4_000_000

export interface Init {
  readonly method?: unknown
  readonly headers?: unknown
  readonly body?: unknown
  readonly redirect?: unknown
  readonly signal?: unknown
  readonly status?: unknown
  readonly statusText?: unknown
}

export const toHeaders = (init: unknown): Headers => new Headers(init as ConstructorParameters<typeof Headers>[0]) // it reads any value

const used = () => new TypeError('the body has been read already')

/**
 * Whether the headers say the type already. A form without its boundary cannot be read: clients that know
 * browsers and Node, and nothing else, name a type that is not true of it.
 */
const isTyped = (headers: Headers, type: string): boolean => {
  const given = headers.get('content-type')
  return given !== null && (given.includes('boundary=') || !type.includes('boundary='))
}

export interface BodyPorts {
  readonly bridge: Bridge
  readonly reader: ContentReader
}

export const createBodyPorts = ({ bridge, parts }: Current): BodyPorts => ({
  bridge,
  reader: createContentReader(parts),
})

const encode = ({ bridge }: BodyPorts, text: string): Bytes => {
  const bytes = bridge.compute('utf8', text)
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes)
  throw new RangeError('the body is too long')
}

const toStream = (ports: BodyPorts, content: string | Bytes): Stream => {
  const { ReadableStream } = ports.reader.streams()
  const source = {
    pull(controller: { enqueue(chunk: Bytes): void; close(): void }) {
      const bytes = typeof content === 'string' ? encode(ports, content) : content.slice()
      if (bytes.length > 0) controller.enqueue(bytes)
      controller.close()
    },
  }
  // Nothing is read ahead, so that a body that is only looked at counts as unread.
  return new ReadableStream<Bytes>(source, { highWaterMark: 0 })
}

/** What a copy is made of. A stream is divided: one half stays, one goes with the copy. */
export let copyOf: (of: Body) => Content

/** Hands the content over and uses the body up. */
export let takeFrom: (of: Body) => Content

export let hasContent: (of: Body) => boolean

/** What Request and Response extend. */
export class Body {
  readonly headers: Headers
  readonly #ports: BodyPorts
  #content: Content
  #used = false
  static {
    copyOf = of => {
      if (of.bodyUsed) throw used()
      if (!of.#ports.reader.isStream(of.#content)) return of.#content
      const [kept, copy] = of.#content.tee()
      of.#content = kept
      return copy
    }
    takeFrom = of => {
      if (of.bodyUsed || (of.#ports.reader.isStream(of.#content) && of.#content.locked)) throw used()
      of.#used = of.#content !== undefined
      return of.#content
    }
    hasContent = of => of.#content !== undefined
  }
  constructor(ports: BodyPorts, body: unknown, headers: unknown) {
    this.#ports = ports
    this.headers = toHeaders(headers)
    const { content, type } = ports.reader.read(body)
    if (ports.reader.isStream(content) && (content.locked || isDisturbed(content))) throw used()
    this.#content = content
    if (type && !isTyped(this.headers, type)) this.headers.set('content-type', type)
  }
  get body(): Stream | null {
    if (this.#content === undefined) return null
    if (!this.#ports.reader.isStream(this.#content)) {
      const stream = toStream(this.#ports, this.#content)
      if (this.#used) void stream.cancel()
      this.#content = stream
    }
    return this.#content
  }
  get bodyUsed(): boolean {
    return this.#used || (this.#ports.reader.isStream(this.#content) && isDisturbed(this.#content))
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer
  }
  async bytes(): Promise<Bytes> {
    const content = takeFrom(this)
    if (this.#ports.reader.isStream(content)) return drain(content, MAX_BYTES)
    return typeof content === 'string' ? encode(this.#ports, content) : (content ?? new Uint8Array(0))
  }
  async text(): Promise<string> {
    const content = takeFrom(this)
    if (content === undefined || typeof content === 'string') return content ?? ''
    const bytes = this.#ports.reader.isStream(content) ? await drain(content, MAX_BYTES) : content
    const text = this.#ports.bridge.compute('decode', 'utf-8', false, false, bytes.buffer)
    if (typeof text === 'string') return text
    throw new RangeError('the body is too long for a text')
  }
  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }
  async blob(): Promise<unknown> {
    const { Blob } = this.#ports.reader.blobs()
    return new Blob([await this.bytes()], { type: this.headers.get('content-type') ?? '' })
  }
  async formData(): Promise<never> {
    throw new TypeError('formData() is not available in Actions: read the body with text() or bytes()')
  }
}

/** The bytes that leave with a request: at most `limit` of a stream are read. */
export const toSent = async (
  content: Content,
  { bridge }: Current,
  limit: number,
): Promise<ArrayBuffer | undefined> => {
  if (content === undefined) return undefined
  if (typeof content === 'string') {
    const bytes = bridge.compute('utf8', content)
    return bytes instanceof ArrayBuffer ? bytes : undefined
  }
  return (content instanceof Uint8Array ? content : await drain(content, limit)).buffer
}
