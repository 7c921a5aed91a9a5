// Mail addresses compared.
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// Equal for two spellings of one mailbox: letters of the domain and of the local part without case (RFC 5321 section
/// 2.4 lets a host tell "Ann" from "ann", and none of note does), a quoted local part without quotes it does not need
/// (section 4.1.2), an internationalised domain as "xn--…" (RFC 5890), no dot at the domain's end.
std::string address_key(std::string_view address);

bool same_address(std::string_view a, std::string_view b);

/// "support+billing@contoso.com" is {"support@contoso.com", "billing"} (RFC 5233). Without a "+" the detail is empty.
struct SubAddress {
  std::string address;
  std::string detail;
};
SubAddress split_detail(std::string_view address);

}  // namespace poller
