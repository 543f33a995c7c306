/** The body of a Request or a Response: whole, or a stream that is read when it is asked for. */

import { Headers } from 'headers-polyfill'
import { bytesOf } from './bytes.ts'
import type { Current } from './current.ts'
import type { Parts } from './part.ts'
import type { Blobs } from './parts/blob.ts'
import type { FormDatas } from './parts/form-data.ts'
import type { WebStreams } from './parts/web-streams.ts'

type Bytes = Uint8Array<ArrayBuffer>

type Stream = InstanceType<WebStreams['ReadableStream']>

export type Content = string | Bytes | Stream | undefined

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

export const toHeaders = (init: unknown): Headers => new Headers(init as ConstructorParameters<typeof Headers>[0]) // it reads whatever it is given

/** What a body is made of, and the type that it has by itself, as the fetch standard gives it. */
interface Source {
  readonly content: Content
  readonly type?: string
}

/** Tells what belongs to a part, which has then been loaded already. */
const createReader = ({ loaded, load }: Parts) => {
  const isStream = (value: unknown): value is Stream => {
    const streams = loaded('web-streams') as WebStreams | undefined // what the part makes
    return streams !== undefined && value instanceof streams.ReadableStream
  }
  const fromForm = (body: unknown): unknown => {
    const forms = loaded('form-data') as FormDatas | undefined // what the part makes
    return forms && body instanceof forms.FormData ? forms.toBlob(body) : body
  }
  const fromBlob = (body: unknown): Source | undefined => {
    const blobs = loaded('blob') as Blobs | undefined // what the part makes
    const bytes = blobs?.bytesInside(body)
    return blobs && bytes && body instanceof blobs.Blob ? { content: bytes.slice(), type: body.type } : undefined
  }
  const read = (given: unknown): Source => {
    if (given === undefined || given === null) return { content: undefined }
    if (typeof given === 'string') return { content: given, type: 'text/plain;charset=UTF-8' }
    if (isStream(given)) return { content: given }
    if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return { content: bytesOf(given) }
    const blob = fromBlob(fromForm(given))
    if (blob) return blob
    const isQuery = Object.prototype.toString.call(given) === '[object URLSearchParams]'
    const type = isQuery ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'text/plain;charset=UTF-8'
    return { content: String(given), type }
  }
  const classes = () => load('web-streams') as WebStreams // as above
  const blobs = () => load('blob') as Blobs // as above
  return { read, isStream, classes, blobs }
}

const toChunk = (chunk: unknown): Bytes => {
  if (ArrayBuffer.isView(chunk)) return bytesOf(chunk)
  throw new TypeError('a stream that is a body must give views of bytes')
}

