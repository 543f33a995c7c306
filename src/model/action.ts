/** An Action: customers' code for one trigger, as a draft that is edited and versions that are not. */

import type { SealedSecret } from './action-secret.ts'
import { apiError } from './error-codes.ts'

/** What `POST /actions/actions` stores when no code is given; it has no handler, so it cannot be deployed. */
export const EMPTY_CODE = 'module.exports = () => {}'

export const DEFAULT_RUNTIME = 'node22'

/** The names that the wire has given to runtimes. One engine runs them all: the name is kept, not obeyed. */
export const RUNTIMES = ['node12', 'node16', 'node18', DEFAULT_RUNTIME] as const

export interface ActionDependency {
  readonly name: string
  /** As it was written, such as a range or `latest`, until a build has resolved it; then the exact version. */
  readonly version: string
}

/** What a version freezes. */
export interface ActionContent {
  readonly triggerId: string
  readonly code: string
  readonly dependencies: readonly ActionDependency[]
  readonly runtime: string
  readonly secrets: readonly SealedSecret[]
}

/** `id` is the problem's kind, such as `syntax`. */
export interface BuildError {
  readonly id: string
  readonly msg: string
}

/** A version is written once, when its build has ended, and never changes. */
export interface ActionVersion extends ActionContent {
  readonly id: string
  readonly actionId: string
  /** Counted per Action from 1; the number of a version that was pruned is not given again. */
  readonly number: number
  readonly status: 'built' | 'failed'
  /** Why it is failed; empty otherwise. */
  readonly errors: readonly BuildError[]
  /** The revision of the draft that it froze. */
  readonly draftRevision: number
  readonly builtAt?: Date
  readonly createdAt: Date
}

export interface Action extends ActionContent {
  readonly id: string
  readonly name: string
  /** Of the draft: `failed` when its last deployment was. */
  readonly status: 'built' | 'failed'
  readonly builtAt: Date
  /** Raised by every change of the content. */
  readonly draftRevision: number
  readonly deployedVersion?: ActionVersion
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** True when the deployed version is what the draft says. */
export const isDeployedAsDrafted = ({ draftRevision, deployedVersion }: Action): boolean =>
  deployedVersion?.draftRevision === draftRevision

const MAX_ACTIONS = 100

/** Makes sure that the tenant can have one more. @throws `action_limit_exceeded` */
export const requireRoomForAction = (count: number): void => {
  if (count < MAX_ACTIONS) return
  throw apiError('action_limit_exceeded', `A tenant has at most ${MAX_ACTIONS} Actions; delete one first.`)
}

/** Versions that an Action keeps; the oldest that is not deployed goes first. */
export const MAX_ACTION_VERSIONS = 50
