/** The text of a program: the code of an Action as it was written, then, behind a mark, what defines its dependencies. */

/** The global under which the second part leaves the dependencies: a function of `require` that returns loaders by name. */
export const DEPENDENCIES_GLOBAL = '__actionDependencies'

/** Stands between the code of an Action and the text that defines its dependencies. */
export const DEPENDENCIES_MARK = '\n//# dependencies\n'

export const splitProgram = (program: string): readonly [code: string, dependencies: string | undefined] => {
  const at = program.lastIndexOf(DEPENDENCIES_MARK)
  return at < 0 ? [program, undefined] : [program.slice(0, at), program.slice(at + DEPENDENCIES_MARK.length)]
}

/** The author's part of a program. */
export const codeOf = (program: string): string => splitProgram(program)[0]
