/* Text for XML 1.0, in elements and in attributes with double quotes. */
#ifndef REPORT_XML_H
#define REPORT_XML_H

#include "base/buf.h"
#include "base/bytes.h"

/* Appends `in` escaped. What XML 1.0 (section 2.2) cannot hold (control characters, U+FFFE, U+FFFF,
 * bytes that are not UTF-8) becomes \xNN. */
void xml_add(struct bytes in, struct buf *out);

#endif
