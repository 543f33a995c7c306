import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ActionBinding, type BindingWish, planBindings, type ReferenceType } from './action-binding.ts'

const trigger = 'post-login'
const at = new Date(0)
const actions = [
  { id: 'a1', name: 'One', triggerId: trigger, deployedTriggerId: trigger },
  { id: 'a2', name: 'Two', triggerId: trigger, deployedTriggerId: trigger },
  { id: 'a3', name: 'Draft', triggerId: trigger },
  { id: 'a4', name: 'Other', triggerId: 'pre-user-registration', deployedTriggerId: 'pre-user-registration' },
  { id: 'a5', name: 'Moved', triggerId: trigger, deployedTriggerId: 'pre-user-registration' },
]
const bound: ActionBinding = {
  id: 'b1',
  triggerId: trigger,
  actionId: 'a1',
  displayName: 'First',
  createdAt: at,
  updatedAt: at,
}

const wish = (type: ReferenceType, value: string, displayName?: string): BindingWish => ({
  ref: { type, value },
  displayName,
})

const plan = (...wishes: BindingWish[]) => planBindings({ triggerId: trigger, actions, bindings: [bound] }, wishes)

test('the order is the order of the request, and every kind of reference finds its Action', () => {
  assert.deepEqual(plan(wish('action_name', 'Two'), wish('binding_id', 'b1')), [
    { actionId: 'a2', displayName: 'Two', before: undefined },
    { actionId: 'a1', displayName: 'First', before: bound },
  ])
})

test('an Action that stays bound keeps its binding, and takes a new display name', () => {
  assert.deepEqual(plan(wish('action_id', 'a1', 'Renamed')), [
    { actionId: 'a1', displayName: 'Renamed', before: bound },
  ])
})

const refusals: readonly [string, BindingWish, string, string][] = [
  [
    'an unknown Action',
    wish('action_name', 'Nobody'),
    'binding_unknown_action',
    'bindings[0].ref: there is no action_name "Nobody" to bind.',
  ],
  [
    "another trigger's binding",
    wish('binding_id', 'b9'),
    'binding_unknown_action',
    'bindings[0].ref: there is no binding_id "b9" to bind.',
  ],
  [
    'an Action without a deployed version',
    wish('action_id', 'a3'),
    'binding_not_deployed',
    'The Action "Draft" is not deployed for post-login; deploy it first.',
  ],
  [
    'an Action of another trigger',
    wish('action_id', 'a4'),
    'binding_wrong_trigger',
    'The Action "Other" is for pre-user-registration, not for post-login.',
  ],
  [
    'an Action whose deployed version is for another trigger than its draft',
    wish('action_id', 'a5'),
    'binding_not_deployed',
    'The Action "Moved" is not deployed for post-login; deploy it first.',
  ],
]

for (const [what, asked, code, message] of refusals) {
  test(`${what} is refused by name`, () => assert.throws(() => plan(asked), { code, message }))
}

test('an Action stands in the list once', () => {
  assert.throws(() => plan(wish('action_id', 'a1'), wish('binding_id', 'b1')), {
    code: 'binding_duplicate_action',
    message: 'bindings[1].ref: this Action stands earlier in the list.',
  })
})
