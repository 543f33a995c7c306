/** Makes any text fit for a column: customers' code throws any text. */

const MAX_CHARACTERS = 1_024

/** Cut to a kilobyte; NUL and half a character, which PostgreSQL refuses in text and in jsonb, become U+FFFD. */
export const toStorableText = (text: string): string =>
  text.slice(0, MAX_CHARACTERS).toWellFormed().replaceAll('\0', '\uFFFD')

/** False for what PostgreSQL refuses in a text: it can be the name of nothing that is stored. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')

/** JSON whose texts, names of members included, PostgreSQL takes; of any length. Bounded depth is the caller's. */
export const toStorableJson = <Value>(value: Value): Value => {
  const clean = (part: unknown): unknown => {
    if (typeof part === 'string') return storable(part)
    if (Array.isArray(part)) return part.map(clean)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [storable(name), clean(member)]))
  }
  return clean(value) as Value // only the characters of texts have changed
}
