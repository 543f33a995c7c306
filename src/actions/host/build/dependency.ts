/** What an Action may name as a dependency: a package of the registry in a version or a range, and nothing that is a place. */

import type { ActionDependency, BuildError } from '../../../model/action.ts'
import { LIMITS } from '../../contract/limits.ts'

/** Names that the registry gives out (npm's rules for new packages). */
const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/

/** Versions, ranges and tags: no URL, no path, no alias, no repository. */
const VERSION = /^[a-zA-Z0-9.^~<>=|*+ -]*$/

const MAX_CHARS = 214

const problemOf = ({ name, version }: ActionDependency): string | undefined => {
  if (name.length > MAX_CHARS || !NAME.test(name))
    return `${JSON.stringify(name.slice(0, 80))} is not the name of a package`
  if (version.length > MAX_CHARS || !VERSION.test(version)) {
    return `${name}: ${JSON.stringify(version.slice(0, 80))} is not a version of the registry`
  }
  return undefined
}

/** Every dependency that cannot even be asked for. */
export const dependencyProblems = (dependencies: readonly ActionDependency[]): readonly BuildError[] => {
  const problems = dependencies.map(problemOf).filter(problem => problem !== undefined)
  const names = dependencies.map(({ name }) => name)
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    problems.push(`${name} is named twice`)
  }
  if (dependencies.length > LIMITS.dependencies)
    problems.push(`an Action has at most ${LIMITS.dependencies} dependencies`)
  return problems.map(msg => ({ id: 'dependency', msg }))
}

/** True for a version that can only ever be one. */
export const isExact = ({ version }: ActionDependency): boolean =>
  /^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/.test(version)

const REQUIRE = /\brequire\s*\(\s*(['"`])([^'"`\\\n]{1,200})\1\s*\)/g

/** A file inside a package, by a path that cannot leave it. */
const INSIDE = /^[\w@-][\w@.-]*(\/[\w@-][\w@.-]*)*$/

/**
 * What the code requires of its dependencies: each by its name, and each file inside one that the code names.
 * A specifier that is computed is not seen; the name of the package always is.
 */
export const specifiersOf = (code: string, dependencies: readonly ActionDependency[]): readonly string[] => {
  const names = dependencies.map(({ name }) => name)
  const inside = [...code.matchAll(REQUIRE)]
    .map(([, , specifier = '']) => specifier)
    .filter(specifier =>
      names.some(name => specifier.startsWith(`${name}/`) && INSIDE.test(specifier.slice(name.length + 1))),
    )
  return [...new Set([...names, ...inside])].sort()
}
