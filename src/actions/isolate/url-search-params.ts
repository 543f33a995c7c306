/** URLSearchParams: a list of pairs, parsed and written by Node in the child. */

import type { Current } from './current.ts'

type Pair = readonly [name: string, value: string]

const toPairs = (init: unknown, parse: (query: string) => readonly Pair[]): Pair[] => {
  if (init === undefined || init === null) return []
  if (typeof init !== 'object') return [...parse(String(init))]
  const list: readonly unknown[] = Symbol.iterator in init ? [...(init as Iterable<unknown>)] : Object.entries(init) // it has the symbol
  return list.map(pair => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError('each query pair must be [name, value]')
    return [String(pair[0]), String(pair[1])]
  })
}

const isPair = (pair: Pair, name: unknown, value: unknown): boolean =>
  pair[0] === String(name) && (value === undefined || pair[1] === String(value))

const byName = (a: Pair, b: Pair): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)

const parserOf =
  ({ bridge }: Current) =>
  (query: string) =>
    (bridge.compute('queryParse', query) ?? []) as readonly Pair[] // what the child answers

/** What is written at a time: the child serves others between two groups. */
const GROUP_CHARS = 10_000

const groupsOf = (pairs: readonly Pair[]): readonly (readonly Pair[])[] => {
  const groups: Pair[][] = []
  let chars = GROUP_CHARS
  for (const pair of pairs) {
    chars += pair[0].length + pair[1].length + 2
    if (chars > GROUP_CHARS) {
      groups.push([])
      chars = pair[0].length + pair[1].length + 2
    }
    groups.at(-1)?.push(pair)
  }
  return groups
}

const writePairs = ({ bridge }: Current, pairs: readonly Pair[]): string => {
  const texts = groupsOf(pairs).map(group => bridge.compute('queryText', group))
  if (texts.every(text => typeof text === 'string')) return texts.join('&')
  throw new RangeError('the query is too long, or the call that this code belongs to has ended')
}

/** @param current whose bridge parses and writes query strings */
export const createSearchParams = (current: Current) => {
  return class URLSearchParams {
    readonly [Symbol.toStringTag] = 'URLSearchParams'
    readonly #changed: () => void
    #pairs: Pair[]
    constructor(init?: unknown, changed: () => void = () => undefined) {
      this.#pairs = toPairs(init, parserOf(current))
      this.#changed = changed
    }
    get size() {
      return this.#pairs.length
    }
    append(name: unknown, value: unknown): void {
      this.#pairs.push([String(name), String(value)])
      this.#changed()
    }
    delete(name: unknown, value?: unknown): void {
      this.#pairs = this.#pairs.filter(pair => !isPair(pair, name, value))
      this.#changed()
    }
    get(name: unknown): string | null {
      return this.#pairs.find(pair => pair[0] === String(name))?.[1] ?? null
    }
    getAll(name: unknown): string[] {
      return this.#pairs.filter(pair => pair[0] === String(name)).map(pair => pair[1])
    }
    has(name: unknown, value?: unknown): boolean {
      return this.#pairs.some(pair => isPair(pair, name, value))
    }
    set(name: unknown, value: unknown): void {
      const found = this.#pairs.findIndex(pair => pair[0] === String(name))
      const at = found < 0 ? this.#pairs.length : found
      const others = this.#pairs.filter(pair => pair[0] !== String(name))
      this.#pairs = others.toSpliced(at, 0, [String(name), String(value)])
      this.#changed()
    }
    sort(): void {
      this.#pairs.sort(byName)
      this.#changed()
    }
    forEach(callback: (value: string, name: string, parent: unknown) => void): void {
      for (const [name, value] of this.#pairs) callback(value, name, this)
    }
    entries(): IterableIterator<Pair> {
      return [...this.#pairs].values()
    }
    keys(): IterableIterator<string> {
      return this.#pairs.map(([name]) => name).values()
    }
    values(): IterableIterator<string> {
      return this.#pairs.map(([, value]) => value).values()
    }
    [Symbol.iterator](): IterableIterator<Pair> {
      return this.entries()
    }
    toString(): string {
      return writePairs(current, this.#pairs)
    }
  }
}
