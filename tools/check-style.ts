/**
 * Why: sizes and habits drift one line at a time, and no linter rule of ours covers these. Each entry of
 * the table is a rule of the style card in CONTRIBUTING.md that a script can decide.
 */

import { isTestFile, listSources, type SourceFile } from './source-files.ts'

const MAX_LINES = 300

/** Files whose length is data, not code. */
const isTable = (path: string): boolean => /\/(migrations|error-codes|schema)|conformance\//.test(path)

const DRAWERS = /(^|[/-])(utils?|helpers?|common|shared|misc|manager|service)([-./]|$)/

/** ` as Type`: a type is capitalised, bracketed or one of the language's own, which tells it from the `as` of SQL. */
const ASSERTION = / as (?:[A-Z{[(<'"]|(?:unknown|string|number|boolean|object|never|bigint|typeof|keyof|readonly)\b)/

interface Rule {
  readonly applies: (file: SourceFile) => boolean
  readonly problem: (file: SourceFile) => string | undefined
}

const isProduct = (file: SourceFile): boolean => file.path.startsWith('src/') && !isTestFile(file.path)

export const RULES: Record<string, Rule> = {
  'a file is at most 300 lines: a noun is missing': {
    applies: file => !isTable(file.path) && !isTestFile(file.path),
    problem: ({ text }) =>
      text.split('\n').length - 1 > MAX_LINES ? `${text.split('\n').length - 1} lines` : undefined,
  },
  'a file begins with one sentence that says what it is for': {
    applies: isProduct,
    problem: ({ text }) => (/^(#!.*\n)?\/\*\*/.test(text) ? undefined : 'no doc comment at the top'),
  },
  'file names are kebab-case and name a thing': {
    applies: () => true,
    problem: ({ path }) => {
      if (!/^[a-z0-9/.-]+$/.test(path.replace(/\/api\/[^/]+$/, '').replaceAll('_', '-'))) return 'not kebab-case'
      return DRAWERS.test(path) ? 'a drawer: name what is inside' : undefined
    },
  },
  'failures are coded: no bare Error in the product': {
    applies: file => isProduct(file) && !file.path.startsWith('src/base/') && !file.path.includes('/sandbox/'),
    problem: ({ text }) => /throw new Error\(.*/.exec(text)?.[0],
  },
  'a type assertion gives its reason on the line or above': {
    applies: file => isProduct(file) && !isTable(file.path),
    problem: ({ text }) => {
      const lines = text.split('\n')
      const index = lines.findIndex(
        (line, at) =>
          ASSERTION.test(line) &&
          !/^\s*(\/?\*|\/\/|import|export \{|\} from)/.test(line) &&
          !/\/\/|['`].* as |\bin keyof .* as |(?:\bwith |^\s*)\w+ as \(|import .* as |^\s*\w+ as \w+,?$/.test(line) &&
          !/\/\/|\*\//.test(lines[at - 1] ?? ''),
      )
      return index >= 0 ? `line ${index + 1}: ${lines[index]?.trim()}` : undefined
    },
  },
  'no unfinished work': {
    applies: file => !file.path.startsWith('tools/'),
    problem: ({ text }) =>
      /\b(TODO|FIXME|XXX|HACK)\b.*|not implemented.*|\b(test|it|describe)\.(skip|todo)\(.*/i.exec(text)?.[0],
  },
}

/** Every broken rule, one line each. */
export const checkStyle = (): string[] =>
  listSources('src', 'test', 'tools', 'bench', 'examples').flatMap(file =>
    Object.entries(RULES).flatMap(([rule, { applies, problem }]) => {
      const found = applies(file) ? problem(file) : undefined
      return found ? [`${file.path}: ${rule} (${found})`] : []
    }),
  )
