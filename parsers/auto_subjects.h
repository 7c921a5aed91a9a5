// Subjects of automatic replies, in the languages that mail programs speak.
#pragma once

#include <string_view>

namespace poller {

enum class AutoSubject {
  no,
  likely,  // also written by people: "Who is out of office?"
  whole,   // nothing but what programs begin a subject with: a person's mail may be about it, but no person's answer is
  certain  // as only programs begin a subject: "Automatic reply:"
};

AutoSubject read_auto_subject(std::string_view subject);

}  // namespace poller
