/** Holds the answer of a statement back, so that a test can do something between it and the next one of a request. */

import type { KyselyPlugin, QueryId } from 'kysely'

export interface HeldQuery {
  /** Settles when the statement has been executed. */
  readonly reached: Promise<void>
  release(): void
}

export interface QueryHold {
  readonly plugin: KyselyPlugin
  /** Holds the next statement whose text or syntax tree matches. */
  next(matching: RegExp): HeldQuery
}

interface Waiting {
  readonly matching: RegExp
  readonly reached: PromiseWithResolvers<void>
  readonly released: PromiseWithResolvers<void>
}

export const createQueryHold = (): QueryHold => {
  let waiting: Waiting | undefined
  const held = new WeakMap<QueryId, Waiting>()
  return {
    plugin: {
      transformQuery({ node, queryId }) {
        if (waiting?.matching.test(JSON.stringify(node))) {
          held.set(queryId, waiting)
          waiting = undefined
        }
        return node
      },
      async transformResult({ result, queryId }) {
        const { reached, released } = held.get(queryId) ?? {}
        reached?.resolve()
        await released?.promise
        return result
      },
    },
    next(matching) {
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      waiting = { matching, reached, released }
      return { reached: reached.promise, release: released.resolve }
    },
  }
}
