/* The ages of a window's bytes: when each was last seen to change, and how often. A listener of the
 * page map, which detects the changes, also those that the sweep finds between two samples. It
 * remembers no bytes: what overlaps when the window moves keeps its times and counts, the rest
 * starts without. Pure: all times are those of the map. */
#ifndef SHMLENS_CORE_CHANGE_AGES_H
#define SHMLENS_CORE_CHANGE_AGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"
#include "core/bytes.h"
#include "core/change/pagemap.h"
#include "core/spans.h"

struct ages; /* opaque; owns its buffers */

/* For windows of up to `cap` bytes; NULL: out of memory. */
MUST_USE struct ages *ages_new(size_t cap);
void ages_free(struct ages *a); /* NULL is fine; the map must not be fed afterwards */

/* From now on the changes that `map` detects are noted. False: it has no room for a listener. */
bool ages_listen(struct ages *a, struct pagemap *map);

/* After the sample of [offset, offset + n) was fed to the map: that is the window now, n <= cap. A
 * byte that comes into it counts as unchanged, whatever the map just reported. Returns how many
 * changes of bytes of the windows were noted since the last call. */
size_t ages_move(struct ages *a, uint64_t offset, size_t n);

/* The same when what is on the screen is several pieces, of at most `cap` bytes in all: the arrays
 * have them one after the other. */
size_t ages_spans(struct ages *a, const struct span_list *spans);

/* For bytes of the window that were not seen to change: the time that the map knows, 0: none. */
void ages_prime(struct ages *a, const int64_t *changed, size_t n);

/* Time of the last change of byte i of the window, 0: never seen to change. Valid until the map is
 * fed. */
const int64_t *ages_changed(const struct ages *a);

/* How often byte i was seen to change since it came into the window (saturating). */
const uint32_t *ages_counts(const struct ages *a);

void ages_reset_counts(struct ages *a); /* counts start again at 0 */

#endif
