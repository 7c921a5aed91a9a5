// The subject without reply and forward prefixes ("Re:", "AW:", "回复:", "Re[2]:") and list tags ("[list]").
#pragma once

#include <string>
#include <string_view>

namespace poller {

std::string subject_base(std::string_view subject);

}  // namespace poller
