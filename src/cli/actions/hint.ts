/** What to try next, for failures whose remedy is a flag of `actions test`. */

import type { ActionFailure } from '../../actions/contract/contract.ts'
import { TRIGGERS } from '../../actions/contract/triggers/index.ts'
import type { TriggerId } from '../../actions/contract/triggers/trigger.ts'

type Hint = (failure: ActionFailure, code: string, trigger: TriggerId) => string | undefined

const otherTrigger: Hint = ({ kind }, code, trigger) => {
  if (kind !== 'missing') return undefined
  const other = Object.values(TRIGGERS).find(({ id, handler }) => id !== trigger && code.includes(handler))
  return other && `It has a handler of another trigger: --trigger ${other.id}`
}

const dependency: Hint = ({ error }) => {
  if (error.code !== 'MODULE_NOT_FOUND') return undefined
  const [, name] = /'((?:@[^/']+\/)?[^/']+)/.exec(error.message) ?? []
  return name && `For a package of npm: --dependency ${name}@VERSION`
}

const localAddress: Hint = ({ error }) =>
  error.message.includes('not on the public internet')
    ? 'A server permits it by ACTIONS_ALLOWED_HOSTS. To reach this machine and its network from here: --allow-local'
    : undefined

const HINTS: readonly Hint[] = [otherTrigger, dependency, localAddress]

/** The first hint that fits; most failures are for the author to mend and have none. */
export const hintFor: Hint = (...args) => HINTS.map(hint => hint(...args)).find(text => text !== undefined)
