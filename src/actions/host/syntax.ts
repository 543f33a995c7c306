/** Positions in what V8 says about code that does not compile. */

import type { ActionFailure, CheckProblem } from '../contract/contract.ts'

const POSITION = /action\.js:(\d+):(\d+)/

/** The first line is the message; isolated-vm adds the position to it. */
const messageOf = (complaint: string): string =>
  (complaint.split('\n')[0] ?? '').replace(/ \[(action|dependencies)\.js:\d+:\d+\]$/, '').slice(0, 1024)

/** @param complaint the compiler's message and stack */
export const syntaxFailure = (complaint: string): ActionFailure => {
  const stack = POSITION.exec(complaint)?.[0]
  return {
    kind: 'syntax',
    error: { name: 'SyntaxError', message: messageOf(complaint), ...(stack ? { stack: `    at ${stack}` } : {}) },
  }
}

/** Where an error lies in the author's code, counted from 1, as far as its stack tells. */
export const positionOf = (stack: string | undefined): Pick<CheckProblem, 'line' | 'column'> => {
  const [, line, column] = POSITION.exec(stack ?? '') ?? []
  return line && column ? { line: Number(line), column: Number(column) } : {}
}
