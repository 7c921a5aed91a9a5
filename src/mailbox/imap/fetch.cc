#include "mailbox/imap/fetch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "base/log.h"
#include "mailbox/imap/refusal.h"
#include "mailbox/imap/wire_sets.h"

namespace poller::imap {
namespace {

constexpr std::uint64_t kUnaskedMails = 100;  // a server that sends more of them is not listened to

const char* items_of(bool headers) {
  return headers ? " (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])"
                 : " (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])";
}

// What came of a mail that is too long, as its header block: up to and with the empty line.
void cut_to_header(std::string& body) {
  for (std::size_t at = body.find('\n'); at != std::string::npos; at = body.find('\n', at + 1)) {
    std::size_t next = at + 1;
    if (next < body.size() && body[next] == '\r') ++next;
    if (next < body.size() && body[next] == '\n') {
      body.resize(next + 1);
      body.shrink_to_fit();
      return;
    }
  }
}

}  // namespace

Fetch::Fetch(Session& session, const FetchPlan& plan, OnMail on_mail)
    : session_(session), plan_(plan), on_mail_(std::move(on_mail)) {
  BodyLimits limits;
  limits.whole = plan_.max_size;
  limits.readable = std::max<std::uint64_t>(limits.readable, plan_.max_size * 4);
  session_.set_body_limits(limits);
}

// RFC822.SIZE is an estimate on Exchange: what is only just too large by it is fetched, and judged by its true length.
bool Fetch::is_oversized(std::uint64_t size) const { return size > plan_.max_size + plan_.max_size / 8; }

void Fetch::run(std::span<const WantedMail> mails) {
  for (const auto& mail : mails) {
    if (mail.size == 0) {
      unsized_.push_back(mail.uid);
    } else {
      ready_.push_back(mail);
    }
  }
  session_.expect_bodies(true);
  for (ask_more(); !pending_.empty(); ask_more()) {
    Response response = session_.next();
    if (response.kind == Response::Kind::tagged) {
      finished(response.tag, response.line);
    } else if (response.kind == Response::Kind::fetch) {
      take(std::move(response.item));
    }
  }
  session_.expect_bodies(false);
}

void Fetch::ask_more() {
  if (stopped_) return;
  // Sizes are asked ahead of the mails, so that they are there when the next batch is put together.
  if (awaited_sizes_.empty() && !unsized_.empty() && ready_.size() < plan_.sizes_at_once / 2) ask_sizes();
  while (batches_in_flight_ < plan_.in_flight && ask_mails()) {
  }
}

void Fetch::ask_sizes() {
  Batch batch{What::sizes, {}, 0};
  const std::size_t count = std::min(unsized_.size(), plan_.sizes_at_once);
  batch.uids.assign(unsized_.begin(), unsized_.begin() + static_cast<std::ptrdiff_t>(count));
  unsized_.erase(unsized_.begin(), unsized_.begin() + static_cast<std::ptrdiff_t>(count));
  awaited_sizes_.insert(batch.uids.begin(), batch.uids.end());
  ask(std::move(batch));
}

bool Fetch::ask_mails() {
  if (!again_.empty()) {
    Batch batch = std::move(again_.front());
    again_.pop_front();
    ask(std::move(batch));
    return true;
  }
  // While sizes are coming in, only a full batch is worth a command.
  if (ready_.empty() || (!awaited_sizes_.empty() && ready_.size() < plan_.batch_mails)) return false;
  Batch batch;
  batch.what = is_oversized(ready_.front().size) ? What::headers : What::mails;
  while (!ready_.empty() && batch.uids.size() < plan_.batch_mails) {
    const WantedMail& mail = ready_.front();
    const bool oversized = is_oversized(mail.size);
    if (oversized != (batch.what == What::headers)) break;
    const std::uint64_t bytes = oversized ? 0 : mail.size;
    if (!batch.uids.empty() && batch.bytes + bytes > plan_.batch_bytes) break;
    if (bytes_in_flight_ > 0 && bytes_in_flight_ + batch.bytes + bytes > kBytesInFlight) break;
    batch.bytes += bytes;
    batch.uids.push_back(mail.uid);
    ready_.pop_front();
  }
  if (batch.uids.empty()) return false;  // too much is under way
  ask(std::move(batch));
  return true;
}

void Fetch::ask(Batch batch) {
  if (batch.what == What::sizes) {
    pending_.emplace(session_.send("UID FETCH " + uid_set(batch.uids) + " (UID RFC822.SIZE)"), std::move(batch));
    session_.progress();
    return;
  }
  for (const auto uid : batch.uids) awaited_[uid] = batch.what;
  bytes_in_flight_ += batch.bytes;
  ++batches_in_flight_;
  const std::string tag = session_.send("UID FETCH " + uid_set(batch.uids) + items_of(batch.what == What::headers));
  pending_.emplace(tag, std::move(batch));
  session_.progress();  // send() has set a command's deadline
}

void Fetch::take(FetchItem&& item) {
  if (item.uid == 0) return;  // flags that changed, told by sequence number
  if (item.kind != FetchItem::Body::none) {
    take_mail(std::move(item));
  } else if (item.size) {
    take_size(item);
  }
}

void Fetch::take_size(const FetchItem& item) {
  if (awaited_sizes_.erase(item.uid) == 0) return;
  ready_.push_back({item.uid, std::max<std::uint64_t>(*item.size, 1)});
}

void Fetch::take_mail(FetchItem&& item) {
  const auto asked = awaited_.find(item.uid);
  if (asked == awaited_.end()) {
    if (++unasked_ > kUnaskedMails) {
      throw Error(ErrorKind::corrupt, "the IMAP server sends mails that nobody has asked for");
    }
    return;
  }
  awaited_.erase(asked);
  session_.progress();
  if (item.kind == FetchItem::Body::cut) cut_to_header(item.body);
  if (!on_mail_(std::move(item))) stopped_ = true;
}

void Fetch::finished(const std::string& tag, const StatusLine& line) {
  const auto it = pending_.find(tag);
  if (it == pending_.end()) return;
  const Batch batch = std::move(it->second);
  pending_.erase(it);
  session_.progress();
  const bool refused = line.status != Status::ok;
  if (batch.what == What::sizes) {
    if (refused) throw refusal(line, "to tell the mails' sizes", ErrorKind::temporary);
    awaited_sizes_.clear();  // those without an answer are gone
    return;
  }
  bytes_in_flight_ -= batch.bytes;
  --batches_in_flight_;
  if (refused) ask_alone(batch, line);
  for (const auto uid : batch.uids) awaited_.erase(uid);
}

// One mail that the server cannot give must not keep the others of its batch from us.
void Fetch::ask_alone(const Batch& refused, const StatusLine& line) {
  const Error error = refusal(line, "to give mails", ErrorKind::permanent);
  if (error.kind() != ErrorKind::permanent) throw error;
  for (const auto uid : refused.uids) {
    if (awaited_.count(uid) == 0) continue;
    if (refused.uids.size() > 1) {
      again_.push_back({refused.what, {uid}, 0});
    } else {
      log::warning("imap: the server does not give a mail",
                   {{"mailbox", session_.mailbox()}, {"uid", uid}, {"reason", error.what()}});
    }
  }
}

}  // namespace poller::imap
