// Crash tests: every effect on the world (file, database, socket) announces itself just before it happens. Built with
// POLLER_CRASH_STEPS, the process kills itself at the announcement whose number POLLER_STOP_AT names, and writes the
// count of a whole run to the file that POLLER_STEPS_FILE names. In every other build this is nothing.
#pragma once

namespace poller {

#ifdef POLLER_CRASH_STEPS
void step(const char* name);
#else
inline void step(const char* /*name*/) {}
#endif

}  // namespace poller
