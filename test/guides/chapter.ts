/** A guide as a part of the course that a newcomer takes: one after another, in one tenant. */

import type { TestServer } from '../kit/server.ts'

export interface Place {
  /** Where the newcomer stands: it looks like the repository after `npm ci`. */
  readonly folder: string
  /** Called at the end, the last one first. */
  readonly lifetime: { after(stop: () => Promise<unknown>): unknown }
}

export interface Prepared {
  /** Settings with which the server has to run. */
  readonly variables?: Readonly<Record<string, string>>
  /** Follows the guide from its first command to its last. @throws AssertionError where it does not do what it says */
  follow(server: TestServer): Promise<void>
}

export interface Chapter {
  readonly title: string
  prepare(place: Place): Promise<Prepared>
}
