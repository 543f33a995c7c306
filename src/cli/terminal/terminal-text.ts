/** Makes text that strangers wrote safe to show in a terminal. */

/** All that a terminal would obey, and what turns the direction of the text after it. */
const COMMANDS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** One line of at most so many characters; what would command the terminal becomes a replacement character. */
export const toTerminalText = (text: string, longest: number): string => {
  const characters = [...text.slice(0, 2 * longest + 2)]
  const cut = characters.length > longest ? `${characters.slice(0, longest).join('')}…` : characters.join('')
  return cut.replace(COMMANDS, '\ufffd')
}
