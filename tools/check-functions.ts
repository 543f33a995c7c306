/**
 * Why: the length of a function is the first thing that drifts. It is read from the syntax tree, so no way of writing a
 * signature hides a body; a closure counts its inner functions, because a closure is not a namespace.
 */

import { parseSync } from 'oxc-parser'
import { isTestFile, listSources, type SourceFile } from './source-files.ts'

export const MAX_FUNCTION_LINES = 60

/** Files whose functions are data: a migration is read from top to bottom once. */
const isTable = (path: string): boolean => /\/migrations\/\d/.test(path)

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string' // any object may be asked

const FUNCTIONS: readonly string[] = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']

export interface FunctionLength {
  readonly line: number
  readonly lines: number
}

const children = (node: Node): Node[] => Object.values(node).flat().filter(isNode)

/** Every function of a source with a body in braces, with its first line and its number of lines. */
export const functionLengths = (path: string, text: string): FunctionLength[] => {
  const { program } = parseSync(path, text)
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length
  const found: FunctionLength[] = []
  const visit = (node: Node): void => {
    const { body } = node
    if (FUNCTIONS.includes(node.type) && isNode(body) && /Body$|BlockStatement/.test(body.type)) {
      const line = lineOf(node.start)
      found.push({ line, lines: lineOf(node.end) - line + 1 })
    }
    for (const child of children(node)) visit(child)
  }
  visit(program as unknown as Node) // the tree's own types have no common walk
  return found
}

const problemsOf = ({ path, text }: SourceFile): string[] =>
  functionLengths(path, text)
    .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
    .map(({ line, lines }) => `${path}:${line}: a function of ${lines} lines; at most ${MAX_FUNCTION_LINES}`)

/** Every function that is too long, one line each. */
export const checkFunctions = (): string[] =>
  listSources('src', 'tools', 'bench')
    .filter(({ path }) => !isTestFile(path) && !isTable(path))
    .flatMap(problemsOf)
