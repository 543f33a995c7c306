/** What we use of packages that ship no types. */

declare module 'object-inspect' {
  const inspect: (value: unknown, options?: { readonly depth?: number; readonly maxStringLength?: number }) => string
  // biome-ignore lint/style/noDefaultExport: the package has one
  export default inspect
}

declare module '@ungap/structured-clone' {
  const structuredClone: <Value>(value: Value) => Value
  // biome-ignore lint/style/noDefaultExport: the package has one
  export default structuredClone
}

declare module 'abortcontroller-polyfill/dist/cjs-ponyfill.js' {
  export const AbortSignal: object
  export const AbortController: new () => { readonly signal: object; abort(reason?: unknown): void }
}
