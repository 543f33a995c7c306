/** Turns what a schema found into one sentence that names the path of the key. */

import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** `allocations[0].weight`; keys that are no plain words are quoted. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    const name = String(key)
    if (!/^[\w-]{1,255}$/.test(name)) return `${text}[${JSON.stringify(name.slice(0, 255))}]`
    return text ? `${text}.${name}` : name
  }, '')

/**
 * Of a value that fits none of several forms, the problem of the form that it resembles most: the one that
 * accepted it longest, which is the one whose problem lies deepest.
 */
const closest = (issue: Extract<Issue, { code: 'invalid_union' }>): Issue | undefined =>
  issue.errors
    .flatMap(problems => problems[0] ?? [])
    .map(problem => (problem.code === 'invalid_union' ? (closest(problem) ?? problem) : problem))
    .toSorted((a, b) => rank(b) - rank(a))[0]

/** An unknown key says more than a wrong type of the whole, and a problem inside says more than both. */
const rank = (issue: Issue): number =>
  issue.path.length * 2 + (issue.code === 'invalid_type' ? 0 : issue.code === 'unrecognized_keys' ? 0.5 : 1)

const describe = (issue: Issue, prefix: readonly PropertyKey[]): string => {
  const path = [...prefix, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return `unknown key ${issue.keys.map(key => formatPath([...path, key])).join(', ')}`
  }
  const inner = issue.code === 'invalid_union' ? closest(issue) : undefined
  if (inner) return describe(inner, path)
  const at = formatPath(path)
  return at ? `${at}: ${issue.message}` : issue.message
}

const MAX_PROBLEMS = 5

/** One sentence for a caller; at most five problems, so that a hostile body gets a short answer. */
export const describeSchemaProblem = (error: z.ZodError): string =>
  error.issues
    .slice(0, MAX_PROBLEMS)
    .map(issue => describe(issue, []).slice(0, 500))
    .join('; ')
