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

declare module 'events/' {
  const EventEmitter: object
  // biome-ignore lint/style/noDefaultExport: the package has one
  export default EventEmitter
}

declare module 'string_decoder/' {
  export const StringDecoder: object
}

declare module 'punycode/' {
  export const version: string
}

declare module 'readable-stream' {
  const stream: object
  // biome-ignore lint/style/noDefaultExport: the package has one
  export default stream
}
