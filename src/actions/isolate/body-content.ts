/** What the body of a Request or a Response is made of: text, bytes, or a stream that is read when it is asked for. */

import { type Bytes, bytesOf, concatBytes } from './bytes.ts'
import type { Parts } from './part.ts'
import type { Blobs } from './parts/blob.ts'
import type { FormDatas } from './parts/form-data.ts'
import type { WebStreams } from './parts/web-streams.ts'

export type Stream = InstanceType<WebStreams['ReadableStream']>

export type Content = string | Bytes | Stream | undefined

/** Content, and the type that it has by itself, as the fetch standard gives it. */
export interface Source {
  readonly content: Content
  readonly type?: string
}

/** Tells what belongs to a part, which has then been loaded already. */
export const createContentReader = ({ loaded, load }: Parts) => {
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
  return {
    read,
    isStream,
    streams: () => load('web-streams') as WebStreams, // what the part makes
    blobs: () => load('blob') as Blobs, // as above
  }
}

export type ContentReader = ReturnType<typeof createContentReader>

const toChunk = (chunk: unknown): Bytes => {
  if (ArrayBuffer.isView(chunk)) return bytesOf(chunk)
  throw new TypeError('a stream that is a body must give views of bytes')
}

/** Reads a stream to its end; a RangeError when it gives more than `limit` bytes. */
export const drain = async (stream: Stream, limit: number): Promise<Bytes> => {
  const reader = stream.getReader()
  const chunks: Bytes[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concatBytes(chunks)
    const chunk = toChunk(value)
    size += chunk.length
    if (size > limit) {
      void reader.cancel().catch(() => undefined)
      throw new RangeError(`the body is a stream of more than ${limit} bytes`)
    }
    chunks.push(chunk)
  }
}

/** Whether anybody has read of it; the polyfill's own mark, which no method shows. */
export const isDisturbed = (stream: Stream): boolean => Reflect.get(stream, '_disturbed') === true
