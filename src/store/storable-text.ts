/** Makes any text fit for a column: customers' code throws whatever it likes. */

const MAX_CHARACTERS = 1_024

/** Cut to a kilobyte; NUL and half a character, which PostgreSQL refuses in text and in jsonb, become U+FFFD. */
export const toStorableText = (text: string): string =>
  text.slice(0, MAX_CHARACTERS).toWellFormed().replaceAll('\0', '\uFFFD')
