/** What the operations on Actions need beside the database; the composition root provides it. */

import type { ActionRunner } from '../../actions/contract.ts'
import type { ActionDependency, BuildError } from '../../model/action.ts'

/** Keeps a text from everybody who does not name the place for which it was sealed. */
export interface SecretBox {
  seal(text: string, context: string): string
  /** Throws for a text that was changed, or that was sealed for another place. */
  open(sealed: string, context: string): string
}

export type ProgramOutcome =
  | {
      /** What the sandbox runs. */
      readonly program: string
      /** With the versions that were bundled. */
      readonly dependencies: readonly ActionDependency[]
    }
  | { readonly errors: readonly BuildError[] }

export interface ActionPorts {
  readonly runner: Pick<ActionRunner, 'check' | 'run'>
  /** Bundles code with its dependencies, in bounded time. What a package or the registry does wrong is a value. */
  build(code: string, dependencies: readonly ActionDependency[]): Promise<ProgramOutcome>
  readonly secrets: SecretBox
}
