// post_login Action: passkey-enrollment-prompt
exports.onExecutePostLogin = async (event, api) => {
  // No active experiment: nothing to do
  const ec = event.experiment;
  if (!ec) return;

  const passkeyEnabled = ec.config?.passkey_enabled?.value;
  if (passkeyEnabled !== true) return;

  // Treatment: prompt the user to enroll a passkey
  // This example redirects to a custom enrollment page.
  // Adjust to your passkey enrollment implementation.
  api.redirect.sendUserTo("https://your-app.example.com/enroll-passkey", {
    query: {
      experiment_id: ec.experiment_id,
      variation_id: ec.variation_id,
    },
  });
};
