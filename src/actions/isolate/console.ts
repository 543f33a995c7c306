/** console: lines for the log of the execution, cut as the wire cuts them. */

import inspect from 'object-inspect'
import { LIMITS } from '../contract/limits.ts'
import type { Current } from './current.ts'

const PLACEHOLDER = /%[sdifjoOc%]/g

const show = (value: unknown): string =>
  typeof value === 'string' ? value : inspect(value, { depth: 3, maxStringLength: 512 })

const fill = (placeholder: string, value: unknown): string => {
  if (placeholder === '%c') return ''
  if (placeholder === '%j') return JSON.stringify(value) ?? 'undefined'
  if (placeholder === '%d') return String(Number(value))
  if (placeholder === '%i') return String(Number.parseInt(String(value), 10))
  if (placeholder === '%f') return String(Number.parseFloat(String(value)))
  return show(value)
}

/** A value as `util.inspect` shows it. */
export const showValue = (value: unknown, depth?: number): string =>
  depth === undefined ? inspect(value) : inspect(value, { depth })

/** One line of a console method, with printf placeholders as Node has them. */
export const formatLine = (args: readonly unknown[]): string => {
  const [first, ...rest] = args
  if (typeof first !== 'string' || rest.length === 0) return args.map(show).join(' ')
  const head = first.replace(PLACEHOLDER, placeholder => {
    if (placeholder === '%%') return '%'
    return rest.length > 0 ? fill(placeholder, rest.shift()) : placeholder
  })
  return [head, ...rest.map(show)].join(' ')
}

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const

/** A console whose lines go to `bridge.log` while a call is under way, and nowhere otherwise. */
export const createConsole = (current: Current) => {
  const write = (...args: readonly unknown[]): void => {
    const { call } = current
    // One character more than is kept tells the child that something was cut.
    if (!call || call.ended || call.logged > LIMITS.logChars) return
    const line = formatLine(args).slice(0, LIMITS.logChars + 1)
    call.logged += line.length + 1
    current.bridge.log(line)
  }
  const silent = (): void => undefined
  return {
    ...Object.fromEntries(METHODS.map(name => [name, write])),
    assert: (condition: unknown, ...args: readonly unknown[]): void => {
      if (!condition) write('Assertion failed:', ...args)
    },
    ...Object.fromEntries(
      ['time', 'timeEnd', 'timeLog', 'group', 'groupEnd', 'table', 'count'].map(name => [name, silent]),
    ),
  }
}
