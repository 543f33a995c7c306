/** The globals of an Action beside the language's own, as the reference lists them: docs/reference/actions-runtime.md. */

/** Names → what there is of them. */
export const GLOBALS: Readonly<Record<string, string>> = {
  'fetch Headers Request Response':
    'Requests leave through the server, which decides where they may go. Bodies are text, bytes, URLSearchParams, Blob, FormData or a stream; `formData()` is missing.',
  'AbortController AbortSignal': '`abort`, `any` and `timeout` too.',
  'URL URLSearchParams': "Node's own rules.",
  'TextEncoder TextDecoder atob btoa': "Node's own, with all of its encodings.",
  'Blob File FormData': 'In memory.',
  'ReadableStream WritableStream TransformStream ByteLengthQueuingStrategy CountQueuingStrategy TextEncoderStream TextDecoderStream':
    'In memory; a stream as the body of a request is read to its end before the request leaves.',
  'Event CustomEvent EventTarget': 'Without a tree: an event has one target.',
  Buffer: 'With `base64url`.',
  'crypto CryptoKey': "`subtle`, `getRandomValues` and `randomUUID`; keys stay in the server's process.",
  'setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask':
    'What is still waiting when the handler has ended does not happen.',
  console: 'Writes to the log of the execution.',
  'structuredClone DOMException performance': '`performance` has `now` and `timeOrigin`, in milliseconds.',
  'process global self':
    '`process` has an empty `env`, `version`, `versions`, `platform` and `nextTick`; `global` and `self` are `globalThis`.',
}
