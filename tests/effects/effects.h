// What poller_effects.so does to a program that it is preloaded into (LD_PRELOAD), told through its environment.
//
// Every effect that the program has on the world below one folder and on sockets is counted: a file made, written,
// cut, synced, renamed, linked or removed, a folder made, bytes sent to a server. Writes to one file that follow one
// another count as one effect, since nothing can be seen between them that a later one does not overwrite or a sync
// does not end. The program under test is the one that ships: nothing of this is built into it.
//
//   POLLER_EFFECTS_FOLDER   effects on files below this folder count; sockets always do
//   POLLER_EFFECTS_COUNT    the file that gets the number of effects when the program ends by itself
//   POLLER_EFFECTS_TRACE    a file that gets a line an effect
//   POLLER_STOP_AT          kill -9 just before this effect (from 1)
//   POLLER_POWER_LOSS       1: at that moment, what no sync has made durable is undone first, as if the power had gone
//   POLLER_FAIL             "KIND N ERRNO once" or "KIND N ERRNO on": the N-th call of that kind (read, write, sync,
//                           open, rename), or it and every later one, fails with that number
#pragma once

namespace poller::effects {

/// Calls that POLLER_FAIL can make fail.
enum class CallKind { read, write, sync, open, rename };

}  // namespace poller::effects
