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

interface Problem {
  readonly path: readonly PropertyKey[]
  readonly text: string
  /** How far a form accepted the value before this problem: deeper is further. */
  readonly rank: number
}

const toProblem = (issue: Issue, prefix: readonly PropertyKey[]): Problem => {
  const path = [...prefix, ...issue.path]
  const depth = path.length * 2
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map(key => formatPath([...path, key])).join(', ')
    return { path: [], text: `unknown key ${keys}`, rank: depth + 1 }
  }
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    return closest(issue, path) ?? { path, text: issue.message, rank: depth }
  }
  return { path, text: issue.message, rank: depth + (issue.code === 'invalid_type' ? 0 : 1) }
}

/** Of a value that fits none of several forms, the problem of the form that it resembles most. */
const closest = (issue: Extract<Issue, { code: 'invalid_union' }>, path: readonly PropertyKey[]): Problem | undefined =>
  issue.errors.flatMap(issues => (issues[0] ? toProblem(issues[0], path) : [])).toSorted((a, b) => b.rank - a.rank)[0]

const describe = (issue: Issue): string => {
  const { path, text } = toProblem(issue, [])
  return (path.length > 0 ? `${formatPath(path)}: ${text}` : text).slice(0, MAX_LENGTH)
}

const MAX_LENGTH = 500
const MAX_PROBLEMS = 5

/** One sentence for a caller; at most five problems, so that a hostile body gets a short answer. */
export const describeSchemaProblem = (error: z.ZodError): string =>
  error.issues.slice(0, MAX_PROBLEMS).map(describe).join('; ')
