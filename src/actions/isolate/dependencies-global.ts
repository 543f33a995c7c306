/** The global under which a program's text leaves its dependencies: a function of `require` that returns loaders by name. */

export const DEPENDENCIES_GLOBAL = '__actionDependencies'
