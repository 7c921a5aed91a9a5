#include "intake/settle.h"

namespace poller {

SettleAction action_of(const config::After& after) {
  switch (after.action) {
    case config::AfterAction::keep:
      return {SettleAction::What::keep, {}};
    case config::AfterAction::seen:
      return {SettleAction::What::seen, {}};
    case config::AfterAction::remove:
      return {SettleAction::What::remove, {}};
    case config::AfterAction::move:
      return {SettleAction::What::move, after.folder};
  }
  return {SettleAction::What::keep, {}};
}

void settle_owed(Store& store, const config::Mailbox& mailbox, Mailbox& session, const std::optional<Lease>& lease) {
  const FolderInfo folder = session.folder();
  const auto keys = store.unsettled(mailbox.name, folder.name, folder.uidvalidity);
  if (keys.empty()) return;
  const SettleAction action = action_of(mailbox.after);
  if (action.what != SettleAction::What::keep) {
    session.settle(keys, action);
    if (session.settles_at_end()) return;  // finish_settling() notes it
  }
  auto tx = store.begin(lease);
  tx->set_settled(keys);
  tx->commit();
}

void finish_settling(Store& store, Mailbox& session, const std::optional<Lease>& lease) {
  if (!session.settles_at_end()) return;
  const auto done = session.finish();
  if (done.empty()) return;
  auto tx = store.begin(lease);
  tx->set_settled(done);
  tx->commit();
}

}  // namespace poller
