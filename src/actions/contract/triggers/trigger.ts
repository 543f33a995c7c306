/** What a trigger is: a point of the login at which Actions run. */

export type TriggerId = 'post-login' | 'pre-user-registration' | 'post-user-registration'

export interface Trigger {
  readonly id: TriggerId
  readonly version: string
  /** The function that an Action exports for it. */
  readonly handler: string
  /** The function that goes on after the browser came back; absent where nothing suspends. */
  readonly continueHandler?: string
  /** Name of the event's type in the declarations for Action authors. */
  readonly eventType: string
  /** Name of the api object's type in the declarations. */
  readonly apiType: string
  /** Paths of the api methods that its Actions have. */
  readonly methods: readonly string[]
}
