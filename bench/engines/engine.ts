/** What the benchmark asks of every engine: the same two experiments, for the same requests. */

/** A login as each engine is told of it; half of them match the segment. */
export interface BenchRequest {
  readonly subject: string
  readonly device_type: string
  readonly country: string
}

/** Names the variation of a request, by its place in the list of requests. */
export type NameVariation = (request: number) => string | undefined

export interface Engine {
  readonly name: string
  /** 90 % `control`, 10 % `treatment`, by a hash of the subject. */
  readonly percentage: NameVariation
  /** `treatment` for `device_type` equal to `mobile` and `country` one of `US`, `CA`; `control` for everybody else. */
  readonly segment: NameVariation
  /** Stops what the engine started. */
  readonly close?: () => void
}

/** Prepares an engine: its experiments, and the requests in the shape that it takes. None of this is timed. */
export type CreateEngine = (requests: readonly BenchRequest[]) => Engine | Promise<Engine>

/** Flag parameters and what the treatment overrides: what an engine hands out with the variation. */
export const PARAMETERS = { passkeys: false, title: 'Sign in' }
export const TREATMENT = { ...PARAMETERS, passkeys: true }
