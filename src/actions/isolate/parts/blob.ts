/** Blob and File (W3C File API): bytes with a type, in memory. */

import type { Bridge } from '../../contract/bridge.ts'
import { type Bytes, bytesOf, concatBytes } from '../bytes.ts'
import type { PartSurroundings } from '../part.ts'
import type { WebStreams } from './web-streams.ts'

interface BlobInit {
  readonly type?: unknown
}

interface FileInit extends BlobInit {
  readonly lastModified?: unknown
}

/** A type with characters beyond printable ASCII is none. */
const typeOf = (init: BlobInit): string => {
  const type = String(init.type ?? '')
  return /^[\x20-\x7e]*$/.test(type) ? type.toLowerCase() : ''
}

const position = (value: unknown, size: number, absent: number): number => {
  const given = value === undefined ? absent : Math.trunc(Number(value)) || 0
  return given < 0 ? Math.max(size + given, 0) : Math.min(given, size)
}

const decode = (bridge: Bridge, bytes: Bytes): string => {
  const text = bridge.compute('decode', 'utf-8', false, false, bytes.slice().buffer)
  if (typeof text === 'string') return text
  throw new RangeError('the Blob is too long for a text')
}

const sourceOf = (bytes: Bytes) => ({
  start(controller: { enqueue(chunk: Bytes): void; close(): void }) {
    if (bytes.length > 0) controller.enqueue(bytes.slice())
    controller.close()
  },
})

const createBlob = ({ bridge, load }: PartSurroundings) => {
  const encode = (text: string): Bytes => {
    const bytes = bridge.compute('utf8', text)
    if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes)
    throw new RangeError('the text is too long for a Blob')
  }

  /** The bytes of a Blob itself; undefined for anything else. */
  let bytesInside: (value: unknown) => Bytes | undefined = () => undefined

  const bytesOfPart = (part: unknown): Bytes =>
    bytesInside(part) ??
    (part instanceof ArrayBuffer || ArrayBuffer.isView(part) ? bytesOf(part) : encode(String(part)))

  class Blob {
    readonly #bytes: Bytes
    readonly #type: string
    static {
      bytesInside = value => (typeof value === 'object' && value !== null && #bytes in value ? value.#bytes : undefined)
    }
    constructor(parts: Iterable<unknown> = [], init: BlobInit = {}) {
      this.#bytes = concatBytes([...parts].map(bytesOfPart))
      this.#type = typeOf(init)
    }
    get size(): number {
      return this.#bytes.length
    }
    get type(): string {
      return this.#type
    }
    slice(start?: unknown, end?: unknown, type?: unknown): Blob {
      const size = this.#bytes.length
      const from = position(start, size, 0)
      return new Blob([this.#bytes.subarray(from, Math.max(from, position(end, size, size)))], { type })
    }
    async bytes(): Promise<Bytes> {
      return this.#bytes.slice()
    }
    async arrayBuffer(): Promise<ArrayBuffer> {
      return this.#bytes.slice().buffer
    }
    async text(): Promise<string> {
      return decode(bridge, this.#bytes)
    }
    stream(): unknown {
      const { ReadableStream } = load('web-streams') as WebStreams // what the part makes
      return new ReadableStream<Bytes>(sourceOf(this.#bytes))
    }
    get [Symbol.toStringTag](): string {
      return 'Blob'
    }
  }
  return { Blob, bytesInside: (value: unknown) => bytesInside(value) }
}

const createFile = ({ Blob }: ReturnType<typeof createBlob>) =>
  class File extends Blob {
    readonly #name: string
    readonly #lastModified: number
    constructor(parts: Iterable<unknown>, name: unknown, init: FileInit = {}) {
      super(parts, init)
      this.#name = String(name)
      this.#lastModified = init.lastModified === undefined ? Date.now() : Math.trunc(Number(init.lastModified)) || 0
    }
    get name(): string {
      return this.#name
    }
    get lastModified(): number {
      return this.#lastModified
    }
    override get [Symbol.toStringTag](): string {
      return 'File'
    }
  }

export const make = (surroundings: PartSurroundings) => {
  const made = createBlob(surroundings)
  return { ...made, File: createFile(made) }
}

export type Blobs = ReturnType<typeof make>
