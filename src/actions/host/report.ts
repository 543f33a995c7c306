/** Reads what an isolate left behind. The text is hostile: it is checked against the table of api methods, call by call. */

import { isJsonObject, parseJson } from '../../base/json.ts'
import { API } from '../contract/api/index.ts'
import { isShallow } from '../contract/api/kind.ts'
import { argumentComplaint } from '../contract/api/method.ts'
import type { ActionError, ActionFailure } from '../contract/contract.ts'
import type { Effect } from '../contract/effects.ts'
import { LIMITS } from '../contract/limits.ts'
import type { TriggerId } from '../contract/triggers/trigger.ts'

export interface ReadReport {
  readonly effects: readonly Effect[]
  readonly failure?: ActionFailure
  /** Only for a check. */
  readonly exports: readonly string[]
}

export interface ReportContext {
  readonly trigger: TriggerId
  readonly handler: string
  readonly isContinued: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

const MAX = { name: 64, message: 1024, code: 64, stack: 2048 } as const

/** A failure that the host states itself. */
export const failure = (kind: ActionFailure['kind'], message: string, name = 'Error'): ActionFailure => ({
  kind,
  error: { name, message },
})

const toError = (value: Record<string, unknown>): ActionError => {
  const text = (member: keyof typeof MAX): string | undefined => {
    const given = value[member]
    return typeof given === 'string' ? given.slice(0, MAX[member]) : undefined
  }
  const { code, stack } = { code: text('code'), stack: text('stack') }
  return {
    name: text('name') ?? 'Error',
    message: text('message') ?? '',
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
  }
}

const OUTPUT_UNREADABLE = failure('output', 'The Action left something behind that cannot be read.')

/** The effects of one call; undefined for a call that the isolate's own checks would never have let pass. */
const toEffects = (call: unknown, { trigger, isContinued, now }: ReportContext): readonly Effect[] | undefined => {
  const [path, ...args]: readonly unknown[] = Array.isArray(call) ? call : []
  const method = typeof path === 'string' ? API.get(path) : undefined
  if (!method?.effects || !method.triggers.includes(trigger)) return undefined
  if ((method.continueOnly && !isContinued) || !isShallow(args, LIMITS.jsonDepth)) return undefined
  // Absent and null are the same to an optional argument that is not a JSON value; both are left to the method.
  return argumentComplaint(method, args) === undefined ? method.effects(args, { now }) : undefined
}

const readFailure = (end: Record<string, unknown>, handler: string): ActionFailure | undefined => {
  if (end.overflow === true) {
    return failure('output', `An Action may ask for ${LIMITS.effects} things of ${LIMITS.effectBytes} bytes in all.`)
  }
  if (end.missing === true) return failure('missing', `The Action does not export a function ${handler}.`)
  return isJsonObject(end.error) ? { kind: 'error', error: toError(end.error) } : undefined
}

/** @param text what `isolate/main.ts` made, or a program that took its place */
export const readReport = (text: string, context: ReportContext): ReadReport => {
  const nothing = { effects: [], exports: [] }
  const report = text.length <= 2 * LIMITS.effectBytes ? parseJson(text) : undefined
  if (!isJsonObject(report) || !Array.isArray(report.calls) || !isJsonObject(report.report)) {
    return { ...nothing, failure: OUTPUT_UNREADABLE }
  }
  const effects: Effect[] = []
  for (const call of report.calls.slice(0, LIMITS.effects)) {
    const more = toEffects(call, context)
    if (!more) return { ...nothing, failure: OUTPUT_UNREADABLE }
    effects.push(...more)
  }
  const { exports } = report.report
  const names = Array.isArray(exports) ? exports.filter(name => typeof name === 'string').slice(0, 100) : []
  const failed = readFailure(report.report, context.handler)
  return { effects, exports: names, ...(failed ? { failure: failed } : {}) }
}
