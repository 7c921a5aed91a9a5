#include "parsers/mail_headers.h"

#include "base/text.h"
#include "parsers/addresses.h"
#include "parsers/charset.h"
#include "parsers/charset_guess.h"
#include "parsers/dates.h"
#include "parsers/header_words.h"
#include "parsers/message_ids.h"
#include "parsers/requester.h"
#include "parsers/subject_base.h"

namespace poller {
namespace {

// All fields of one name, in order.
template <class Take>
void each_field(const Mail& mail, const char* name, Take take) {
  for (const auto& field : mail.fields) {
    if (text::iequals(field.name, name)) take(field.value);
  }
}

std::vector<std::string> all_ids(const Mail& mail, const char* name) {
  std::vector<std::string> out;
  each_field(mail, name, [&](const std::string& value) {
    for (auto& id : parse_message_ids(value)) out.push_back(std::move(id));
  });
  return out;
}

std::optional<std::string> own_id(const Mail& mail) {
  const Field* field = find_field(mail.fields, "Message-ID");
  if (field == nullptr) return std::nullopt;
  auto ids = parse_message_ids(field->value);
  if (!ids.empty()) return std::move(ids.front());
  const std::string_view bare = text::trim(field->value);
  const bool one_word = bare.find_first_of(" \t<>") == std::string_view::npos;
  return bare.empty() || !one_word ? std::nullopt : std::optional(text::to_valid_utf8(bare));
}

class HeaderFiller {
 public:
  HeaderFiller(Mail& mail, const ParseLimits& limits, std::string_view hint, Defects& defects)
      : mail_(mail), limits_(limits), hint_(hint), defects_(defects) {}

  void fill() {
    mail_.message_id = own_id(mail_);
    mail_.in_reply_to = all_ids(mail_, "In-Reply-To");
    mail_.references = all_ids(mail_, "References");
    if (const Field* date = find_field(mail_.fields, "Date")) {
      mail_.date = parse_mail_date(date->value);
      if (!mail_.date) defects_.add("a Date that cannot be read");
    }
    if (const Field* subject = find_field(mail_.fields, "Subject")) {
      bool guessed = false;
      mail_.subject = decode_words(subject->value, &guessed, hint_);
      if (guessed) defects_.add("the charset of the subject was guessed");
    }
    mail_.subject_base = subject_base(mail_.subject);
    mail_.from = first_of("From");
    mail_.sender = first_of("Sender");
    mail_.reply_to = all_of("Reply-To");
    mail_.to = all_of("To");
    mail_.cc = all_of("Cc");
    note_requester();
  }

 private:
  std::vector<Address> all_of(const char* name) {
    std::vector<Address> out;
    const auto most = static_cast<std::size_t>(limits_.addresses);
    each_field(mail_, name, [&](const std::string& value) {
      if (out.size() >= most) return;
      for (auto& address : parse_addresses(value, most - out.size(), hint_)) out.push_back(std::move(address));
    });
    if (out.size() >= most) defects_.add("more than " + std::to_string(most) + " addresses: the rest was skipped");
    return out;
  }

  // Who is answered where From does not say it: seen nowhere else before there is a ticket.
  void note_requester() {
    const auto requester = requester_of(mail_);
    if (!requester || (mail_.from && mail_.from->address == requester->address)) return;
    defects_.add("no address in From: the requester is " + requester->address);
  }

  // The first mailbox with an address; where none has one, the first name.
  std::optional<Address> first_of(const char* name) {
    const auto all = all_of(name);
    for (const auto& address : all) {
      if (!address.address.empty()) return address;
    }
    return all.empty() ? std::nullopt : std::optional(all.front());
  }

  Mail& mail_;
  const ParseLimits& limits_;
  std::string_view hint_;
  Defects& defects_;
};

}  // namespace

std::string header_charset_hint(const Mail& mail, std::string declared) {
  const std::string known = canonical_charset(declared);
  if (!known.empty() && known != "utf-8" && known != "us-ascii") return declared;
  std::string raw;
  for (const char* const name : {"Subject", "From", "Sender", "Reply-To", "To", "Cc"}) {
    each_field(mail, name, [&raw](const std::string& value) {
      constexpr std::size_t kEnough = 4096;
      if (raw.size() < kEnough && !text::is_utf8(value)) raw += value.substr(0, kEnough) + '\n';
    });
  }
  if (raw.empty()) return declared;
  std::string guessed = guess_charset(raw, count_bytes(raw), CharsetContext::plain, {});
  return guessed == "windows-1252" || guessed == "utf-8" ? declared : guessed;
}

void read_mail_headers(Mail& mail, const ParseLimits& limits, std::string_view hint, Defects& defects) {
  HeaderFiller(mail, limits, hint, defects).fill();
}

}  // namespace poller
