/** Runs many jobs with a bound on how many are under way at once. */

/**
 * Calls `job` for each item, at most `limit` at a time, and returns the results in the items' order.
 * The first failure stops new jobs from starting and is thrown when those under way have ended.
 */
export const mapBounded = async <Item, Result>(
  items: readonly Item[],
  limit: number,
  job: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = []
  const queue = items.entries()
  const failures: unknown[] = []
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return
      try {
        results[index] = await job(item, index)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failures.length > 0) throw failures[0]
  return results
}
