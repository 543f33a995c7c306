/** A document as one line of JSON that is safe to look at. */

/**
 * Characters that JSON takes as they are but that command a terminal (C1 controls among them) or turn the direction of
 * what follows: an event holds what strangers sent.
 */
const COMMANDS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** The same document for every reader of JSON. */
export const toJsonLine = (document: object): string =>
  JSON.stringify(document).replace(COMMANDS, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
