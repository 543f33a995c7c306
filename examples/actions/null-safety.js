exports.onExecutePostLogin = async (event, api) => {
  const ec = event.experiment;
  if (!ec) return; // No active experiment; nothing to do
  // Safe to access ec.config, ec.variation_id, ec.is_control here
};
