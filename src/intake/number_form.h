// A queue's ticket numbers, found in text that people and programs write around them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace poller {

/// What in `subject` could be a number of the form (see config::Queue::number), in the order they stand, at most 8: a
/// word of its own, ASCII case ignored. A form that begins with {id} is looked for behind "[" or "#" alone, since plain
/// figures stand in many subjects.
std::vector<std::string> numbers_in(std::string_view subject, std::string_view form);

}  // namespace poller
