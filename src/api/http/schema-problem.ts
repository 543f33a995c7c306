/** Turns what a schema found into one sentence that names the path of the key. */

import type { z } from 'zod'

type Issue = z.core.$ZodIssue

const MAX_LENGTH = 500
const MAX_PROBLEMS = 5

/** `allocations[0].weight`; keys that are no plain words are quoted. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    const name = String(key)
    if (!/^[\w-]{1,255}$/.test(name)) return `${text}[${JSON.stringify(name.slice(0, 255))}]`
    return text ? `${text}.${name}` : name
  }, '')

interface Problem {
  readonly text: string
  /** How far a form accepted the value before this problem: deeper is further. */
  readonly rank: number
}

const isMissing = (value: unknown, path: readonly PropertyKey[]): boolean => {
  let inner = value
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return true
    inner = inner[key as keyof typeof inner] // present, as just checked
  }
  return false
}

const toProblem = (issue: Issue, prefix: readonly PropertyKey[], value: unknown): Problem => {
  const path = [...prefix, ...issue.path]
  const depth = path.length * 2
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys
      .slice(0, MAX_PROBLEMS)
      .map(key => formatPath([...path, key]))
      .join(', ')
    return { text: `unknown key ${keys}`, rank: depth + 1 }
  }
  if (isMissing(value, path)) return { text: `missing key ${formatPath(path)}`, rank: depth - 2 }
  const closest = issue.code === 'invalid_union' && issue.message === 'Invalid input' && closestOf(issue, path, value)
  if (closest) return closest
  const text = path.length > 0 ? `${formatPath(path)}: ${issue.message}` : issue.message
  return { text, rank: depth + (issue.code === 'invalid_type' ? 0 : 1) }
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>

/** Of a value that fits none of several forms, the problem of the form that it resembles most. */
const closestOf = ({ errors }: UnionIssue, path: readonly PropertyKey[], value: unknown): Problem | undefined =>
  errors.flatMap(issues => (issues[0] ? toProblem(issues[0], path, value) : [])).toSorted((a, b) => b.rank - a.rank)[0]

/**
 * One sentence for a caller; at most five problems, so that a hostile value gets a short answer.
 *
 * @param value what was checked
 */
export const describeSchemaProblem = (error: z.ZodError, value: unknown): string =>
  error.issues
    .slice(0, MAX_PROBLEMS)
    .map(issue => toProblem(issue, [], value).text.slice(0, MAX_LENGTH))
    .join('; ')
