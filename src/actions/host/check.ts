/** Whether code can be deployed: its size, its syntax, its modules, its handlers. It is loaded, and nothing is called. */

import { createHash } from 'node:crypto'
import type { ActionFailure, CheckProblem, CheckResult } from '../contract/contract.ts'
import { LIMITS } from '../contract/limits.ts'
import { TRIGGERS } from '../contract/triggers/index.ts'
import type { TriggerId } from '../contract/triggers/trigger.ts'
import type { Invoke } from './invoke.ts'
import { positionOf } from './syntax.ts'

/** What loading may take, in milliseconds; deploying is not a login. */
const BUDGET_MS = 10_000

const toProblem = ({ kind, error }: ActionFailure): CheckProblem => ({
  kind,
  message: kind === 'error' ? `${error.name}: ${error.message}` : error.message,
  ...positionOf(error.stack),
})

/** @param code what was written, or a whole program with its dependencies */
export const checkProgram = async (code: string, trigger: TriggerId, invoke: Invoke): Promise<CheckResult> => {
  const versionId = `check ${createHash('sha256').update(code).digest('hex')}`
  const { failure, exports } = await invoke({
    tenantId: 'check',
    versionId,
    code,
    trigger,
    head: { trigger, handler: '', isContinued: false, interactive: false, issuer: '', secrets: {}, cache: {} },
    event: '{}',
    deadline: performance.now() + BUDGET_MS,
  })
  if (failure) return { errors: [toProblem(failure)], handlers: [] }
  const { handler, continueHandler } = TRIGGERS[trigger]
  const handlers = [handler, continueHandler].filter(name => name !== undefined && exports.includes(name))
  const missing: CheckProblem = { kind: 'missing', message: `The Action does not export a function ${handler}.` }
  return { errors: handlers.includes(handler) ? [] : [missing], handlers: handlers.filter(name => name !== undefined) }
}

/** The problem of code that is too long to be saved; undefined when it fits. */
export const sizeProblem = (code: string): CheckProblem | undefined =>
  Buffer.byteLength(code) > LIMITS.codeBytes
    ? { kind: 'size', message: `The code of an Action has at most ${LIMITS.codeBytes} bytes.` }
    : undefined
