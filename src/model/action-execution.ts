/** Executions: what the Actions of a trigger did in one login or sign-up, kept for ten days. */

export const EXECUTION_STATUSES = ['unspecified', 'pending', 'final', 'partial', 'canceled', 'suspended'] as const

export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number]

/** Days for which the wire keeps an execution. */
export const EXECUTION_DAYS = 10

/** One Action's part; times are in milliseconds since 1970. */
export interface ExecutionResult {
  readonly actionName: string
  /** `id` is the class of the failure, such as `action_timeout`. */
  readonly error?: { readonly id: string; readonly msg: string }
  /** What the Action wrote to its console, cut to 256 characters; absent when it wrote nothing. */
  readonly logs?: string
  readonly startedAt: number
  readonly endedAt: number
}

export interface ActionExecution {
  readonly id: string
  readonly triggerId: string
  readonly status: ExecutionStatus
  /** In the order in which the Actions ran. */
  readonly results: readonly ExecutionResult[]
  readonly createdAt: Date
  readonly updatedAt: Date
}
