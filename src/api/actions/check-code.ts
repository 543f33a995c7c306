/** Checks code before a draft is saved: it compiles, and it has its trigger's handler. */

import type { CheckProblem } from '../../actions/contract/contract.ts'
import type { TriggerId } from '../../actions/contract/triggers/trigger.ts'
import { apiError, type ErrorCode } from '../../model/error-codes.ts'
import type { ActionPorts } from './action-ports.ts'

/**
 * What refuses a draft. A module that fails while it loads may only miss a dependency that the next request adds,
 * so that is for the deployment to judge.
 */
const REFUSED: Readonly<Record<CheckProblem['kind'], ErrorCode | undefined>> = {
  size: 'action_code_invalid',
  syntax: 'action_code_invalid',
  missing: 'action_handler_missing',
  error: undefined,
  timeout: undefined,
  memory: undefined,
  output: undefined,
  busy: 'too_many_requests',
  platform: 'service_unavailable',
}

/** The problem with its position, which counts lines and columns from 1. */
export const describeProblem = ({ message, line, column }: CheckProblem): string =>
  line === undefined ? message : `${message} (line ${line}${column === undefined ? '' : `, column ${column}`})`

/**
 * The coded form of the first problem among those kinds.
 *
 * @throws the code of the kind, with the position
 */
export const refuseProblems = (
  problems: readonly CheckProblem[],
  codes: Readonly<Partial<Record<CheckProblem['kind'], ErrorCode | undefined>>>,
): void => {
  for (const problem of problems) {
    const code = codes[problem.kind]
    if (code) throw apiError(code, `code: ${describeProblem(problem)}`)
  }
}

/** @throws `action_code_invalid`, `action_handler_missing`, `too_many_requests`, `service_unavailable` */
export const requireCode = async ({ runner }: ActionPorts, code: string, trigger: TriggerId): Promise<void> => {
  const { errors } = await runner.check(code, trigger)
  refuseProblems(errors, REFUSED)
}
