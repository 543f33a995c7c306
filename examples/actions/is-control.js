// The analytics call of your own system; the example below is given it.
const logTreatmentEvent = async (experimentId, variationId, userId) => {
  console.log("treatment", experimentId, variationId, userId);
};

exports.onExecutePostLogin = async (event, api) => {
  const ec = event.experiment;
  if (!ec) return;
  if (!ec.is_control) {
    // Only track treatment users in your analytics system
    // (control users are tracked separately, outside the Action)
    await logTreatmentEvent(ec.experiment_id, ec.variation_id, event.user.user_id);
  }
};