/** Reads a stream to its end. */
const drain = async (stream: Stream, limit: number): Promise<Bytes> => {
  const reader = stream.getReader()
  const chunks: Bytes[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    const chunk = toChunk(value)
    size += chunk.length
    if (size > limit) {
      void reader.cancel().catch(() => undefined)
      throw new RangeError(`the body is a stream of more than ${limit} bytes`)
    }
    chunks.push(chunk)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

const isDisturbed = (stream: Stream): boolean => Reflect.get(stream, '_disturbed') === true

const used = () => new TypeError('the body has been read already')

/**
 * Whether the headers say the type already. A form without its boundary can be read by nobody: clients that know
 * browsers and Node, and nothing else, name a type that is not true of it.
 */
const isTyped = (headers: Headers, type: string): boolean => {
  const given = headers.get('content-type')
  return given !== null && (given.includes('boundary=') || !type.includes('boundary='))
}

/** The class that Request and Response extend. */
export const createBody = ({ bridge, parts }: Current) => {
  const reader = createReader(parts)

  const encode = (text: string): Bytes => {
    const bytes = bridge.compute('utf8', text)
    if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes)
    throw new RangeError('the body is too long')
  }

  const toStream = (content: string | Bytes): Stream => {
    const { ReadableStream } = reader.classes()
    const source = {
      pull(controller: { enqueue(chunk: Bytes): void; close(): void }) {
        const bytes = typeof content === 'string' ? encode(content) : content.slice()
        if (bytes.length > 0) controller.enqueue(bytes)
        controller.close()
      },
    }
    // Nothing is read ahead, so that a body that is only looked at counts as unread.
    return new ReadableStream<Bytes>(source, { highWaterMark: 0 })
  }

  let copyOf: (of: Body) => Content = () => undefined
  let takeFrom: (of: Body) => Content = () => undefined
  let hasContent: (of: Body) => boolean = () => false

  class Body {
    readonly headers: Headers
    #content: Content
    #used = false
    static {
      copyOf = of => {
        if (of.bodyUsed) throw used()
        if (!reader.isStream(of.#content)) return of.#content
        const [kept, copy] = of.#content.tee()
        of.#content = kept
        return copy
      }
      takeFrom = of => {
        if (of.bodyUsed || (reader.isStream(of.#content) && of.#content.locked)) throw used()
        of.#used = of.#content !== undefined
        return of.#content
      }
      hasContent = of => of.#content !== undefined
    }
    constructor(body: unknown, headers: unknown) {
      this.headers = toHeaders(headers)
      const { content, type } = reader.read(body)
      if (reader.isStream(content) && (content.locked || isDisturbed(content))) throw used()
      this.#content = content
      if (type && !isTyped(this.headers, type)) this.headers.set('content-type', type)
    }
    get body(): Stream | null {
      if (this.#content === undefined) return null
      if (!reader.isStream(this.#content)) {
        const stream = toStream(this.#content)
        if (this.#used) void stream.cancel()
        this.#content = stream
      }
      return this.#content
    }
    get bodyUsed(): boolean {
      return this.#used || (reader.isStream(this.#content) && isDisturbed(this.#content))
    }
    async arrayBuffer(): Promise<ArrayBuffer> {
      return (await this.bytes()).buffer
    }
    async bytes(): Promise<Bytes> {
      const content = takeFrom(this)
      if (reader.isStream(content)) return drain(content, MAX_BYTES)
      return typeof content === 'string' ? encode(content) : (content ?? new Uint8Array(0))
    }
    async text(): Promise<string> {
      const content = takeFrom(this)
      if (content === undefined || typeof content === 'string') return content ?? ''
      const bytes = reader.isStream(content) ? await drain(content, MAX_BYTES) : content
      const text = bridge.compute('decode', 'utf-8', false, false, bytes.buffer)
      if (typeof text === 'string') return text
      throw new RangeError('the body is too long for a text')
    }
    async json(): Promise<unknown> {
      return JSON.parse(await this.text())
    }
    async blob(): Promise<unknown> {
      const { Blob } = reader.blobs()
      return new Blob([await this.bytes()], { type: this.headers.get('content-type') ?? '' })
    }
    async formData(): Promise<never> {
      throw new TypeError('formData() is not available in Actions: read the body with text() or bytes()')
    }
  }

  return {
    Body,
    /** What a copy is made of. A stream is divided: one half stays, one goes with the copy. */
    copyOf: (of: Body): Content => copyOf(of),
    /** Hands the content over and uses the body up. */
    takeFrom: (of: Body): Content => takeFrom(of),
    hasContent: (of: Body): boolean => hasContent(of),
  }
}

/** The bytes that leave with a request: at most `limit` of a stream are read. */
export const toSent = async (content: Content, current: Current, limit: number): Promise<ArrayBuffer | undefined> => {
  if (content === undefined) return undefined
  if (typeof content === 'string') {
    const bytes = current.bridge.compute('utf8', content)
    return bytes instanceof ArrayBuffer ? bytes : undefined
  }
  if (content instanceof Uint8Array) return content.buffer
  return (await drain(content, limit)).buffer
}
