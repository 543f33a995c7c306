/** What the operations on Actions need beside the database; the composition root provides it. */

import type { ActionRunner } from '../../actions/contract/contract.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { ActionDependency, BuildError } from '../../model/action.ts'
import type { ApiContext } from '../http/api-context.ts'

export type ProgramOutcome =
  | {
      /** What the sandbox runs. */
      readonly program: string
      /** With the versions that were bundled. */
      readonly dependencies: readonly ActionDependency[]
      /** Sentences that explain a program which does not load. */
      readonly addOns?: readonly string[]
    }
  | { readonly errors: readonly BuildError[] }

export interface ActionPorts {
  readonly runner: Pick<ActionRunner, 'check' | 'run'>
  /** Bundles code with its dependencies, in bounded time. What a package or the registry does wrong is a value. */
  build(code: string, dependencies: readonly ActionDependency[]): Promise<ProgramOutcome>
  readonly secrets: SecretBox
}

/** What a call of these operations has. */
export interface ActionContext extends ApiContext {
  readonly actions: ActionPorts
}
