/** An Action as people write them: reads the experiment, asks for a factor and sets claims. */

export const TEN_LINES = `exports.onExecutePostLogin = async (event, api) => {
  const ec = event.experiment
  if (!ec) return
  if (ec.config?.require_mfa?.value === true) {
    api.multifactor.enable('any', { allowRememberBrowser: false })
  }
  const { experiment_id, variation_id } = ec
  api.idToken.setCustomClaim('https://example.com/experiment', { experiment_id, variation_id })
  api.accessToken.setCustomClaim('https://example.com/domain', event.user.email.split('@')[1])
}`
