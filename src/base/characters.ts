/** Lengths of text in characters: Unicode code points, as people and JSON Schema count them, not UTF-16 units. */

/** Characters of a text; half of a surrogate pair is one. */
export const characterCount = (text: string): number => {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** True when the text has more than `max` characters. No text is counted that cannot have them. */
export const isLongerThan = (text: string, max: number): boolean => text.length > max && characterCount(text) > max

/** The first `max` characters of a text; none of them is cut in half. */
export const firstCharacters = (text: string, max: number): string =>
  text.length <= max ? text : [...text.slice(0, 2 * max)].slice(0, max).join('')
