#include "config/presets.h"

#include <algorithm>

namespace poller::config {

const std::vector<PresetFacts>& all_presets() {
  static const std::vector<PresetFacts> facts{
      {"microsoft365", Preset::microsoft365, "outlook.office365.com", "outlook.office365.com", "smtp.office365.com",
       "https://login.microsoftonline.com", "https://outlook.office.com", ""},
      {"microsoft365-gcc-high", Preset::microsoft365_gcc_high, "outlook.office365.us", "outlook.office365.us",
       "outlook.office365.us", "https://login.microsoftonline.us", "https://outlook.office365.us", ""},
      {"microsoft365-dod", Preset::microsoft365_dod, "outlook-dod.office365.us", "outlook-dod.office365.us",
       "outlook-dod.office365.us", "https://login.microsoftonline.us", "https://outlook.office365.us", ""},
      {"microsoft365-china", Preset::microsoft365_china, "partner.outlook.cn", "partner.outlook.cn",
       "partner.outlook.cn", "https://login.partner.microsoftonline.cn", "https://partner.outlook.cn", ""},
      {"gmail", Preset::gmail, "imap.gmail.com", "pop.gmail.com", "smtp.gmail.com", "", "",
       "https://accounts.google.com/.well-known/openid-configuration"},
      {"none", Preset::none, "", "", "", "", "", ""},
  };
  return facts;
}

const PresetFacts& facts_of(Preset preset) {
  const auto& all = all_presets();
  return *std::find_if(all.begin(), all.end(), [&](const PresetFacts& f) { return f.preset == preset; });
}

std::uint16_t default_port(Protocol protocol, Tls tls) {
  if (protocol == Protocol::pop3) return tls == Tls::implicit ? 995 : 110;
  return tls == Tls::implicit ? 993 : 143;
}

std::vector<std::string> default_scopes(Preset preset, Protocol protocol, bool smtp) {
  if (preset == Preset::gmail) return {"https://mail.google.com/"};
  if (preset == Preset::none) return {"offline_access"};
  const std::string host = facts_of(preset).scope_host;
  std::vector<std::string> scopes;
  if (protocol == Protocol::imap) scopes.push_back(host + "/IMAP.AccessAsUser.All");
  if (protocol == Protocol::pop3) scopes.push_back(host + "/POP.AccessAsUser.All");
  if (smtp) scopes.push_back(host + "/SMTP.Send");
  scopes.emplace_back("offline_access");
  return scopes;
}

}  // namespace poller::config
