/** What an api method is. Each file beside this one is one method, named by its path. */

import type { Effect } from '../effects.ts'
import type { TriggerId } from '../triggers/trigger.ts'
import type { Kind } from './kind.ts'

export interface Parameter<Value = unknown> {
  readonly name: string
  readonly kind: Kind<Value>
  readonly optional: boolean
  readonly doc: string
}

/** An argument that must be given. */
export const argument = <Value>(name: string, kind: Kind<Value>, doc: string) =>
  ({ name, kind, optional: false, doc }) as const

/** An argument that may be left out; `null` counts as left out. */
export const option = <Value>(name: string, kind: Kind<Value>, doc: string) =>
  ({ name, kind, optional: true, doc }) as const

type ArgumentsOf<Parameters extends readonly Parameter[]> = {
  readonly [Index in keyof Parameters]: Parameters[Index] extends {
    readonly kind: Kind<infer Value>
    readonly optional: infer O
  }
    ? O extends true
      ? Value | undefined
      : Value
    : never
}

/** What a method may see of the call that is under way, inside the isolate. */
export interface CallState {
  readonly event: { readonly [name: string]: unknown }
  readonly isContinued: boolean
  readonly interactive: boolean
  readonly issuer: string
  readonly redirectState: string | undefined
  readonly cache: Map<string, { readonly value: string; readonly expires_at: number }>
  readonly now: () => number
  /** Leaves the call for the parent, with these arguments; undefined keeps those that were given. */
  readonly record: (args: readonly unknown[]) => void
  /** HS256, done by the host of the isolate: the secret signs, nothing is kept. */
  readonly signToken: (claims: string, secret: string) => string
  /** The claims of a token as JSON text, or `{error}` with the reason why it is not one. */
  readonly readToken: (token: string, secret: string) => string | { readonly error: string }
}

/** What a method may know when the parent turns a call into effects. */
export interface EffectContext {
  readonly now: number
}

interface MethodSpec<Parameters extends readonly Parameter[]> {
  /** As written after `api.`: `accessToken.setCustomClaim`. */
  readonly path: string
  readonly doc: string
  readonly triggers: readonly TriggerId[]
  /** Only inside the continue handler. */
  readonly continueOnly?: boolean
  readonly parameters: Parameters
  /** `api` lets calls be chained; anything else is a type of the declarations. */
  readonly returns: 'api' | 'void' | (string & {})
  /** Runs in the isolate for what the author must get back at once. Without it, the call is only recorded. */
  answer?(call: CallState, args: ArgumentsOf<Parameters>): unknown
  /** Runs in the parent, on arguments that were checked there. */
  effects?(args: ArgumentsOf<Parameters>, context: EffectContext): readonly Effect[]
}

export type ApiMethod = MethodSpec<readonly Parameter[]>

/** Ties the types of `answer` and `effects` to the parameters. */
export const method = <const Parameters extends readonly Parameter[]>(spec: MethodSpec<Parameters>): ApiMethod => spec

/** The first thing that is wrong with the arguments of a call, as a sentence; undefined when they fit. */
export const argumentComplaint = (of: ApiMethod, args: readonly unknown[]): string | undefined => {
  let index = 0
  for (const parameter of of.parameters) {
    const value = args[index]
    index += 1
    if (parameter.optional && (value === undefined || value === null)) continue
    const complaint = parameter.kind.complaint(value)
    const joint = complaint?.startsWith('.') || complaint?.startsWith('[') ? '' : ' '
    if (complaint) return `api.${of.path}: ${parameter.name}${joint}${complaint}`
  }
  return undefined
}
