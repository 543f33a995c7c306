/** Tells the operator what the person at the browser must not know. `context` says where it happened; it holds no secret. */
export type LogError = (error: unknown, context: Readonly<Record<string, string>>) => void
