/** Runs the steps of a login in their order, from the first or from the one that was suspended. */

import type { Json } from '../../base/json.ts'
import type { LoginUnderWay, Step } from './step.ts'

/** Where a suspended login goes on. */
export interface Resumption {
  readonly step: string
  readonly data: Json
}

export type PipelineOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'suspended'; readonly step: string; readonly to: (state: string) => string }
  | { readonly kind: 'denied'; readonly error: string; readonly description: string }

/** A refresh token is used by an application: there is no browser to send anywhere (OpenID Connect Core 3.1.2.6). */
const INTERACTION_REQUIRED: PipelineOutcome = {
  kind: 'denied',
  error: 'interaction_required',
  description: 'The user has to take part in this login; start it again in the browser.',
}

/**
 * Steps run one after the other; the first that does not continue decides. A resumption that names no step of the
 * table, because the server was updated meanwhile, starts from the beginning: no rule is skipped.
 */
export const runPipeline = async (
  steps: readonly Step[],
  login: LoginUnderWay,
  resumption: Resumption | undefined,
): Promise<PipelineOutcome> => {
  const start = Math.max(
    steps.findIndex(({ name }) => name === resumption?.step),
    0,
  )
  for (const step of steps.slice(start)) {
    if (!step.kinds.includes(login.kind)) continue
    const outcome = await step.run(login, step.name === resumption?.step ? resumption.data : undefined)
    if (outcome.kind === 'deny') return { ...outcome, kind: 'denied' }
    if (outcome.kind === 'suspend') {
      return login.kind === 'refresh' ? INTERACTION_REQUIRED : { kind: 'suspended', step: step.name, to: outcome.to }
    }
  }
  return { kind: 'done' }
}
