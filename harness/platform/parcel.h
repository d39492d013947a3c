/* From a delivery to the request that goes out: genuine, or made wrong on purpose. */
#ifndef PLATFORM_PARCEL_H
#define PLATFORM_PARCEL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/rng.h"
#include "http/request.h"
#include "panora/catalogue.h"
#include "platform/store.h"

/* Makes the request of an event with this `secret`. `wrong`: mutations as `hookcheck sign --wrong`
 * takes them, one a line; "" = genuine. The caller clears `out` in any case. */
bool parcel_make(const struct catalogue *catalogue, const struct delivery *delivery,
                 struct rng *rng, struct request *out, struct error *err);

/* Refuses mutations that there are not. */
bool parcel_check_wrong(const char *wrong, struct error *err);

/* Whether Panora's verifier accepts `request`; if not, appends why. */
bool parcel_is_valid(const struct request *request, struct bytes secret, struct buf *out_why);

/* Appends the request as it is on the wire to `url`. */
void parcel_write(const struct request *request, const char *url, struct buf *out);

#endif
