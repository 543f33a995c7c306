/** The `api` of a call, made from the table: each method checks its arguments, answers, and leaves the call behind. */

import { type ApiMethod, argumentComplaint, type CallState } from '../contract/api/method.ts'
import { LIMITS } from '../contract/limits.ts'

const { stringify } = JSON

/** Calls as JSON texts, counted as they come. */
export interface Recorded {
  readonly texts: string[]
  chars: number
  overflow: boolean
}

/** Absent arguments are left out: in JSON they would become null, which means something else. */
const toCall = (path: string, args: readonly unknown[]): readonly unknown[] => {
  const call = [path, ...args]
  while (call.length > 1 && call[call.length - 1] === undefined) call.pop()
  return call
}

const record = (to: Recorded, path: string, args: readonly unknown[]): void => {
  const text = stringify(toCall(path, args))
  to.chars += text.length
  if (to.texts.length >= LIMITS.effects || to.chars > LIMITS.effectBytes) {
    to.overflow = true
    throw new TypeError(
      `api.${path}: an Action may ask for ${LIMITS.effects} things of ${LIMITS.effectBytes} bytes in all`,
    )
  }
  to.texts.push(text)
}

export interface Surroundings {
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
    record(recorded, of.path, args.length > of.parameters.length ? args.slice(0, of.parameters.length) : args)
    return of.returns === 'api' ? root : undefined
  }

const groupsOf = (methods: readonly ApiMethod[]): ReadonlyMap<string, readonly ApiMethod[]> =>
  Map.groupBy(methods, ({ path }) => path.split('.')[0] ?? '')

/**
 * Prepares the api of one trigger. The object is new for each call, so that nothing that is done to it outlives the
 * call; a group's functions are made when the Action first looks at the group.
 */
export const prepareApi = (methods: readonly ApiMethod[]): ((surroundings: Surroundings) => object) => {
  const callOf = new WeakMap<object, Surroundings>()
  const descriptors: PropertyDescriptorMap = {}
  for (const [group, members] of groupsOf(methods)) {
    descriptors[group] = {
      enumerable: true,
      configurable: true,
      get(this: object) {
        const surroundings = callOf.get(this)
        if (!surroundings) return undefined
        const functions = members.map(of => [of.path.slice(group.length + 1), toFunction(of, this, surroundings)])
        const value = Object.fromEntries(functions)
        Object.defineProperty(this, group, { value, enumerable: true, configurable: true, writable: true })
        return value
      },
    }
  }
  return surroundings => {
    const root = Object.create(Object.prototype, descriptors)
    callOf.set(root, surroundings)
    return root
  }
}
