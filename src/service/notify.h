// Tells the operator (`notify`): by mail through a mailbox that works, or by a command.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "service/alerts.h"
#include "service/troubles.h"
#include "storage/store.h"

namespace poller {

class Notifier {
 public:
  /// The configuration must outlive it. Without `notify` it does nothing.
  Notifier(const config::Config& config, TroubleSources sources);

  /// Looks for troubles and queues or tells what is due; which that was stands in the store in the same transaction, so
  /// that no process tells it again. A command that fails is tried again a minute later. Throws Error as the store
  /// does.
  void look(Store& store, UnixTime now);

  /// An alert that one mailbox cannot send goes on to the next one. Whether one did.
  bool pass_on(Store& store, UnixTime now);

 private:
  struct Due {
    AlertEntries entries;
    std::vector<AlertText> texts;
    bool changed = false;
  };

  std::vector<Trouble> find_now(Store& store, UnixTime now);
  Due due(Store& store, const char* channel, const std::vector<Trouble>& troubles, UnixTime now) const;
  void by_mail(Store& store, const Lease& lease, const std::vector<Trouble>& troubles, UnixTime now);
  void by_command(Store& store, const Lease& lease, const std::vector<Trouble>& troubles, UnixTime now);
  bool run_one(const AlertText& alert) const;
  bool command_rests(UnixTime now) const { return config_.notify.command.empty() || now < command_not_before_; }

  const config::Config& config_;
  TroubleSources sources_;
  TroubleMemory memory_;
  UnixTime looked_at_ = 0;
  UnixTime command_not_before_ = 0;
};

}  // namespace poller
