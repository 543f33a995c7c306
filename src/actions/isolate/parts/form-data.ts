/** FormData (XMLHttpRequest standard, section 5) and its form on the wire (RFC 7578). */

import type { PartSurroundings } from '../part.ts'
import type { Blobs } from './blob.ts'

type Value = string | InstanceType<Blobs['File']>

type Entry = readonly [name: string, value: Value]

/** More entries than any form has; each costs a header of its own. */
const MAX_ENTRIES = 10_000

const escapeName = (name: string): string => name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')

/** Line breaks in fields are CRLF on the wire. */
const toLines = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n')

const createFormData = (toValue: (value: unknown, filename: unknown) => Value) => {
  let entriesOf: (form: FormData) => readonly Entry[] = () => []

  class FormData {
    #entries: Entry[] = []
    static {
      entriesOf = form => form.#entries
    }
    constructor(form?: unknown) {
      if (form !== undefined) throw new TypeError('a FormData is made without arguments: there are no forms here')
    }
    append(name: unknown, value: unknown, filename?: unknown): void {
      if (this.#entries.length >= MAX_ENTRIES) throw new RangeError(`a FormData has at most ${MAX_ENTRIES} entries`)
      this.#entries.push([String(name), toValue(value, filename)])
    }
    delete(name: unknown): void {
      this.#entries = this.#entries.filter(([one]) => one !== String(name))
    }
    get(name: unknown): Value | null {
      return this.#entries.find(([one]) => one === String(name))?.[1] ?? null
    }
    getAll(name: unknown): Value[] {
      return this.#entries.filter(([one]) => one === String(name)).map(([, value]) => value)
    }
    has(name: unknown): boolean {
      return this.#entries.some(([one]) => one === String(name))
    }
    set(name: unknown, value: unknown, filename?: unknown): void {
      const key = String(name)
      const at = this.#entries.findIndex(([one]) => one === key)
      if (at < 0) {
        this.append(key, value, filename)
        return
      }
      const others = this.#entries.filter(([one], index) => index < at || one !== key)
      this.#entries = others.toSpliced(at, 0, [key, toValue(value, filename)])
    }
    forEach(callback: (value: Value, name: string, parent: FormData) => void): void {
      for (const [name, value] of this.#entries) callback(value, name, this)
    }
    entries(): IterableIterator<Entry> {
      return [...this.#entries].values()
    }
    keys(): IterableIterator<string> {
      return this.#entries.map(([name]) => name).values()
    }
    values(): IterableIterator<Value> {
      return this.#entries.map(([, value]) => value).values()
    }
    [Symbol.iterator](): IterableIterator<Entry> {
      return this.entries()
    }
    get [Symbol.toStringTag](): string {
      return 'FormData'
    }
  }
  return { FormData, entriesOf: (form: FormData) => entriesOf(form) }
}

const headOf = (name: string, value: Value): string => {
  const disposition = `Content-Disposition: form-data; name="${escapeName(toLines(name))}"`
  if (typeof value === 'string') return `${disposition}\r\n\r\n`
  const type = value.type || 'application/octet-stream'
  return `${disposition}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`
}

/** What the body of a form is made of. */
const partsOf = (entries: readonly Entry[], boundary: string): readonly unknown[] => [
  ...entries.flatMap(([name, value]) => [
    `--${boundary}\r\n${headOf(name, value)}`,
    typeof value === 'string' ? toLines(value) : value,
    '\r\n',
  ]),
  `--${boundary}--\r\n`,
]

export const make = ({ bridge, load }: PartSurroundings) => {
  const { Blob, File } = load('blob') as Blobs // what the part makes

  /** A Blob in a form is a file. */
  const toValue = (value: unknown, filename: unknown): Value => {
    if (!(value instanceof Blob)) return String(value)
    if (value instanceof File && filename === undefined) return value
    return new File([value], filename === undefined ? 'blob' : filename, { type: value.type })
  }
  const { FormData, entriesOf } = createFormData(toValue)

  /** The body of a form as a Blob whose type names the boundary. */
  const toBlob = (form: InstanceType<typeof FormData>): InstanceType<typeof Blob> => {
    const boundary = `----form-${String(bridge.compute('uuid'))}`
    return new Blob(partsOf(entriesOf(form), boundary), { type: `multipart/form-data; boundary=${boundary}` })
  }
  return { FormData, toBlob }
}

export type FormDatas = ReturnType<typeof make>
