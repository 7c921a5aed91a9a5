// Another's HTML, fit to stand within a mail of ours.
#pragma once

#include <string>
#include <string_view>

namespace poller::outbound {

/// The body of `html` with what can be read of it: text, its structure, links, images. Every element that it opens is
/// closed, and it closes none that it did not open, so that what it says never looks like said outside of the
/// quotation; scripts, style sheets, forms, frames, event handlers, addresses to run and styles that move a thing
/// elsewhere are gone. Linear in its size.
std::string quotable_html(std::string_view html);

}  // namespace poller::outbound
