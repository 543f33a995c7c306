/** The passwords that guessers try first: 49,000 in the order of how often breaches had them (@zxcvbn-ts/language-common, MIT). */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { characterCount } from '../base/characters.ts'

const LIST = '@zxcvbn-ts/language-common/src/passwords.json'

const load = (shortest: number): ReadonlySet<string> => {
  const listed: readonly string[] = JSON.parse(readFileSync(fileURLToPath(import.meta.resolve(LIST)), 'utf8'))
  return new Set(listed.filter(word => characterCount(word) >= shortest))
}

/**
 * Looks passwords up in the list. It is read when the first password is looked up, not when a server starts: that takes
 * some 10 ms once, and 1.5 MB.
 *
 * @param shortest characters; shorter ones are not kept, because no password is as short
 * @returns whether a word, in lower case, is in the list
 */
export const createGuessedPasswords = (shortest: number): ((word: string) => boolean) => {
  let words: ReadonlySet<string> | undefined
  return word => {
    words ??= load(shortest)
    return words.has(word)
  }
}
