#include "mailbox/open.h"

#include "base/error.h"
#include "mailbox/directory/directory.h"
#include "mailbox/imap/imap_mailbox.h"
#include "mailbox/imap/sent_folder.h"
#include "mailbox/pop3/pop3_mailbox.h"

namespace poller {
namespace {

TransportOptions transport_of(const config::Mailbox& mailbox, MailProtocol protocol, const Deadlines& deadlines,
                              const std::string& proxy) {
  TransportOptions out;
  out.protocol = protocol;
  out.host = mailbox.server.host;
  out.port = mailbox.server.port;
  out.starttls = mailbox.server.tls == config::Tls::starttls;
  out.ca_file = mailbox.server.ca_file.string();
  out.proxy = proxy;
  out.connect = deadlines.connect;
  return out;
}

template <class Account>
Account account_of(const config::Mailbox& mailbox, Credentials&& credentials) {
  Account out;
  out.mailbox = mailbox.name;
  out.user = mailbox.user.empty() ? mailbox.address : mailbox.user;
  out.with_token = mailbox.auth == config::Auth::oauth;
  out.secret = out.with_token ? std::move(credentials.access_token) : std::move(credentials.password);
  return out;
}

}  // namespace

std::unique_ptr<Mailbox> open_mailbox(const config::Mailbox& mailbox, Credentials credentials,
                                      const Deadlines& deadlines, const std::string& proxy) {
  switch (mailbox.protocol) {
    case config::Protocol::imap: {
      auto account = account_of<imap::Account>(mailbox, std::move(credentials));
      account.folder = mailbox.folder;
      return imap::make_imap_mailbox(transport_of(mailbox, MailProtocol::imap, deadlines, proxy), std::move(account),
                                     deadlines);
    }
    case config::Protocol::pop3: {
      auto account = account_of<pop3::Account>(mailbox, std::move(credentials));
      account.hash_ledger = mailbox.pop3_hash_ledger;
      return pop3::make_pop3_mailbox(transport_of(mailbox, MailProtocol::pop3, deadlines, proxy), std::move(account),
                                     deadlines);
    }
    case config::Protocol::directory:
      return make_directory_mailbox(mailbox.name, mailbox.path);
  }
  throw Error(ErrorKind::ours, "mailbox " + mailbox.name + ": a protocol without a class");
}

std::vector<std::string> find_in_sent_folder(const config::Mailbox& mailbox, const std::string& user,
                                             Credentials credentials, const Deadlines& deadlines,
                                             const std::string& proxy, const std::vector<std::string>& message_ids,
                                             UnixTime since) {
  if (mailbox.protocol != config::Protocol::imap) {
    throw Error(ErrorKind::configuration,
                "mailbox " + mailbox.name + " is not read by IMAP: its Sent folder is out of reach");
  }
  auto account = account_of<imap::Account>(mailbox, std::move(credentials));
  account.user = user;
  return imap::find_in_sent(transport_of(mailbox, MailProtocol::imap, deadlines, proxy), account, deadlines,
                            message_ids, since);
}

}  // namespace poller
