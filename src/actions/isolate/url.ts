/** URL: the class is ours, every rule of parsing is Node's own, in the child. */

import type { Current } from './current.ts'
import { createSearchParams } from './url-search-params.ts'

/** The parts of a URL in the order in which `compute('url', …)` returns them. */
const PARTS: readonly string[] = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
]

/** Both classes, tied to each other as the standard ties them. */
export const createUrlClasses = (current: Current) => {
  const URLSearchParams = createSearchParams(current)
  const compute = (...args: readonly unknown[]) =>
    current.bridge.compute('url', ...args) as readonly string[] | undefined // what the child answers
  class URL {
    #parts: readonly string[]
    #query: InstanceType<typeof URLSearchParams> | undefined
    constructor(address: unknown, base?: unknown) {
      const parts = compute(String(address), base === undefined ? undefined : String(base))
      if (!parts) throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: String(address) })
      this.#parts = parts
    }
    static canParse(address: unknown, base?: unknown): boolean {
      return URL.parse(address, base) !== null
    }
    static parse(address: unknown, base?: unknown): URL | null {
      try {
        return new URL(address, base)
      } catch {
        return null
      }
    }
    get searchParams() {
      this.#query ??= new URLSearchParams(this.#part('search'), () => this.#change('search', String(this.#query), true))
      return this.#query
    }
    toString(): string {
      return this.#part('href')
    }
    toJSON(): string {
      return this.#part('href')
    }
    #part(name: string): string {
      return this.#parts[PARTS.indexOf(name)] ?? ''
    }
    #change(name: string, value: unknown, keepQuery = false): void {
      const parts = compute(this.#part('href'), undefined, name, String(value))
      if (!parts && name === 'href') throw new TypeError('Invalid URL')
      this.#parts = parts ?? this.#parts
      if (!keepQuery) this.#query = undefined
    }
    static {
      for (const name of PARTS) {
        Object.defineProperty(URL.prototype, name, {
          enumerable: true,
          configurable: true,
          get: function (this: URL) {
            return this.#part(name)
          },
          set: function (this: URL, value: unknown) {
            if (name !== 'origin') this.#change(name, value)
          },
        })
      }
    }
  }
  return { URL, URLSearchParams }
}
