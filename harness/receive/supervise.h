/*
 * A receiver whose process may die of its fault and comes back after a set time, as a service
 * manager would see to it. In between its port refuses connections but stays taken.
 */
#ifndef RECEIVE_SUPERVISE_H
#define RECEIVE_SUPERVISE_H

#include <stdint.h>

#include "base/error.h"
#include "receive/receiver.h"

#define SUPERVISE_RESTART_MS 50

/*
 * Lets a child process serve, and another one `restart_ns` after each that a fault has killed,
 * until SIGINT or SIGTERM. `receiver` was started without stop_on_signals. Returns in the
 * child too, once it has been told to stop: both then free what they have and end with the
 * value returned, which is 0, or -1 with a sentence when the child ended in a way that no fault
 * explains.
 */
int supervise(struct receiver *receiver, int64_t restart_ns, struct error *err);

#endif
