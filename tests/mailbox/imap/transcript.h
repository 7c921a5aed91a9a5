// Sessions as they stand in a server's transcript, played to the client.
#pragma once

#include <string_view>

#include "fake_imap.h"

namespace poller::imap_test {

/// Lines of a transcript: "C: begin" is a command of the client, which must begin so; "L: begin" a line of it without
/// a tag; "S: text" is said, with TAG for the last command's tag; "close" ends the connection, else the client does.
void play(support::Conversation& conversation, std::string_view transcript);

/// What a Stage's server does to play it.
support::Script playing(std::string_view transcript);

}  // namespace poller::imap_test
