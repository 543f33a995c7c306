/** Creating an Action and editing its draft: the code is checked first, outside of the transaction. */

import { type Action, type ActionVersion, DEFAULT_RUNTIME, EMPTY_CODE } from '../../model/action.ts'
import { createUuid } from '../../model/action-id.ts'
import { createAction, loadAction, updateAction } from '../../store/actions/action-store.ts'
import type { ActionContext } from './action-ports.ts'
import type { ActionChange, ActionCreation } from './action-request.ts'
import { requireCode } from './check-code.ts'
import { deployAction } from './deploy-action.ts'
import { sealSecrets } from './seal-secrets.ts'
import { toStoredTrigger } from './trigger.ts'

interface SavedAction {
  readonly action: Action
  /** What the deployment ended with, where the request asked for one. */
  readonly version?: ActionVersion
}

/**
 * @throws `action_exists`, `action_limit_exceeded`, `action_secret_without_value`, and what `requireCode` and, where
 *   the request asks for it, `deployAction` refuse
 */
export const saveNewAction = async (api: ActionContext, body: ActionCreation): Promise<SavedAction> => {
  const { name, supported_triggers: trigger, code, secrets = [] } = body
  if (code !== undefined) await requireCode(api.actions, code, trigger)
  const action = await api.write(write => {
    const id = createUuid(write.random)
    const owner = { tenantId: write.tenantId, actionId: id, stored: [], now: write.now }
    return createAction(write, {
      id,
      name,
      content: {
        triggerId: trigger,
        code: code ?? EMPTY_CODE,
        dependencies: body.dependencies ?? [],
        runtime: body.runtime ?? DEFAULT_RUNTIME,
        secrets: sealSecrets(api.actions.secrets, owner, secrets),
      },
    })
  })
  return body.deploy ? deployAction(api, action.id) : { action }
}

const requireChangedCode = async (api: ActionContext, action: Action, body: ActionChange): Promise<void> => {
  const trigger = body.supported_triggers ?? toStoredTrigger(action.triggerId)
  const isMoved = trigger !== action.triggerId && action.code !== EMPTY_CODE
  if (body.code !== undefined || isMoved) await requireCode(api.actions, body.code ?? action.code, trigger)
}

/** @throws `inexistent_action`, `action_exists`, `action_secret_without_value`, and what `requireCode` refuses */
export const saveAction = async (api: ActionContext, id: string, body: ActionChange): Promise<Action> => {
  await requireChangedCode(api, await loadAction(api.read, id), body)
  return api.write(async write => {
    const action = await loadAction(write, id)
    const owner = { tenantId: write.tenantId, actionId: action.id, stored: action.secrets, now: write.now }
    const { name, supported_triggers: trigger, code, dependencies, runtime, secrets } = body
    const isEdit = [trigger, code, dependencies, runtime, secrets].some(field => field !== undefined)
    const content = isEdit && {
      triggerId: trigger ?? action.triggerId,
      code: code ?? action.code,
      dependencies: dependencies ?? action.dependencies,
      runtime: runtime ?? action.runtime,
      secrets: secrets ? sealSecrets(api.actions.secrets, owner, secrets) : action.secrets,
    }
    return updateAction(write, action.id, { name, ...(content && { content }) })
  })
}
