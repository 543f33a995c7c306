/** The closed lists of values that some attributes have. */

/** The values of an attribute, each with the spellings that older rules use for it. */
export interface ListedValues {
  readonly [value: string]: readonly string[]
}

/** What a User-Agent header has that names nothing of the list. */
export const OTHER = 'Other'

export const DEVICE_TYPES: ListedValues = { mobile: [], tablet: [], desktop: [], tv: [], bot: [], [OTHER]: [] }

export const BROWSERS: ListedValues = {
  'Android Browser': [],
  Bada: [],
  BlackBerry: [],
  Brave: [],
  Chrome: [],
  Chromium: [],
  DuckDuckGo: [],
  Edge: ['Microsoft Edge'],
  Electron: [],
  Epiphany: [],
  Firefox: [],
  Focus: [],
  'Google Search': [],
  'HeyTap Browser': [],
  'Internet Explorer': [],
  'K-Meleon': [],
  Ladybird: [],
  LibreWolf: [],
  Maxthon: [],
  Miui: [],
  'MZ Browser': [],
  'NAVER Whale Browser': [],
  Opera: [],
  'Opera Coast': [],
  'Opera Touch': [],
  'Pale Moon': [],
  PhantomJS: [],
  'PlayStation 4': [],
  Puffin: [],
  'QQ Browser': [],
  'QQ Browser Lite': [],
  QupZilla: [],
  Roku: [],
  Safari: [],
  Sailfish: [],
  'Samsung Internet': ['Samsung Internet for Android'],
  SeaMonkey: [],
  Silk: ['Amazon Silk'],
  Sleipnir: [],
  SlimerJS: [],
  'Sogou Browser': [],
  Swing: [],
  Tizen: [],
  'UC Browser': [],
  Vivaldi: [],
  'Vivo Browser': [],
  'WebOS Browser': [],
  WeChat: [],
  'Yandex Browser': [],
  [OTHER]: [],
}

export const PLATFORMS: ListedValues = {
  Android: [],
  Bada: [],
  BlackBerry: [],
  'Chrome OS': [],
  HarmonyOS: [],
  iOS: [],
  Linux: [],
  macOS: [],
  'PlayStation 4': [],
  Roku: [],
  Tizen: [],
  WebOS: [],
  Windows: [],
  'Windows Phone': [],
  [OTHER]: [],
}

/** Every spelling of every value of a list. */
const spellings = (list: ListedValues): [value: string, spellings: readonly string[]][] =>
  Object.entries(list).map(([value, older]) => [value, [value, ...older]])

/** Says which value of a list a text is, in any of its spellings; {@link OTHER} for a text that is none. */
export const createValueOf = (list: ListedValues): ((text: string | undefined) => string) => {
  const values = new Map<string | undefined, string>()
  for (const [value, texts] of spellings(list)) for (const text of texts) values.set(text.toLowerCase(), value)
  return text => values.get(text?.toLowerCase()) ?? OTHER
}

/**
 * Answers a condition once for each value of a list: what is asked of a value is asked of all of its spellings.
 * @param answer takes the spellings of one value, in lower case
 * @returns the answers by spelling, as it is listed and in lower case
 */
export const answerOnce = (
  list: ListedValues,
  answer: (spellings: readonly string[]) => boolean,
): ReadonlyMap<string, boolean> => {
  const answers = new Map<string, boolean>()
  for (const [, texts] of spellings(list)) {
    const lower = texts.map(text => text.toLowerCase())
    const holds = answer(lower)
    for (const text of [...texts, ...lower]) answers.set(text, holds)
  }
  return answers
}
