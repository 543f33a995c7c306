/** Deploying a draft: it is frozen, built, and written as the next version. */

import type { CheckProblem } from '../../actions/contract/contract.ts'
import type { ActionContent, BuildError } from '../../model/action.ts'
import type { ErrorCode } from '../../model/error-codes.ts'
import { type Deployment, recordBuild } from '../../store/actions/action-deployment-store.ts'
import { freezeDraft } from '../../store/actions/action-version-store.ts'
import type { ActionContext, ActionPorts, ProgramOutcome } from './action-ports.ts'
import { describeProblem, refuseProblems } from './check-code.ts'
import { toStoredTrigger } from './trigger.ts'

/** Not the draft's fault: no version is written, and the caller may try again. */
const RETRY = {
  busy: 'too_many_requests',
  platform: 'service_unavailable',
} as const satisfies Partial<Record<CheckProblem['kind'], ErrorCode>>

const toBuildError = (problem: CheckProblem): BuildError => ({ id: problem.kind, msg: describeProblem(problem) })

const toDependencyError = (msg: string): BuildError => ({ id: 'dependency', msg })

/** Code cannot hold the character, because no request can; a package can. */
const UNSTORABLE: ProgramOutcome = { errors: [toDependencyError('a dependency contains the character NUL')] }

/**
 * Bundles a content with its dependencies and checks what came out as the sandbox will run it.
 *
 * @throws `too_many_requests`, `service_unavailable` when the sandbox cannot judge it now
 */
export const buildContent = async (
  { build, runner }: ActionPorts,
  { code, dependencies, triggerId }: ActionContent,
): Promise<ProgramOutcome> => {
  const built = await build(code, dependencies)
  if ('errors' in built) return built
  if (built.program.includes('\0')) return UNSTORABLE
  const { errors } = await runner.check(built.program, toStoredTrigger(triggerId))
  refuseProblems(errors, RETRY)
  if (errors.length === 0) return built
  return { errors: [...(built.addOns ?? []).map(toDependencyError), ...errors.map(toBuildError)] }
}

/**
 * Deploys the draft as it is when the request arrives. The build runs in the request; when it fails, the version says
 * so and what was deployed before stays deployed.
 *
 * @throws `inexistent_action`, `action_bound`, and what `buildContent` refuses
 */
export const deployAction = async (api: ActionContext, id: string): Promise<Deployment> => {
  const draft = await freezeDraft(api.read, id)
  const outcome = await buildContent(api.actions, draft.content)
  const pinned = 'errors' in outcome ? {} : { dependencies: outcome.dependencies }
  const frozen = { ...draft, content: { ...draft.content, ...pinned } }
  return api.write(write => recordBuild(write, id, frozen, outcome))
}
