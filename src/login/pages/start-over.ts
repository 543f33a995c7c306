/** Where a person begins a login again: with the same authorization request, as another person. */

/** What names a person, or a page to begin with. */
const OF_ONE_PERSON: readonly string[] = ['login_hint', 'id_token_hint', 'screen_hint']

/**
 * The address of the same authorization request with the question who logs in (`prompt=login`). The application takes the
 * answer as that of its own request, because `state`, `nonce` and the PKCE challenge are the same. The login that is left
 * stays unfinished.
 *
 * @param params the transaction's parameters
 */
export const startOverAddress = (params: Readonly<Record<string, string>>): string => {
  const kept = Object.entries(params).filter(([name]) => !OF_ONE_PERSON.includes(name) && name !== 'prompt')
  return `/authorize?${new URLSearchParams([...kept, ['prompt', 'login']])}`
}
