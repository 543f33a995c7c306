/** The `api` of a call, made from the table: each method checks its arguments, answers, and leaves the call behind. */

import { type ApiMethod, argumentComplaint, type CallState } from '../api/method.ts'
import { LIMITS } from '../limits.ts'

const { stringify } = JSON

/** Calls as JSON texts, counted as they come. */
export interface Recorded {
  readonly texts: string[]
  chars: number
  overflow: boolean
}

const withoutTrailingUndefined = (args: readonly unknown[]): readonly unknown[] =>
  args.slice(0, args.findLastIndex(value => value !== undefined) + 1)

const record = (to: Recorded, path: string, args: readonly unknown[]): void => {
  const text = stringify([path, ...withoutTrailingUndefined(args)])
  to.chars += text.length
  if (to.texts.length >= LIMITS.effects || to.chars > LIMITS.effectBytes) {
    to.overflow = true
    throw new TypeError(
      `api.${path}: an Action may ask for ${LIMITS.effects} things of ${LIMITS.effectBytes} bytes in all`,
    )
  }
  to.texts.push(text)
}

interface Surroundings {
  readonly state: Omit<CallState, 'record'>
  readonly recorded: Recorded
  readonly isOver: () => boolean
}

const toFunction =
  (of: ApiMethod, root: object, { state, recorded, isOver }: Surroundings) =>
  (...args: readonly unknown[]): unknown => {
    if (isOver()) throw new TypeError(`api.${of.path}: the Action has ended`)
    const complaint = argumentComplaint(of, args)
    if (complaint) throw new TypeError(complaint)
    if (of.continueOnly && !state.isContinued) {
      throw new TypeError(`api.${of.path} can only be used in the continue handler`)
    }
    if (of.answer) return of.answer({ ...state, record: given => record(recorded, of.path, given) }, args)
    record(recorded, of.path, args.slice(0, of.parameters.length))
    return of.returns === 'api' ? root : undefined
  }

/** An object of plain objects of functions, new for each call: nothing that is done to it outlives the call. */
export const createApi = (methods: readonly ApiMethod[], surroundings: Surroundings): object => {
  const root: Record<string, Record<string, unknown>> = {}
  for (const of of methods) {
    const [group = '', name = ''] = of.path.split('.')
    root[group] ??= {}
    root[group][name] = toFunction(of, root, surroundings)
  }
  return root
}
