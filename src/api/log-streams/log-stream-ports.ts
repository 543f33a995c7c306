/** What the operations on log streams need beside the database; the composition root provides it. */

import type { EgressRules } from '../../base/egress-rules.ts'
import type { RandomBytes } from '../../base/random.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { ApiContext } from '../http/api-context.ts'

export interface LogStreamPorts {
  /** Seals the secrets of sinks. */
  readonly secrets: SecretBox
  /** Where streams may connect to. */
  readonly rules: EgressRules
  readonly random: RandomBytes
}

/** What a call of these operations has. */
export interface LogStreamContext extends ApiContext {
  readonly logStreams: LogStreamPorts
}
