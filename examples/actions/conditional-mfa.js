// post_login Action
exports.onExecutePostLogin = async (event, api) => {
  const ec = event.experiment;
  if (!ec) return;
  const enforceMfa = ec.config?.require_mfa?.value;
  if (enforceMfa === true) {
    // Treatment variation: enforce MFA for this user
    api.multifactor.enable("any", { allowRememberBrowser: false });
  }
  // Control variation: no MFA enforcement change (baseline behavior)
};
