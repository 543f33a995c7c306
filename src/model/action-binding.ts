/** Bindings: which Actions a trigger runs, in which order. */

import { apiError } from './error-codes.ts'

export const REFERENCE_TYPES = ['binding_id', 'action_id', 'action_name'] as const

export type ReferenceType = (typeof REFERENCE_TYPES)[number]

/** As a request writes it. */
export interface BindingWish {
  readonly ref: { readonly type: ReferenceType; readonly value: string }
  readonly displayName?: string | undefined
}

export interface ActionBinding {
  readonly id: string
  readonly triggerId: string
  readonly actionId: string
  readonly displayName: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** An Action as far as binding it needs to know; `deployedTriggerId` is the trigger of its deployed version. */
export interface BindableAction {
  readonly id: string
  readonly name: string
  readonly triggerId: string
  readonly deployedTriggerId?: string | undefined
}

/** A place in the new order; `before` is the binding that it continues. */
export interface BindingPlan {
  readonly actionId: string
  readonly displayName: string
  readonly before?: ActionBinding | undefined
}

export interface BindingSurroundings {
  readonly triggerId: string
  /** Every Action of the tenant: at most a hundred. */
  readonly actions: readonly BindableAction[]
  /** The trigger's bindings before the request. */
  readonly bindings: readonly ActionBinding[]
}

type Find = (surroundings: BindingSurroundings, value: string) => BindableAction | undefined

const byId: Find = ({ actions }, value) => actions.find(({ id }) => id === value.toLowerCase())

/** What each kind of reference finds. */
const FIND: Readonly<Record<ReferenceType, Find>> = {
  action_id: byId,
  action_name: ({ actions }, value) => actions.find(({ name }) => name === value),
  binding_id: (surroundings, value) => {
    const binding = surroundings.bindings.find(({ id }) => id === value.toLowerCase())
    return binding && byId(surroundings, binding.actionId)
  },
}

const requireDeployed = (action: BindableAction, triggerId: string): void => {
  const name = JSON.stringify(action.name)
  if (action.deployedTriggerId === triggerId) return
  if (action.triggerId !== triggerId) {
    throw apiError('binding_wrong_trigger', `The Action ${name} is for ${action.triggerId}, not for ${triggerId}.`)
  }
  throw apiError('binding_not_deployed', `The Action ${name} is not deployed for ${triggerId}; deploy it first.`)
}

const toPlan = (surroundings: BindingSurroundings, { ref, displayName }: BindingWish, index: number): BindingPlan => {
  const action = FIND[ref.type](surroundings, ref.value)
  if (!action) {
    throw apiError(
      'binding_unknown_action',
      `bindings[${index}].ref: there is no ${ref.type} ${JSON.stringify(ref.value.slice(0, 255))} to bind.`,
    )
  }
  requireDeployed(action, surroundings.triggerId)
  const before = surroundings.bindings.find(({ actionId }) => actionId === action.id)
  return { actionId: action.id, displayName: displayName ?? before?.displayName ?? action.name, before }
}

/**
 * The trigger's new order. An Action that stays bound keeps its binding, however the request refers to it.
 *
 * @throws `binding_unknown_action`, `binding_wrong_trigger`, `binding_not_deployed`, `binding_duplicate_action`
 */
export const planBindings = (
  surroundings: BindingSurroundings,
  wishes: readonly BindingWish[],
): readonly BindingPlan[] => {
  const plans = wishes.map((wish, index) => toPlan(surroundings, wish, index))
  const twice = plans.findIndex((plan, index) => plans.findIndex(({ actionId }) => actionId === plan.actionId) < index)
  if (twice >= 0) {
    throw apiError('binding_duplicate_action', `bindings[${twice}].ref: this Action stands earlier in the list.`)
  }
  return plans
}
