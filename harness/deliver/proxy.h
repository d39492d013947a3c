/*
 * Which variable of the environment sends requests through a proxy, by libcurl's rules.
 */
#ifndef DELIVER_PROXY_H
#define DELIVER_PROXY_H

#include "deliver/target.h"

/* The name of the variable that names a proxy for requests to `target`: http_proxy, https_proxy,
 * HTTPS_PROXY, all_proxy or ALL_PROXY; NULL when there is none, or NO_PROXY leaves the host out. */
const char *proxy_variable(const struct target *target);

#endif
